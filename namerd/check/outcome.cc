#include "namerd/check/outcome.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/naming/status_name.h"

namespace heddle::namerd {
namespace {

constexpr double kSameShare = 1e-9;
constexpr size_t kReasons = 3;

// Adds the clients of `tree`, to which `share` of the requests go. False if some endpoints are not known yet.
bool AddDestinations(const BoundTree& tree, double share, std::vector<Destination>& out) {
  if (tree.is_leaf()) {
    const BoundName& leaf = tree.leaf();
    const Addr& addr = leaf.addr->Get();
    const bool is_status = StatusOfId(leaf.id).has_value();
    if (addr.state == AddrState::kPending && !is_status) return false;
    const auto same = std::find_if(out.begin(), out.end(), [&](const Destination& d) {
      return d.id == leaf.id && d.residual == leaf.residual;
    });
    if (same != out.end()) {
      same->share += share;
      return true;
    }
    const size_t endpoints = addr.state == AddrState::kBound ? addr.endpoints->size() : 0;
    out.push_back({leaf.id, leaf.residual, share, endpoints, endpoints > 0 || is_status});
  }
  if (!tree.is_union()) return true;
  double sum = 0;
  for (const auto& member : tree.members()) sum += member.weight;
  return std::all_of(tree.members().begin(), tree.members().end(), [&](const auto& member) {
    const double part = sum > 0 ? member.weight / sum : 1.0 / static_cast<double>(tree.members().size());
    return AddDestinations(member.tree, share * part, out);
  });
}

// The ends of an explanation, in order and each once.
void AddReasons(const DelegateTree& tree, std::vector<std::string>& reasons) {
  const auto add = [&reasons](std::string reason) {
    if (std::find(reasons.begin(), reasons.end(), reason) == reasons.end())
      reasons.push_back(std::move(reason));
  };
  const std::string rule = tree.dentry == nullptr ? "" : absl::StrCat(" of the rule ", tree.dentry->Show());
  if (std::holds_alternative<DelegateTree::Neg>(tree.node)) {
    add(tree.path == "~" ? absl::StrCat("the ~", rule)
                         : absl::StrCat("no rule and no namer has ", tree.path));
  } else if (std::holds_alternative<DelegateTree::Fail>(tree.node)) {
    add(absl::StrCat("the !", rule, " ends the search"));
  } else if (std::holds_alternative<DelegateTree::Empty>(tree.node)) {
    add(absl::StrCat("the $", rule, " has no endpoints"));
  } else if (const auto* error = std::get_if<DelegateTree::Exception>(&tree.node)) {
    add(error->message);
  } else if (const auto* alt = std::get_if<DelegateTree::Alt>(&tree.node)) {
    for (const DelegateTree& branch : alt->trees) AddReasons(branch, reasons);
  } else if (const auto* all = std::get_if<DelegateTree::Union>(&tree.node)) {
    for (const auto& member : all->trees) AddReasons(member.tree, reasons);
  } else if (const auto* step = std::get_if<DelegateTree::Delegate>(&tree.node)) {
    AddReasons(*step->tree, reasons);
  }
}

}  // namespace

bool Outcome::SameAs(const Outcome& other) const {
  if (state != other.state) return false;
  return std::equal(destinations.begin(), destinations.end(), other.destinations.begin(),
                    other.destinations.end(), [](const Destination& a, const Destination& b) {
                      return a.id == b.id && a.residual == b.residual &&
                             std::abs(a.share - b.share) < kSameShare;
                    });
}

const char* StateName(Outcome::State state) {
  switch (state) {
    case Outcome::State::kServed:
      return "served";
    case Outcome::State::kNoEndpoints:
      return "no_endpoints";
    case Outcome::State::kAbsent:
      return "absent";
    case Outcome::State::kFails:
      return "fails";
    case Outcome::State::kUnknown:
      break;
  }
  return "unknown";
}

Outcome OutcomeOf(const Activity<Binding>& binding) {
  Outcome outcome;
  if (!binding.value.has_value()) {
    if (!binding.failed()) return outcome;
    return {Outcome::State::kFails, {}, std::string(binding.error.message())};
  }
  if (!AddDestinations(binding.value->tree, 1, outcome.destinations)) return {};
  const bool serves = std::any_of(outcome.destinations.begin(), outcome.destinations.end(),
                                  [](const Destination& d) { return d.serves && d.share > 0; });
  outcome.state = serves                         ? Outcome::State::kServed
                  : outcome.destinations.empty() ? Outcome::State::kAbsent
                                                 : Outcome::State::kNoEndpoints;
  if (binding.value->tree.is_fail()) outcome.why = "the rules lead to !, which ends the search";
  if (binding.value->tree.is_empty()) outcome.why = "the rules lead to $, which has no endpoints";
  return outcome;
}

std::string WhyAbsent(const DelegateTree& explanation) {
  std::vector<std::string> reasons;
  AddReasons(explanation, reasons);
  const size_t more = reasons.size() > kReasons ? reasons.size() - kReasons : 0;
  reasons.resize(reasons.size() - more);
  return absl::StrCat(absl::StrJoin(reasons, "; "), more > 0 ? absl::StrCat("; and ", more, " more") : "");
}

}  // namespace heddle::namerd
