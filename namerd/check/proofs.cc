#include "namerd/check/proofs.h"

#include <algorithm>

#include "absl/strings/numbers.h"
#include "lib/base/socket_address.h"
#include "lib/naming/status_name.h"

namespace heddle::namerd {
namespace {

// Longer chains of rules and deeper trees prove nothing here, which bounds the stack.
constexpr int kMaxDepth = 100;

bool IsLiteralAddress(const Path& path) {
  uint32_t port = 0;
  return path.size() >= 4 && absl::SimpleAtoi(path[3], &port) && port > 0 &&
         SocketAddress::Parse(path[2], port).ok();
}

}  // namespace

Proofs::Proof Proofs::OfRule(size_t rule, int depth) {
  // One under way proves nothing of itself.
  if (state_[rule] == State::kUnderWay) return {};
  if (state_[rule] == State::kNew) {
    state_[rule] = State::kUnderWay;
    of_rules_[rule] = OfTree(dtab_[rule].dst, depth + 1);
    state_[rule] = State::kKnown;
  }
  return of_rules_[rule];
}

Proofs::Proof Proofs::OfTree(const NameTree<Path>& dst, int depth) {
  if (depth > kMaxDepth) return {};
  switch (dst.kind()) {
    case NameTree<Path>::Kind::kNeg:
      return {};
    case NameTree<Path>::Kind::kFail:
    case NameTree<Path>::Kind::kEmpty:
      return {true, false};
    case NameTree<Path>::Kind::kLeaf:
      return OfName(dst.leaf(), depth);
    case NameTree<Path>::Kind::kAlt: {
      // Behind two alternates nothing is certain: one without endpoints before a ! leaves the choice open.
      const auto& alternates = dst.alternates();
      if (alternates.empty()) return {};
      Proof proof = OfTree(alternates[0], depth + 1);
      if (!proof.stops && alternates.size() > 1) proof.stops = OfTree(alternates[1], depth + 1).leads;
      return proof;
    }
    case NameTree<Path>::Kind::kUnion:
      break;
  }
  const auto& members = dst.members();
  if (members.size() == 1) return OfTree(members[0].tree, depth + 1);
  const bool leads = std::any_of(members.begin(), members.end(),
                                 [&](const auto& member) { return OfTree(member.tree, depth + 1).leads; });
  return {leads, leads};
}

Proofs::Proof Proofs::OfName(const Path& path, int depth) {
  if (budget_.used_up()) return {};
  const std::vector<size_t> rules = dtab_.Matches(path);
  budget_.Spend(1 + rules.size());
  const size_t below = index_.LatestBelow(path);
  if (rules.empty()) return below == 0 ? OfBuiltIn(path) : Proof();
  if (below > rules[0]) return {};  // of some names only, but tried first
  Proof proof = OfRule(rules[0], depth);
  if (!proof.stops && rules.size() > 1 && below <= rules[1]) proof.stops = OfRule(rules[1], depth).leads;
  return proof;
}

Proofs::Proof Proofs::OfBuiltIn(const Path& path) const {
  if (path.size() < 2 || path[0] != "$") return {};
  if (StatusOfId(path.Take(3)).has_value()) return {true, true};
  const bool by_namer = std::any_of(namers_.begin(), namers_.end(), [&](const Path& namer) {
    return path.StartsWith(namer) || namer.StartsWith(path);
  });
  if (path[1] == "inet") return by_namer && IsLiteralAddress(path) ? Proof{true, true} : Proof();
  return {!by_namer && (path[1] == "nil" || path[1] == "fail"), false};
}

}  // namespace heddle::namerd
