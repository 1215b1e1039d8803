#include "namerd/check/finding.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace heddle::namerd {
namespace {

constexpr size_t kLongestQuoted = 120;  // bytes

// What quotes a rule takes from it: rules of megabytes are quoted hundreds of times.
Path BeginningOf(const Path& path) {
  std::vector<std::string> labels;
  for (size_t i = 0; i < std::min(path.size(), kLongestQuoted); ++i) {
    labels.push_back(path[i].substr(0, kLongestQuoted));
  }
  return Path(std::move(labels));
}

// At most `leaves` of them, which it takes away.
NameTree<Path> BeginningOf(const NameTree<Path>& tree, size_t& leaves) {
  using Tree = NameTree<Path>;
  if (tree.is_alt() || tree.is_union()) {
    std::vector<Tree> alternates;
    std::vector<Tree::Weighted> members;
    for (size_t i = 0; tree.is_alt() && i < tree.alternates().size() && leaves > 0; ++i) {
      alternates.push_back(BeginningOf(tree.alternates()[i], leaves));
    }
    for (size_t i = 0; tree.is_union() && i < tree.members().size() && leaves > 0; ++i) {
      members.push_back({tree.members()[i].weight, BeginningOf(tree.members()[i].tree, leaves)});
    }
    return tree.is_alt() ? Tree::Alt(std::move(alternates)) : Tree::Union(std::move(members));
  }
  leaves -= std::min<size_t>(leaves, 1);
  return tree.is_leaf() ? Tree::Leaf(BeginningOf(tree.leaf())) : tree;
}

std::string QuotePrefix(const Prefix& prefix) {
  std::vector<Prefix::Elem> elems;
  for (size_t i = 0; i < std::min(prefix.size(), kLongestQuoted); ++i) {
    elems.push_back(prefix[i].has_value() ? Prefix::Elem(prefix[i]->substr(0, kLongestQuoted))
                                          : std::nullopt);
  }
  return Prefix(std::move(elems)).Show();
}

}  // namespace

const char* FindingName(FindingKind kind) {
  switch (kind) {
    case FindingKind::kCircle:
      return "circle";
    case FindingKind::kShadowed:
      return "shadowed";
    case FindingKind::kDuplicate:
      return "duplicate";
    case FindingKind::kNeverMatches:
      return "never_matches";
    case FindingKind::kDeadEnd:
      return "dead_end";
    case FindingKind::kAlternateUnused:
      return "alternate_unused";
    case FindingKind::kAbsentNow:
      return "absent_now";
    case FindingKind::kWeights:
      break;
  }
  return "weights";
}

const char* SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      break;
  }
  return "note";
}

std::string QuoteRule(const Dentry& rule) {
  std::string text = absl::StrCat(QuotePrefix(rule.prefix), " => ", QuoteTree(rule.dst, kLongestQuoted + 1));
  if (text.size() > kLongestQuoted) text.replace(kLongestQuoted, std::string::npos, "...");
  return text;
}

std::string QuoteTree(const NameTree<Path>& tree, size_t limit) {
  size_t leaves = limit;  // each takes a character
  return Show(BeginningOf(tree, leaves)).substr(0, limit);
}

}  // namespace heddle::namerd
