// Configuration by name: one for all (kind io.l5d.global), or several of which each applies to the paths that
// begin as its prefix says (kind io.l5d.static). All that match apply in order, so that a later one overrides
// what an earlier one has set, key by key. Source: io.buoyant.linkerd.{StaticClient,StaticSvc}, PathMatcher.
#ifndef HEDDLE_PROXY_ROUTE_BY_PREFIX_H_
#define HEDDLE_PROXY_ROUTE_BY_PREFIX_H_

#include <functional>
#include <utility>
#include <vector>

#include "lib/dtab/path_matcher.h"

namespace heddle {

// An immutable value once built; any thread.
template <class Config>
class ByPrefix {
 public:
  // Sets the keys that are given; `variables` are what the prefix has captured.
  using Patch = std::function<void(const PathVariables& variables, Config* config)>;

  void Add(PathMatcher prefix, Patch patch) { entries_.push_back({std::move(prefix), std::move(patch)}); }

  // For the client with this bound name, or the service with this logical name.
  Config For(const Path& path) const {
    Config config;
    for (const Entry& entry : entries_) {
      if (const auto variables = entry.prefix.Match(path)) entry.patch(*variables, &config);
    }
    return config;
  }

 private:
  struct Entry {
    PathMatcher prefix;
    Patch patch;
  };
  std::vector<Entry> entries_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ROUTE_BY_PREFIX_H_
