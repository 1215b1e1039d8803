// Finds the destinations of rules that are absent now, while another way serves the names that come to them:
// a slip of the keys, or what is not deployed yet. What the comparison of names cannot show.
#ifndef HEDDLE_NAMERD_CHECK_FIND_ABSENT_H_
#define HEDDLE_NAMERD_CHECK_FIND_ABSENT_H_

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "lib/event/loop.h"
#include "lib/event/timer.h"
#include "lib/naming/namer.h"
#include "namerd/check/branches.h"
#include "namerd/check/compare_names.h"
#include "namerd/check/finding.h"

namespace heddle::namerd {

// Explains names on the loop, a few a turn, and ends when it is destroyed. `done` is called once, from the
// loop, and may destroy it.
class AbsentFinder {
 public:
  // By rule, one for each rule and destination; at most kMaxFindings, and how many more there are.
  using Done = std::function<void(Findings, size_t left_out)>;
  // Nothing is said of names that are not explained after `limit`.
  AbsentFinder(Loop& loop, const Dtab& dtab, const std::vector<PrefixedNamer>& namers,
               std::vector<NameToCompare> names, Millis limit, Done done);
  ~AbsentFinder();

 private:
  class Task;
  // A destination by the place of its rule in the dtab.
  using Key = std::pair<size_t, std::string>;
  struct Concern {
    DeadBranch branch;
    size_t last = 0;  // the name that came last
    size_t count = 0;
    std::vector<std::string> names;  // the first of them
  };

  void PostTurn();
  void Turn();
  void Add(size_t place, Branches branches);
  void End(size_t place);
  void Complete();
  void AddServing(const Branch& branch, const size_t* rule);
  void AddDead(DeadBranch dead, size_t rule, size_t place);
  Finding FindingOf(const Key& key, const Concern& concern) const;
  std::string Meant(const Branch& branch) const;

  Loop& loop_;
  const Dtab dtab_;
  const std::unique_ptr<LocalInterpreter> interpreter_;
  const std::vector<NameToCompare> names_;
  Done done_;
  Timer limit_;
  std::map<std::string, size_t> rules_;  // by how they show
  size_t next_ = 0;                      // the first that is not begun
  std::map<size_t, std::unique_ptr<Task>> under_way_;
  bool posted_ = false;
  std::set<Key> serving_;
  std::map<std::string, std::set<std::string>> labels_;  // last labels of paths that serve, by what is before
  size_t label_count_ = 0;
  std::map<Key, Concern> concerns_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_FIND_ABSENT_H_
