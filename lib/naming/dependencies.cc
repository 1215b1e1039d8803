#include "lib/naming/dependencies.h"

#include <algorithm>

namespace heddle {
namespace {

bool Vacant(const Addr& addr) {
  return addr.state == AddrState::kAbsent || (addr.state == AddrState::kBound && addr.endpoints->empty());
}

// Takes the entries out before they are destroyed: ending a subscription may run anybody's code.
template <class Map>
void DropOlder(Map& map, uint64_t round) {
  std::vector<typename Map::mapped_type> dropped;
  for (auto at = map.begin(); at != map.end();) {
    const auto next = std::next(at);
    if (at->second.round < round) {
      dropped.push_back(std::move(at->second));
      map.erase(at);
    }
    at = next;
  }
}

}  // namespace

void Dependencies::Begin() {
  ++round_;
  in_round_ = true;
  changed_in_round_ = false;
  paths_.clear();
}

bool Dependencies::End() {
  DropOlder(lookups_, round_);
  DropOlder(vacancies_, round_);
  in_round_ = false;
  return changed_in_round_;
}

void Dependencies::Clear() {
  Begin();
  End();
}

void Dependencies::OnChange() {
  if (in_round_) {
    changed_in_round_ = true;
  } else {
    changed_();
  }
}

const Activity<NameTree<Name>>& Dependencies::Lookup(Namer& namer, const Path& rest) {
  LookupEntry& entry = lookups_[{&namer, rest}];
  entry.round = round_;
  if (entry.watch == nullptr) {
    const std::shared_ptr<Lookups> watch = entry.watch = namer.Lookup(rest);
    // Subscribing may run the namer's code, but that does not come back here: `entry` stays where it is.
    entry.subscription = watch->Subscribe([this, first = true](const auto&) mutable {
      if (!std::exchange(first, false)) OnChange();
    });
  }
  return entry.watch->Get();
}

bool Dependencies::IsVacant(const BoundName& leaf) {
  VacancyEntry& entry = vacancies_[leaf.addr.get()];
  entry.round = round_;
  if (entry.watch == nullptr) {
    entry.watch = leaf.addr;
    entry.vacant = std::make_shared<bool>(false);
    entry.subscription =
        leaf.addr->Subscribe([this, first = true, vacant = entry.vacant](const Addr& addr) mutable {
          const bool was = std::exchange(*vacant, Vacant(addr));
          if (!std::exchange(first, false) && was != *vacant) OnChange();
        });
  }
  return *entry.vacant;
}

bool Dependencies::UsesRuleOf(const Dtab& rules) const {
  return in_round_ || std::any_of(paths_.begin(), paths_.end(),
                                  [&rules](const Path& path) { return !rules.Matches(path).empty(); });
}

}  // namespace heddle
