#include "lib/namers/inet_namer.h"

#include <optional>
#include <string>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

using Result = Activity<NameTree<Name>>;

std::optional<uint16_t> PortOf(const std::string& label) {
  uint32_t port = 0;
  const bool digits = label.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || !absl::SimpleAtoi(label, &port) || port == 0 || port > 65535) return std::nullopt;
  return static_cast<uint16_t>(port);
}

std::shared_ptr<Watch<Result>> Leaf(const Path& path, size_t labels, std::shared_ptr<Watch<Addr>> addr) {
  BoundName bound{InetNamer::Prefix() + path.Take(labels), std::move(addr), path.Drop(labels)};
  return Constant(Result::Ok(NameTree<Name>::Leaf(std::move(bound))));
}

}  // namespace

std::shared_ptr<Watch<Result>> InetNamer::Lookup(const Path& path) {
  if (path.size() >= 2) {
    if (const auto port = PortOf(path[1])) return Leaf(path, 2, hosts_->Get(path[0], *port));
  }
  if (!path.empty()) {
    if (const auto port = PortOf(path[0])) return Leaf(path, 1, hosts_->Get("127.0.0.1", *port));
  }
  return Constant(Result::Failed(absl::InvalidArgumentError(absl::StrCat(
      (Prefix() + path).Show(), " is neither /$/inet/PORT nor /$/inet/HOST/PORT with a port in 1..65535"))));
}

}  // namespace heddle
