// The logical names that proxies and other clients, by gRPC or HTTP, follow now: what a change of a dtab can
// hurt.
#ifndef HEDDLE_NAMERD_FLEET_NAMES_IN_USE_H_
#define HEDDLE_NAMERD_FLEET_NAMES_IN_USE_H_

#include <cstddef>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "lib/dtab/dtab.h"
#include "lib/dtab/path.h"
#include "lib/watch/watch.h"

namespace heddle::namerd {

// All calls on one loop.
class NamesInUse {
 public:
  // A name with the rules that come after the namespace's (a router's own, and a request's overrides).
  struct Name {
    Path path;
    Dtab local;
    size_t followers = 0;  // subscriptions: one for each proxy that routes the name so
  };

  // Counts one follower until the subscription ends. The registry outlives it.
  Subscription Follow(const std::string& ns, const Path& path, const Dtab& local);

  // How many there are, by namespace; namespaces without any are left out.
  std::map<std::string, size_t> Counts() const;

  // Sorted by path, then by the rules as shown.
  std::vector<Name> Of(const std::string& ns) const;

 private:
  using Key = std::pair<std::string, std::string>;    // path and rules as shown
  std::map<std::string, std::map<Key, Name>> names_;  // by namespace
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_FLEET_NAMES_IN_USE_H_
