// The prefixes of a dtab as a tree, for questions about sets of names: which rules could match a name that
// begins so, and which are tried for everything that another rule matches.
#ifndef HEDDLE_NAMERD_CHECK_RULE_INDEX_H_
#define HEDDLE_NAMERD_CHECK_RULE_INDEX_H_

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "lib/dtab/dtab.h"
#include "lib/dtab/path.h"
#include "lib/dtab/prefix_trie.h"
#include "namerd/check/budget.h"

namespace heddle::namerd {

class RuleIndex {
 public:
  // Walks are charged to `budget`, and done even if it is used up: what they say is always right.
  RuleIndex(const Dtab& dtab, Budget& budget);

  struct Node : PrefixNode {
    size_t latest = 0;  // 1 + the latest rule here or below; 0: none
    size_t below = 0;   // the same, without those here
  };
  const std::vector<Node>& nodes() const { return trie_.nodes(); }

  // The nodes whose rules match every name that `prefix` matches.
  std::vector<uint32_t> Covering(const Prefix& prefix) const;

  // 1 + the latest rule that matches some names which begin with `path`, but not all; 0: none.
  size_t LatestBelow(const Path& path) const;

  // True if a rule matches a name that begins with `path`.
  bool AnyFor(const Path& path) const;

  // Calls `visit` for the rules that match some name which begins with `path`. Parts of the tree that `seen`
  // says have been visited are left out, so that any number of walks visit no more than the tree has.
  // `seen` begins as Seen().
  enum class NodeSeen : uint8_t { kNo, kRules, kWhole };
  using SeenNodes = std::vector<NodeSeen>;
  SeenNodes Seen() const { return SeenNodes(nodes().size(), NodeSeen::kNo); }
  void Visit(const Path& path, SeenNodes& seen, const std::function<void(size_t rule)>& visit) const;

 private:
  // Calls `on_way` for the nodes whose prefixes are shorter than `path` and match it; returns those that are
  // as long.
  std::vector<uint32_t> Walk(const Path& path, const std::function<void(uint32_t)>& on_way) const;

  Budget& budget_;
  PrefixTrie<Node> trie_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_RULE_INDEX_H_
