#include "tests/conformance/fake_namers.h"

#include <arpa/inet.h>

#include <functional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"

namespace heddle::conformance {
namespace {

using LookupResult = Activity<NameTree<Name>>;

class FunctionNamer : public Namer {
 public:
  explicit FunctionNamer(std::function<LookupResult(const Path&)> lookup) : lookup_(std::move(lookup)) {}
  std::shared_ptr<Watch<LookupResult>> Lookup(const Path& path) override { return Constant(lookup_(path)); }

 private:
  std::function<LookupResult(const Path&)> lookup_;
};

PrefixedNamer MakeNamer(Path prefix, std::function<LookupResult(const Path&)> lookup) {
  return {std::move(prefix), std::make_shared<FunctionNamer>(std::move(lookup))};
}

LookupResult Absent() { return LookupResult::Ok(NameTree<Name>::Neg()); }

LookupResult Client(Path id, Addr addr, Path residual) {
  return LookupResult::Ok(
      NameTree<Name>::Leaf(BoundName{std::move(id), Constant(std::move(addr)), std::move(residual)}));
}

Path PathOf(const Json& text) {
  return Path::Parse(text.get<std::string>()).value_or(Path{"does not parse"});
}

// As the C library reads addresses: 127.1 is 127.0.0.1.
Addr AddressOf(const std::string& host, int port) {
  in_addr address;
  if (inet_aton(host.c_str(), &address) == 0) return Addr::Bound({});
  char text[INET_ADDRSTRLEN];
  inet_ntop(AF_INET, &address, text, sizeof(text));
  const auto parsed = SocketAddress::Parse(text, static_cast<uint32_t>(port));
  return parsed.ok() ? Addr::Bound({Endpoint{*parsed, 1.0, {}}}) : Addr::Failed(parsed.status());
}

LookupResult LookupInet(const Path& path) {
  const Path prefix = {"$", "inet"};
  int port = 0;
  if (path.size() >= 2 && absl::SimpleAtoi(path[1], &port)) {
    return Client(prefix.Concat(path.Take(2)), AddressOf(path[0], port), path.Drop(2));
  }
  if (!path.empty() && absl::SimpleAtoi(path[0], &port)) {
    return Client(prefix.Concat(path.Take(1)), AddressOf("127.0.0.1", port), path.Drop(1));
  }
  return Absent();
}

Addr AddressesOf(const std::string& file) {
  std::vector<Endpoint> endpoints;
  for (const absl::string_view line : absl::StrSplit(file, '\n', absl::SkipEmpty())) {
    const std::vector<std::string> words = absl::StrSplit(line, ' ', absl::SkipEmpty());
    uint32_t port = 0;
    if (words.size() < 2 || !absl::SimpleAtoi(words[1], &port)) continue;
    if (const auto address = SocketAddress::Parse(words[0], port); address.ok())
      endpoints.push_back({*address, 1.0, {}});
  }
  return Addr::Bound(std::move(endpoints));
}

// {"prefix": "/#/io.l5d.fs", "files": {"web": "127.0.0.1 80\n", "dir": {...}}}
PrefixedNamer FilesNamer(const Json& fs) {
  const Path prefix = PathOf(fs.at("prefix"));
  return MakeNamer(prefix, [prefix, files = fs.at("files")](const Path& path) {
    const Json* at = &files;
    for (size_t i = 0; i < path.size(); ++i) {
      if (!at->contains(path[i])) return Absent();
      at = &(*at)[path[i]];
      if (at->is_string()) {
        return Client(prefix.Concat(path.Take(i + 1)), AddressesOf(at->get<std::string>()), path.Drop(i + 1));
      }
    }
    return Absent();
  });
}

PrefixedNamer ErrorNamer(const Path& prefix) {
  return MakeNamer(prefix, [prefix](const Path& path) {
    return LookupResult::Failed(absl::UnavailableError("error naming " + prefix.Concat(path).Show()));
  });
}

}  // namespace

std::vector<PrefixedNamer> NamersOf(const Json& test) {
  std::vector<PrefixedNamer> namers = {MakeNamer({"$", "inet"}, LookupInet)};
  if (test.contains("fs")) namers.push_back(FilesNamer(test["fs"]));
  if (test.contains("error_namer")) namers.push_back(ErrorNamer(PathOf(test["error_namer"].at("prefix"))));
  if (test.contains("namers")) {
    for (const Json& namer : test["namers"]) {
      const Path prefix = PathOf(namer.at("prefix"));
      namers.push_back(
          MakeNamer(prefix, [prefix](const Path& path) { return Client(prefix, Addr::Bound({}), path); }));
    }
  }
  return namers;
}

}  // namespace heddle::conformance
