#include "tests/conformance/case_namers.h"

#include <fstream>
#include <functional>
#include <utility>

#include "lib/namers/fs_namer.h"
#include "lib/namers/inet_namer.h"

namespace heddle::conformance {
namespace {

using LookupResult = Activity<NameTree<Name>>;

class ScriptedNamer : public Namer {
 public:
  explicit ScriptedNamer(std::function<LookupResult(const Path&)> lookup) : lookup_(std::move(lookup)) {}
  std::shared_ptr<Watch<LookupResult>> Lookup(const Path& path) override { return Constant(lookup_(path)); }

 private:
  std::function<LookupResult(const Path&)> lookup_;
};

Path PathOf(const Json& text) {
  return Path::Parse(text.get<std::string>()).value_or(Path{"does not parse"});
}

PrefixedNamer FailingNamer(const Path& prefix) {
  return {prefix, std::make_shared<ScriptedNamer>([prefix](const Path& path) {
            return LookupResult::Failed(absl::UnavailableError("error naming " + prefix.Concat(path).Show()));
          })};
}

PrefixedNamer GreedyNamer(const Path& prefix) {
  return {prefix, std::make_shared<ScriptedNamer>([prefix](const Path& path) {
            return LookupResult::Ok(NameTree<Name>::Leaf(BoundName{prefix, Constant(Addr::Bound({})), path}));
          })};
}

}  // namespace

void WriteFiles(const std::filesystem::path& dir, const Json& files) {
  std::filesystem::create_directories(dir);
  for (const auto& item : files.items()) {
    const auto place = dir / std::filesystem::path(item.key()).relative_path();
    if (item.value().is_string()) {
      std::filesystem::create_directories(place.parent_path());
      std::ofstream(place) << item.value().get<std::string>();
    } else {
      WriteFiles(place, item.value());
    }
  }
}

std::optional<Dtab> DtabOf(const Json& text, Verdict* verdict) {
  auto dtab = Dtab::Parse(text.get<std::string>());
  if (dtab.ok()) return *std::move(dtab);
  verdict->Fail(dtab.status().ToString());
  return std::nullopt;
}

std::optional<Path> PathOf(const Json& text, Verdict* verdict) {
  auto path = Path::Parse(text.get<std::string>());
  if (path.ok()) return *std::move(path);
  verdict->Fail(path.status().ToString());
  return std::nullopt;
}

Activity<VersionedDtab> AsActivity(const Dtab& dtab, uint64_t revision) {
  return Activity<VersionedDtab>::Ok({{1, revision}, std::make_shared<const Dtab>(dtab)});
}

CaseNamers::CaseNamers(const Json& test) {
  DnsResolver::Options dns;
  dns.servers = "127.0.0.1:1";  // nobody answers there
  hosts_ = std::make_shared<HostAddrs>(loop_, dns);
  namers_.push_back({InetNamer::Prefix(), std::make_shared<InetNamer>(hosts_)});
  if (test.contains("fs")) {
    const Path prefix = PathOf(test["fs"].at("prefix"));
    namers_.push_back({prefix, MakeFsNamer(test["fs"].at("files"), prefix)});
  }
  if (test.contains("error_namer")) namers_.push_back(FailingNamer(PathOf(test["error_namer"].at("prefix"))));
  if (test.contains("namers")) {
    for (const Json& namer : test["namers"]) namers_.push_back(GreedyNamer(PathOf(namer.at("prefix"))));
  }
}

std::shared_ptr<Namer> CaseNamers::MakeFsNamer(const Json& files, const Path& prefix) {
  WriteFiles(dir_.path(), files);
  return std::make_shared<FsNamer>(loop_, dir_.path().string(), prefix, hosts_);
}

}  // namespace heddle::conformance
