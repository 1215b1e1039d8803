// What one binding (or explanation) was computed from, and so when it has to be computed again. For
// lib/naming alone.
#ifndef HEDDLE_LIB_NAMING_DEPENDENCIES_H_
#define HEDDLE_LIB_NAMING_DEPENDENCIES_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "lib/dtab/path.h"
#include "lib/naming/bound.h"
#include "lib/naming/namer.h"
#include "lib/naming/path_index.h"
#include "lib/watch/watch.h"

namespace heddle {

// Works in rounds: a computation asks for what it needs between Begin and End; what was asked for stays
// subscribed, what an earlier round needed and this one did not is let go at End, so that nothing shared
// stops and starts again.
class Dependencies {
 public:
  using Lookups = Watch<Activity<NameTree<Name>>>;

  // `changed` is called outside of rounds when an answer that was given may have become another. It may start
  // a round.
  explicit Dependencies(std::function<void()> changed) : changed_(std::move(changed)) {}

  void Begin();
  // True if an answer given in this round has changed since: the round is to be repeated.
  bool End();
  // Lets everything go.
  void Clear();

  // What `namer` says about `rest`. Valid until the next round.
  const Activity<NameTree<Name>>& Lookup(Namer& namer, const Path& rest);
  // True while the leaf's endpoints are known to be absent or none. Only a change of that counts as a change.
  bool IsVacant(const BoundName& leaf);

  // The rules that match `path` matter.
  void UsePath(const Path& path) { paths_.Add(path); }
  // The paths of the last round, which are forgotten here.
  LookedUpPaths TakePaths() { return std::exchange(paths_, {}); }

 private:
  struct LookupEntry {
    std::shared_ptr<Lookups> watch;
    Subscription subscription;
    uint64_t round;
  };
  struct VacancyEntry {
    std::shared_ptr<Watch<Addr>> watch;
    Subscription subscription;
    uint64_t round;
    bool vacant;
  };

  void OnChange();

  std::function<void()> changed_;
  uint64_t round_ = 0;
  bool in_round_ = false;
  bool changed_in_round_ = false;
  LookedUpPaths paths_;
  absl::flat_hash_map<std::pair<const Namer*, Path>, std::unique_ptr<LookupEntry>> lookups_;
  absl::flat_hash_map<const Watch<Addr>*, std::unique_ptr<VacancyEntry>> vacancies_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_DEPENDENCIES_H_
