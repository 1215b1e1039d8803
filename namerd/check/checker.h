// What a dtab would do if it were stored: its problems, and what becomes of the names in use.
#ifndef HEDDLE_NAMERD_CHECK_CHECKER_H_
#define HEDDLE_NAMERD_CHECK_CHECKER_H_

#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/base/status.h"
#include "lib/event/loop.h"
#include "lib/watch/watch.h"
#include "namerd/check/compare_names.h"
#include "namerd/check/find_problems.h"
#include "namerd/check/rule_places.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/namespaces/namespaces.h"

namespace heddle::namerd {

struct CheckRequest {
  std::string ns;
  std::string dtab;         // as text
  bool has_places = false;  // the text is the user's: lines and columns of it mean something
  std::vector<Path> paths;  // names to compare beside those in use
  bool find_absent = true;  // also look for destinations that are absent now, which takes longer
};

struct CheckReport {
  std::string ns;
  // What it was compared with: the version stored when the check began; nullopt: there is no dtab.
  std::optional<VersionNumber> version;
  Dtab dtab;
  std::vector<RulePlace> places;  // one a rule, or none
  Problems problems;
  size_t names = 0;  // compared
  Comparison comparison;

  // No name would be lost, and no rule is an error.
  bool ok() const;
};

// All calls on the loop that owns the namespaces.
class Checker {
 public:
  using Done = std::function<void(absl::StatusOr<CheckReport>)>;
  // What discovery has not answered by then is unknown.
  static constexpr Millis kLimit{std::chrono::seconds(10)};
  // After the comparison, and within kLimit: names whose branches are not known by then are not told of.
  static constexpr Millis kLimitOfBranches{std::chrono::seconds(2)};
  static constexpr size_t kMaxUnderWay = 4;

  // All outlive it. Destroying it ends what is under way without a call.
  Checker(Loop& loop, Namespaces& namespaces, const NamesInUse& in_use);
  ~Checker();

  // Calls `done` once, later, unless the subscription ends before. Errors: InvalidArgument, the text is no
  // dtab; Unavailable, too many checks are under way.
  Subscription Check(const CheckRequest& request, Done done);

  const NamesInUse& in_use() const { return in_use_; }
  // Expires with it: for those whom the store calls back.
  std::weak_ptr<const bool> alive() const { return alive_; }

 private:
  struct Run;

  using RunAt = std::list<std::unique_ptr<Run>>::iterator;
  RunAt Find(uint64_t id);
  void FindAbsent(RunAt run);
  void Tell(RunAt run);
  void End(RunAt run);

  Loop& loop_;
  Namespaces& namespaces_;
  const NamesInUse& in_use_;
  std::list<std::unique_ptr<Run>> runs_;
  uint64_t last_id_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_CHECKER_H_
