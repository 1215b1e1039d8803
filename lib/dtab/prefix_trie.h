// The prefixes of rules as a tree, a level a label or wildcard: what finds rules without a look at each.
#ifndef HEDDLE_LIB_DTAB_PREFIX_TRIE_H_
#define HEDDLE_LIB_DTAB_PREFIX_TRIE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "lib/dtab/dtab.h"

namespace heddle {

// One prefix as it is written, with its rules in order.
struct PrefixNode {
  absl::flat_hash_map<std::string, uint32_t> labels;
  uint32_t wildcard = 0;  // 0: none, since the root is nobody's child
  std::vector<size_t> rules;
};

// `Node` is a PrefixNode, perhaps with more. Nodes are named by their place in nodes(); the root is 0.
template <class Node>
class PrefixTrie {
 public:
  const std::vector<Node>& nodes() const { return nodes_; }
  Node& operator[](uint32_t at) { return nodes_[at]; }

  // The child of `parent` for `elem`, made if there is none: then references to nodes end.
  uint32_t Child(uint32_t parent, const Prefix::Elem& elem) {
    const auto fresh = static_cast<uint32_t>(nodes_.size());
    if (elem.has_value()) {
      const auto [at, inserted] = nodes_[parent].labels.try_emplace(*elem, fresh);
      const uint32_t child = at->second;
      if (inserted) nodes_.emplace_back();
      return child;
    }
    if (nodes_[parent].wildcard == 0) {
      nodes_[parent].wildcard = fresh;
      nodes_.emplace_back();
    }
    return nodes_[parent].wildcard;
  }

  // Replaces `next` by the children of `level` that take `label`; null stands for any label, which only a
  // wildcard takes.
  void Descend(const std::vector<uint32_t>& level, const std::string* label,
               std::vector<uint32_t>* next) const {
    next->clear();
    for (const uint32_t at : level) {
      const Node& node = nodes_[at];
      if (label != nullptr) {
        if (const auto found = node.labels.find(*label); found != node.labels.end())
          next->push_back(found->second);
      }
      if (node.wildcard != 0) next->push_back(node.wildcard);
    }
  }

 private:
  std::vector<Node> nodes_ = std::vector<Node>(1);
};

}  // namespace heddle

#endif  // HEDDLE_LIB_DTAB_PREFIX_TRIE_H_
