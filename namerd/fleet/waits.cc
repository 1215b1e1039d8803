#include "namerd/fleet/waits.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "namerd/fleet/fleet.h"

namespace heddle::namerd {

struct Waits::Wait {
  Wait(Waits& waits, DtabVersion version, Done done)
      : waits(waits),
        version(version),
        since(waits.loop_.Now()),
        limit(waits.loop_, [this] { OnLimit(); }),
        done(std::move(done)) {}

  void OnLimit() {
    Fix();
    waits.Tell(*this);
  }
  void Fix() {
    outcome = waits.progress_(place->first, version);
    outcome->gone = std::move(gone);
    // Who acknowledged before the wait began took its time, too.
    outcome->took = std::max(outcome->took, std::chrono::duration_cast<Millis>(waits.loop_.Now() - since));
    limit.Cancel();
  }

  Waits& waits;
  const DtabVersion version;
  const Nanos since;
  Timer limit;
  Done done;
  size_t behind = 0;
  std::vector<std::string> gone;
  std::optional<Convergence> outcome;  // once settled
  Table::iterator place;
};

Waits::Waits(Loop& loop, Progress progress)
    : loop_(loop), progress_(std::move(progress)), hold_(loop, [this] {
        for (const auto& [ns, wait] : waits_) SettleIfOver(wait);
      }) {}

Waits::~Waits() = default;

Subscription Waits::Add(const std::string& ns, DtabVersion version, Millis limit, Done done) {
  auto wait = std::make_shared<Wait>(*this, version, std::move(done));
  wait->place = waits_.emplace(ns, wait);
  wait->behind = progress_(ns, version).behind.size();
  wait->limit.Start(limit);
  SettleIfOver(wait);
  // Only the table holds a wait for long: one that cannot be found has been told, or went with the fleet.
  return Subscription([weak = std::weak_ptr(wait)] {
    const auto held = weak.lock();
    if (!held || !held->done) return;
    const Done dropped = std::exchange(held->done, nullptr);
    held->waits.waits_.erase(held->place);
  });
}

void Waits::Changed(const std::string& ns, const std::string& proxy, std::optional<DtabVersion> before,
                    std::optional<DtabVersion> after, bool lost) {
  const auto [first, last] = waits_.equal_range(ns);
  for (auto it = first; it != last; ++it) {
    Wait& wait = *it->second;
    if (wait.outcome) continue;
    const bool was_behind = before && !Reached(*before, wait.version);
    const bool is_behind = after && !Reached(*after, wait.version);
    if (after) std::erase(wait.gone, proxy);
    if (was_behind && !is_behind) {
      --wait.behind;
      if (lost && wait.gone.size() < Fleet::kMaxGone) wait.gone.push_back(proxy);
    } else if (!was_behind && is_behind) {
      ++wait.behind;
    }
    SettleIfOver(it->second);
  }
}

void Waits::SettleIfOver(const std::shared_ptr<Wait>& wait) {
  if (wait->behind > 0 || wait->outcome || hold_.running()) return;
  wait->Fix();
  loop_.Post([weak = std::weak_ptr(wait)] {
    if (const auto held = weak.lock()) held->waits.Tell(*held);
  });
}

void Waits::Tell(Wait& wait) {
  const Done done = std::exchange(wait.done, nullptr);
  if (!done) return;
  const auto held = std::move(wait.place->second);
  waits_.erase(wait.place);
  done(*held->outcome);
}

}  // namespace heddle::namerd
