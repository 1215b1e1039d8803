#include "lib/namers/inet_namer.h"

#include <optional>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/namers/state_page.h"

namespace heddle {
namespace {

std::optional<uint16_t> PortOf(const std::string& label) {
  uint32_t port = 0;
  const bool digits = label.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || !absl::SimpleAtoi(label, &port) || port == 0 || port > 65535) return std::nullopt;
  return static_cast<uint16_t>(port);
}

}  // namespace

std::shared_ptr<Watch<Activity<NameTree<Name>>>> InetNamer::Lookup(const Path& path) {
  return lookups_.Get(path, [&] {
    hosts_->stats().lookups.Increment();
    return std::make_unique<Source<Result>>(Resolve(path));
  });
}

InetNamer::Result InetNamer::Leaf(const Path& path, size_t labels, const std::string& host, uint16_t port) {
  auto addr = resolved_ == Resolved::kAgain ? hosts_->Get(host, port) : hosts_->GetFixed(host, port);
  BoundName bound{prefix_ + path.Take(labels), std::move(addr), path.Drop(labels)};
  return Result::Ok(NameTree<Name>::Leaf(std::move(bound)));
}

InetNamer::Result InetNamer::Resolve(const Path& path) {
  if (path.size() >= 2) {
    if (const auto port = PortOf(path[1])) return Leaf(path, 2, path[0], *port);
  }
  if (!path.empty()) {
    if (const auto port = PortOf(path[0])) return Leaf(path, 1, "127.0.0.1", *port);
  }
  const std::string form = prefix_.Show();
  return Result::Failed(
      absl::InvalidArgumentError(absl::StrCat((prefix_ + path).Show(), " is neither ", form, "/PORT nor ",
                                              form, "/HOST/PORT with a port in 1..65535")));
}

std::string InetNamer::StateJson() const {
  StatePage page;
  hosts_->AddTo(&page);
  return page.Json();
}

}  // namespace heddle
