#include "lib/namers/inet_namer.h"

#include <utility>

#include "lib/namers/state_page.h"

namespace heddle {

std::shared_ptr<Watch<Activity<NameTree<Name>>>> InetNamer::Lookup(const Path& path) {
  return lookups_.Get(path, [&] {
    hosts_->stats().lookups.Increment();
    return std::make_unique<Source<Result>>(Resolve(path));
  });
}

InetNamer::Result InetNamer::Resolve(const Path& path) {
  const auto inet = InetPath::Parse(path);
  if (!inet.ok()) return Result::Failed(inet.status());
  auto addr = resolved_ == Resolved::kAgain ? hosts_->Get(inet->host, inet->port)
                                            : hosts_->GetFixed(inet->host, inet->port);
  BoundName bound{prefix_ + path.Take(inet->labels), std::move(addr), path.Drop(inet->labels)};
  return Result::Ok(NameTree<Name>::Leaf(std::move(bound)));
}

std::string InetNamer::StateJson() const {
  StatePage page;
  hosts_->AddTo(&page);
  return page.Json();
}

}  // namespace heddle
