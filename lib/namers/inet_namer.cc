#include "lib/namers/inet_namer.h"

#include <utility>

#include "lib/naming/inet_path.h"

namespace heddle {

std::shared_ptr<Watch<Activity<NameTree<Name>>>> InetNamer::Lookup(const Path& path) {
  using Result = Activity<NameTree<Name>>;
  const auto inet = InetPath::Parse(path);
  if (!inet.ok()) return Constant(Result::Failed(inet.status()));
  BoundName bound{Prefix() + path.Take(inet->labels), hosts_->Get(inet->host, inet->port),
                  path.Drop(inet->labels)};
  return Constant(Result::Ok(NameTree<Name>::Leaf(std::move(bound))));
}

}  // namespace heddle
