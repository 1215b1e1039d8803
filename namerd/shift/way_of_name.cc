#include "namerd/shift/way_of_name.h"

#include <algorithm>
#include <set>

namespace heddle::namerd {
namespace {

// With more names on the way, it is bound: circles and large trees have limits there.
constexpr size_t kMaxNames = 100;

// Of names that begin with $, only addresses are known not to be other names (utility_namers.h).
bool IsAddress(const Path& name) { return name.size() > 1 && name[0] == "$" && name[1] == "inet"; }

bool LeadsOn(const Path& name, const std::vector<PrefixedNamer>& namers) {
  if (!name.empty() && name[0] == "$" && !IsAddress(name)) return true;
  return std::any_of(namers.begin(), namers.end(), [&](const PrefixedNamer& namer) {
    return namer.namer->LeadsOn() && name.StartsWith(namer.prefix);
  });
}

bool HasNamer(const Path& name, const std::vector<PrefixedNamer>& namers) {
  return std::any_of(namers.begin(), namers.end(),
                     [&](const PrefixedNamer& namer) { return name.StartsWith(namer.prefix); });
}

}  // namespace

WayOfName WayOf(const Path& name, const Dtab& dtab, size_t rule, const std::vector<PrefixedNamer>& namers) {
  std::set<Path> seen{name};
  std::vector<Path> next{name};
  while (!next.empty()) {
    const Path at = std::move(next.back());
    next.pop_back();
    const std::vector<size_t> rules = dtab.Matches(at);
    if (LeadsOn(at, namers) || std::find(rules.begin(), rules.end(), rule) != rules.end()) {
      return WayOfName::kPerhaps;
    }
    if (rules.empty() && seen.size() == 1 && !HasNamer(at, namers)) return WayOfName::kNowhere;
    for (const size_t i : rules) {
      const Path rest = at.Drop(dtab[i].prefix.size());
      dtab[i].dst.ForEachLeaf([&](const Path& leaf) {
        if (seen.size() <= kMaxNames && seen.insert(leaf + rest).second) next.push_back(leaf + rest);
      });
    }
    if (seen.size() > kMaxNames) return WayOfName::kPerhaps;
  }
  return WayOfName::kElsewhere;
}

}  // namespace heddle::namerd
