#include "namerd/check/branches.h"

#include <optional>
#include <utility>
#include <variant>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lib/naming/choice.h"

namespace heddle::namerd {
namespace {

using State = Standing::State;
using Role = DeadBranch::Role;
using DentryPtr = std::shared_ptr<const Dentry>;

// A rule for the name itself or for a part of what `other` is for, and not for whatever comes.
bool IsLonger(const Dentry& rule, const DentryPtr& other) {
  const Prefix& prefix = rule.prefix;
  return prefix.size() > 0 && prefix[prefix.size() - 1].has_value() && other != nullptr &&
         prefix.size() > other->prefix.size();
}

bool IsFor(const Dentry& rule, const std::string& name) {
  const auto path = Path::Parse(name);
  const Prefix& prefix = rule.prefix;
  return path.ok() && prefix.size() > 0 && prefix.size() == path->size() &&
         prefix[prefix.size() - 1].has_value();
}

bool IsSame(const DentryPtr& a, const DentryPtr& b) {
  return a == b || (a != nullptr && b != nullptr && a->prefix == b->prefix && a->dst == b->dst);
}

// Tells what rules led from one name to the next. Large unions have many members, so that a rule's
// are listed once.
class Ways {
 public:
  // nullopt: it was not a rule that led from the name `parent` to `child`, but a namer.
  std::optional<Branch> To(const std::string& parent, const DelegateTree& child) {
    if (child.dentry == nullptr) return std::nullopt;
    const auto [at, is_new] = known_.try_emplace({child.dentry.get(), parent});
    if (is_new) at->second = OfRule(*child.dentry, parent);
    if (!at->second.has_value()) return std::nullopt;
    const auto found = at->second->find(child.path);
    return Branch{child.dentry, found == at->second->end() ? child.path : found->second, child.path};
  }

 private:
  // Destinations as the rule has them, by where they lead the name.
  using Destinations = absl::flat_hash_map<std::string, std::string>;

  static std::optional<Destinations> OfRule(const Dentry& rule, const std::string& name) {
    const auto path = Path::Parse(name);
    if (!path.ok() || !rule.prefix.Matches(*path)) return std::nullopt;
    const Path rest = path->Drop(rule.prefix.size());
    Destinations destinations;
    rule.dst.ForEachLeaf(
        [&](const Path& leaf) { destinations.try_emplace(leaf.Concat(rest).Show(), leaf.Show()); });
    return destinations;
  }

  absl::flat_hash_map<std::pair<const Dentry*, std::string>, std::optional<Destinations>> known_;
};

class Walk {
 public:
  explicit Walk(const AddrOf& addr_of) : addr_of_(addr_of) {}

  Branches Run(const DelegateTree& root) {
    if (Serves(root)) Visit(root);
    return std::move(found_);
  }

 private:
  const Standing& Judge(const DelegateTree& tree) {
    const auto known = standings_.find(&tree);
    if (known != standings_.end()) return known->second;
    const Standing standing = std::visit([this](const auto& node) { return StandingOf(node); }, tree.node);
    return standings_[&tree] = standing;
  }
  bool Serves(const DelegateTree& tree) {
    const Standing& standing = Judge(tree);
    return standing.state == State::kLeads && !standing.vacant;
  }
  Standing StandingOf(const DelegateTree::Neg&) { return {State::kAbsent}; }
  Standing StandingOf(const DelegateTree::Fail&) { return {State::kFail}; }
  Standing StandingOf(const DelegateTree::Empty&) { return {State::kEmpty}; }
  Standing StandingOf(const DelegateTree::Exception&) { return {State::kError}; }
  Standing StandingOf(const DelegateTree::Delegate& step) { return Judge(*step.tree); }
  Standing StandingOf(const DelegateTree::Transformation& step) { return Judge(*step.tree); }
  Standing StandingOf(const DelegateTree::Leaf& leaf) {
    const Addr& addr = addr_of_(leaf.bound);
    found_.pending = found_.pending || addr.state == AddrState::kPending;
    return {State::kLeads, IsVacant(leaf.bound.id, addr)};
  }
  Standing StandingOf(const DelegateTree::Alt& alt) {
    const AlternateChoice choice = Choose(alt);
    if (!choice.taken().has_value()) return {State::kAbsent};
    Standing standing = Judge(alt.trees[*choice.taken()]);
    standing.final = choice.final();
    return standing;
  }
  Standing StandingOf(const DelegateTree::Union& all);
  AlternateChoice Choose(const DelegateTree::Alt& alt) {
    AlternateChoice choice;
    for (const DelegateTree& branch : alt.trees) {
      if (!choice.Offer(Judge(branch))) break;
    }
    return choice;
  }

  // `tree` serves.
  void Visit(const DelegateTree& tree) {
    std::visit([&](const auto& node) { VisitNode(tree, node); }, tree.node);
  }
  template <class End>
  void VisitNode(const DelegateTree&, const End&) {}
  void VisitNode(const DelegateTree& tree, const DelegateTree::Delegate& step) {
    Follow(tree.path, *step.tree);
  }
  void VisitNode(const DelegateTree&, const DelegateTree::Transformation& step) { Visit(*step.tree); }
  void VisitNode(const DelegateTree& tree, const DelegateTree::Alt& alt);
  void VisitNode(const DelegateTree& tree, const DelegateTree::Union& all);
  void Follow(const std::string& parent, const DelegateTree& child) {
    if (auto branch = ways_.To(parent, child)) found_.serving.push_back(*std::move(branch));
    Visit(child);
  }

  // Where `tree`, which does not serve, ends; false if that is on purpose.
  bool FindEnd(const DelegateTree& tree, State state, DeadBranch& dead) const;
  bool IsEnd(const DelegateTree& tree, State state, DeadBranch& dead) const;
  void AddIfDead(const std::string& parent, const DelegateTree& child, const DeadBranch& as);

  const AddrOf& addr_of_;
  Ways ways_;
  absl::flat_hash_map<const DelegateTree*, Standing> standings_;
  Branches found_;
};

Standing Walk::StandingOf(const DelegateTree::Union& all) {
  std::vector<StandingMember> members;
  bool known = false;
  for (const auto& member : all.trees) {
    members.push_back({member.weight, Judge(member.tree)});
    known = known || members.back().standing.known();
  }
  if (!known) return {State::kError};
  const std::vector<bool> kept = KeptMembers(members);
  Standing standing{State::kLeads, true};
  size_t count = 0;
  for (size_t i = 0; i < kept.size(); ++i) {
    if (!kept[i]) continue;
    if (++count == 1) standing = members[i].standing;
    standing.vacant = standing.vacant && members[i].standing.vacant;
  }
  if (count == 0) return {State::kAbsent};
  if (count > 1) standing.state = State::kLeads;
  standing.final = false;
  return standing;
}

void Walk::VisitNode(const DelegateTree& tree, const DelegateTree::Alt& alt) {
  const auto taken = Choose(alt).taken();
  if (!taken.has_value()) return;
  const DentryPtr& rule = alt.trees[*taken].dentry;
  for (size_t i = 0; i < alt.trees.size(); ++i) {
    const DelegateTree& branch = alt.trees[i];
    if (i == *taken) {
      Follow(tree.path, branch);
      continue;
    }
    if (branch.dentry == nullptr) continue;
    const bool later = i > *taken;
    const bool matters = IsSame(branch.dentry, rule) || IsLonger(*branch.dentry, rule) ||
                         (!later && IsFor(*branch.dentry, tree.path));
    if (matters) AddIfDead(tree.path, branch, {{}, later ? Role::kLater : Role::kFirst, 0, {}, "", rule});
  }
}

void Walk::VisitNode(const DelegateTree& tree, const DelegateTree::Union& all) {
  double sum = 0;
  for (const auto& member : all.trees) sum += member.weight;
  for (const auto& member : all.trees) {
    if (member.weight > 0) {
      AddIfDead(tree.path, member.tree, {{}, Role::kMember, member.weight / sum, {}, "", nullptr});
    }
    if (Serves(member.tree)) Follow(tree.path, member.tree);
  }
}

bool Walk::IsEnd(const DelegateTree& tree, State state, DeadBranch& dead) const {
  if (std::holds_alternative<DelegateTree::Neg>(tree.node)) {
    if (state != State::kAbsent || tree.path == "~") return false;
    dead.end = DeadBranch::End::kAbsent;
    dead.why = absl::StrCat("no rule and no namer has ", tree.path);
    return true;
  }
  if (const auto* error = std::get_if<DelegateTree::Exception>(&tree.node)) {
    dead.end = DeadBranch::End::kError;
    dead.why = error->message;
    return state == State::kError;
  }
  const auto* leaf = std::get_if<DelegateTree::Leaf>(&tree.node);
  if (leaf == nullptr || state != State::kLeads) return false;
  const Addr& addr = addr_of_(leaf->bound);
  const std::string id = leaf->bound.id.Show();
  if (addr.state == AddrState::kFailed) {
    dead.end = DeadBranch::End::kError;
    dead.why = absl::StrCat("the endpoints of ", id, " are not known: ", addr.error.message());
    return true;
  }
  const bool absent = addr.state == AddrState::kAbsent;
  dead.end = absent ? DeadBranch::End::kAbsent : DeadBranch::End::kEmpty;
  dead.why = absent ? absl::StrCat("service discovery has no ", id)
                    : absl::StrCat(id, " is known and has no endpoints");
  return IsVacant(leaf->bound.id, addr);
}

bool Walk::FindEnd(const DelegateTree& tree, State state, DeadBranch& dead) const {
  if (const auto* step = std::get_if<DelegateTree::Delegate>(&tree.node))
    return FindEnd(*step->tree, state, dead);
  if (const auto* step = std::get_if<DelegateTree::Transformation>(&tree.node))
    return FindEnd(*step->tree, state, dead);
  if (const auto* alt = std::get_if<DelegateTree::Alt>(&tree.node)) {
    for (const DelegateTree& branch : alt->trees) {
      if (FindEnd(branch, state, dead)) return true;
    }
    return false;
  }
  if (const auto* all = std::get_if<DelegateTree::Union>(&tree.node)) {
    for (const auto& member : all->trees) {
      if (FindEnd(member.tree, state, dead)) return true;
    }
    return false;
  }
  return IsEnd(tree, state, dead);
}

// Leads to one client whose endpoints are in error.
bool IsInError(const DelegateTree& tree, const AddrOf& addr_of) {
  if (const auto* step = std::get_if<DelegateTree::Delegate>(&tree.node))
    return IsInError(*step->tree, addr_of);
  const auto* leaf = std::get_if<DelegateTree::Leaf>(&tree.node);
  return leaf != nullptr && addr_of(leaf->bound).state == AddrState::kFailed;
}

void Walk::AddIfDead(const std::string& parent, const DelegateTree& child, const DeadBranch& as) {
  const Standing standing = Judge(child);
  if (Serves(child) && !IsInError(child, addr_of_)) {
    if (auto branch = ways_.To(parent, child)) found_.serving.push_back(*std::move(branch));
    return;
  }
  if (child.path == parent) {  // a choice inside the rule, or an error of the rule itself
    if (const auto* alt = std::get_if<DelegateTree::Alt>(&child.node)) {
      for (const DelegateTree& inner : alt->trees) AddIfDead(parent, inner, as);
    } else if (const auto* all = std::get_if<DelegateTree::Union>(&child.node)) {
      for (const auto& member : all->trees) AddIfDead(parent, member.tree, as);
    }
    return;
  }
  DeadBranch dead = as;
  auto branch = ways_.To(parent, child);
  if (!branch.has_value() || !FindEnd(child, standing.state, dead)) return;
  dead.branch = *std::move(branch);
  found_.dead.push_back(std::move(dead));
}

}  // namespace

Branches BranchesOf(const DelegateTree& root, const AddrOf& addr_of) { return Walk(addr_of).Run(root); }

}  // namespace heddle::namerd
