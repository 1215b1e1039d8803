#include "lib/naming/dependencies.h"

#include <utility>
#include <vector>

#include "lib/naming/choice.h"

namespace heddle {
namespace {

// Takes the entries out before they are destroyed: ending a subscription may run anybody's code.
template <class Map>
void DropOlder(Map& map, uint64_t round) {
  std::vector<typename Map::mapped_type> dropped;
  for (auto at = map.begin(); at != map.end();) {
    const auto next = std::next(at);
    if (at->second->round < round) {
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
  paths_ = {};
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
  std::unique_ptr<LookupEntry>& entry = lookups_[{&namer, rest}];
  if (entry == nullptr) {
    // What follows may run the namer's code, but that does not come back here: `entry` stays where it is.
    entry = std::make_unique<LookupEntry>(LookupEntry{namer.Lookup(rest), Subscription(), round_});
    entry->subscription = entry->watch->Subscribe([this, first = true](const auto&) mutable {
      if (!std::exchange(first, false)) OnChange();
    });
  }
  entry->round = round_;
  return entry->watch->Get();
}

bool Dependencies::IsVacant(const BoundName& leaf) {
  std::unique_ptr<VacancyEntry>& entry = vacancies_[leaf.addr.get()];
  if (entry == nullptr) {
    entry = std::make_unique<VacancyEntry>(VacancyEntry{leaf.addr, Subscription(), round_, false});
    VacancyEntry* const kept = entry.get();
    kept->subscription =
        leaf.addr->Subscribe([this, kept, id = leaf.id, first = true](const Addr& addr) mutable {
          const bool was = std::exchange(kept->vacant, heddle::IsVacant(id, addr));
          if (!std::exchange(first, false) && was != kept->vacant) OnChange();
        });
  }
  entry->round = round_;
  return entry->vacant;
}

}  // namespace heddle
