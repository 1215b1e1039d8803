#include "lib/naming/choice.h"

#include <algorithm>

#include "lib/naming/status_name.h"

namespace heddle {
namespace {

using State = Standing::State;

bool Counts(const Standing& standing) {
  return standing.state == State::kLeads || standing.state == State::kEmpty;
}

// Can serve requests now, as far as is known.
bool Serves(const StandingMember& member) {
  return member.standing.state == State::kLeads && !member.standing.vacant && member.weight > 0;
}

}  // namespace

Standing StandingOf(const BoundTree& tree, bool vacant, bool final) {
  switch (tree.kind()) {
    case BoundTree::Kind::kNeg:
      return {State::kAbsent};
    case BoundTree::Kind::kFail:
      return {State::kFail};
    case BoundTree::Kind::kEmpty:
      return {State::kEmpty};
    default:
      return {State::kLeads, vacant, final};
  }
}

bool IsVacant(const Path& id, const Addr& addr) {
  const bool none =
      addr.state == AddrState::kAbsent || (addr.state == AddrState::kBound && addr.endpoints->empty());
  return none && !StatusOfId(id).has_value();
}

bool AlternateChoice::Offer(const Standing& alternate) {
  const size_t i = offered_++;
  if (alternate.state == State::kAbsent) return true;
  if (alternate.state == State::kPending) {
    // It may turn out to be better than one without endpoints.
    taken_ = i;
    return false;
  }
  if (alternate.state == State::kLeads && alternate.vacant) {
    if (!vacant_.has_value()) vacant_ = i;
    final_ = alternate.final;
    return !final_;
  }
  if (alternate.state != State::kLeads && vacant_.has_value()) {
    final_ = true;
  } else {
    taken_ = i;
  }
  return false;
}

std::vector<bool> KeptMembers(const std::vector<StandingMember>& members) {
  const bool serves = std::any_of(members.begin(), members.end(), Serves);
  std::vector<bool> kept;
  for (const StandingMember& member : members)
    kept.push_back(Counts(member.standing) && !(serves && member.standing.vacant));
  return kept;
}

}  // namespace heddle
