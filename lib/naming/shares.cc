#include "lib/naming/shares.h"

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/naming/choice.h"

namespace heddle {
namespace {

using State = Standing::State;

// What a branch has come to, and what there is to say of it if nobody is served by it.
struct Verdict {
  Standing standing;
  std::string why;
};

class Sharer {
 public:
  Shares Run(const DelegateTree& root) {
    const Standing standing = Judge(root).standing;
    const bool taken = standing.known() && standing.state != State::kAbsent;
    Share(root, taken ? 1 : 0, "");
    return std::move(shares_);
  }

 private:
  // From the ends up.
  const Verdict& Judge(const DelegateTree& tree) {
    Verdict verdict = std::visit([&](const auto& node) { return VerdictOf(tree, node); }, tree.node);
    return verdicts_[&tree] = std::move(verdict);
  }
  static Verdict VerdictOf(const DelegateTree& tree, const DelegateTree::Neg&) {
    if (tree.path == "~") return {{State::kAbsent}, "~: there is no such name"};
    return {{State::kAbsent}, absl::StrCat("no rule and no namer has ", tree.path)};
  }
  static Verdict VerdictOf(const DelegateTree&, const DelegateTree::Fail&) {
    return {{State::kFail}, "! ends the search"};
  }
  static Verdict VerdictOf(const DelegateTree&, const DelegateTree::Empty&) {
    return {{State::kEmpty}, "$: the name exists, and nobody serves it"};
  }
  static Verdict VerdictOf(const DelegateTree&, const DelegateTree::Exception& exception) {
    return {{State::kError}, exception.message};
  }
  static Verdict VerdictOf(const DelegateTree&, const DelegateTree::Leaf& leaf);
  Verdict VerdictOf(const DelegateTree&, const DelegateTree::Delegate& step) { return Judge(*step.tree); }
  Verdict VerdictOf(const DelegateTree&, const DelegateTree::Transformation& transformation) {
    return Judge(*transformation.tree);
  }
  Verdict VerdictOf(const DelegateTree&, const DelegateTree::Alt& alt);
  Verdict VerdictOf(const DelegateTree&, const DelegateTree::Union& all);

  // From the root down. `why` is what keeps requests from a branch that could serve them.
  void Share(const DelegateTree& tree, double share, const std::string& why);
  void ShareOut(const DelegateTree::Alt& alt, double share, const std::string& why);
  void ShareOut(const DelegateTree::Union& all, double share, const std::string& why);
  void ShareOut(const DelegateTree::Delegate& step, double share, const std::string& why) {
    Share(*step.tree, share, why);
  }
  void ShareOut(const DelegateTree::Transformation& transformation, double share, const std::string& why) {
    Share(*transformation.tree, share, why);
  }
  template <class End>
  void ShareOut(const End&, double, const std::string&) {}

  std::vector<StandingMember> MembersOf(const DelegateTree::Union& all) const;
  std::string WhyAfter(const DelegateTree& taken) const;

  absl::flat_hash_map<const DelegateTree*, Verdict> verdicts_;
  absl::flat_hash_map<const DelegateTree::Alt*, std::optional<size_t>> taken_;
  Shares shares_;
};

Verdict Sharer::VerdictOf(const DelegateTree&, const DelegateTree::Leaf& leaf) {
  const Addr& addr = leaf.bound.addr->Get();
  Verdict verdict{{State::kLeads, IsVacant(leaf.bound.id, addr)}, ""};
  if (addr.state == AddrState::kFailed) {
    verdict.why = absl::StrCat("its endpoints are not known: ", addr.error.message());
  } else if (addr.state == AddrState::kPending) {
    verdict.why = "its endpoints are not known yet";
  } else if (verdict.standing.vacant) {
    verdict.why = addr.state == AddrState::kAbsent ? "its endpoints are known to be absent"
                                                   : "its endpoints are known and none";
  }
  return verdict;
}

Verdict Sharer::VerdictOf(const DelegateTree&, const DelegateTree::Alt& alt) {
  for (const DelegateTree& branch : alt.trees) Judge(branch);
  AlternateChoice choice;
  for (const DelegateTree& branch : alt.trees) {
    if (!choice.Offer(verdicts_.at(&branch).standing)) break;
  }
  taken_[&alt] = choice.taken();
  if (!choice.taken().has_value()) return {{State::kAbsent}, "none of its alternatives exists"};
  Verdict verdict = verdicts_.at(&alt.trees[*choice.taken()]);
  verdict.standing.final = choice.final();
  return verdict;
}

Verdict Sharer::VerdictOf(const DelegateTree&, const DelegateTree::Union& all) {
  bool known = false;
  std::string error;
  for (const auto& member : all.trees) {
    const Verdict& verdict = Judge(member.tree);
    known = known || verdict.standing.known();
    if (verdict.standing.state == State::kError && error.empty()) error = verdict.why;
  }
  if (!known) return {{State::kError}, error};
  const std::vector<bool> kept = KeptMembers(MembersOf(all));
  Verdict verdict{{State::kLeads, true}, "none of its members has endpoints"};
  size_t count = 0;
  const DelegateTree* last = nullptr;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (!kept[i]) continue;
    ++count;
    last = &all.trees[i].tree;
    verdict.standing.vacant = verdict.standing.vacant && verdicts_.at(last).standing.vacant;
  }
  if (count == 0) return {{State::kAbsent}, "none of its members exists"};
  if (count == 1) verdict = verdicts_.at(last);
  verdict.standing.final = false;
  return verdict;
}

std::vector<StandingMember> Sharer::MembersOf(const DelegateTree::Union& all) const {
  std::vector<StandingMember> members;
  for (const auto& member : all.trees)
    members.push_back({member.weight, verdicts_.at(&member.tree).standing});
  return members;
}

void Sharer::Share(const DelegateTree& tree, double share, const std::string& why) {
  const Verdict& verdict = verdicts_.at(&tree);
  const bool is_end = !std::holds_alternative<DelegateTree::Alt>(tree.node) &&
                      !std::holds_alternative<DelegateTree::Union>(tree.node) &&
                      !std::holds_alternative<DelegateTree::Delegate>(tree.node) &&
                      !std::holds_alternative<DelegateTree::Transformation>(tree.node);
  const bool serves = verdict.standing.state == State::kLeads && !verdict.standing.vacant;
  NodeShare& node = shares_[&tree];
  node.share = share;
  if (share == 0) {
    node.why = serves ? why : verdict.why;
  } else if (is_end) {
    node.why = verdict.why;
  }
  std::visit([&](const auto& inner) { ShareOut(inner, share, why); }, tree.node);
}

// Why nothing goes to the alternates that come after the one that is taken.
std::string Sharer::WhyAfter(const DelegateTree& taken) const {
  const Standing& standing = verdicts_.at(&taken).standing;
  switch (standing.state) {
    case State::kError:
      return "not reached: an earlier alternative is in error";
    case State::kFail:
      return "not reached: an earlier alternative is !, which ends the search";
    case State::kEmpty:
      return "not reached: an earlier alternative is $, which exists";
    default:
      return standing.vacant ? "not reached: the search ends at an earlier alternative"
                             : "not taken: an earlier alternative has endpoints";
  }
}

void Sharer::ShareOut(const DelegateTree::Alt& alt, double share, const std::string& why) {
  const std::optional<size_t> taken = taken_.at(&alt);
  for (size_t i = 0; i < alt.trees.size(); ++i) {
    if (i == taken) {
      Share(alt.trees[i], share, why);
    } else {
      // Those before it cannot serve, and say so themselves.
      const bool after = why.empty() && taken.has_value() && i > *taken;
      Share(alt.trees[i], 0, after ? WhyAfter(alt.trees[*taken]) : why);
    }
  }
}

void Sharer::ShareOut(const DelegateTree::Union& all, double share, const std::string& why) {
  const std::vector<bool> kept = KeptMembers(MembersOf(all));
  const auto taking = std::count(kept.begin(), kept.end(), true);
  double sum = 0;
  for (size_t i = 0; i < kept.size(); ++i) sum += kept[i] ? all.trees[i].weight : 0;
  for (size_t i = 0; i < kept.size(); ++i) {
    const auto& member = all.trees[i];
    if (!kept[i]) {
      Share(member.tree, 0, why);
    } else if (taking == 1 || sum <= 0) {
      Share(member.tree, share / static_cast<double>(taking), why);  // whatever the weights
    } else if (member.weight > 0) {
      Share(member.tree, share * member.weight / sum, why);
    } else {
      Share(member.tree, 0, why.empty() ? "weight 0" : why);
    }
  }
}

}  // namespace

Shares SharesOf(const DelegateTree& root) { return Sharer().Run(root); }

}  // namespace heddle
