// Binds names by two dtabs and tells which lead elsewhere by the second.
#ifndef HEDDLE_NAMERD_CHECK_COMPARE_NAMES_H_
#define HEDDLE_NAMERD_CHECK_COMPARE_NAMES_H_

#include <functional>
#include <map>
#include <memory>
#include <vector>

#include "lib/event/loop.h"
#include "lib/event/timer.h"
#include "lib/naming/namer.h"
#include "namerd/check/outcome.h"

namespace heddle {
class LocalInterpreter;  // lib/naming/local_interpreter.h
}

namespace heddle::namerd {

struct NameToCompare {
  Path path;
  Dtab local;
  size_t followers = 0;
};

enum class Effect {
  kUnchanged,
  kChanged,  // served, otherwise than before
  kLost,     // was served, and would not be
  kGained,   // was not, and would be
  kAbsent,   // neither before nor after
  kUnknown,  // not known in time
};
const char* EffectName(Effect effect);  // "unchanged", "changed", "lost", "gained", "absent", "unknown"

struct ComparedName {
  NameToCompare name;
  Effect effect = Effect::kUnknown;
  Outcome before, after;
};

struct Comparison {
  size_t counts[6] = {};  // by effect
  // Those with an effect, in the order given: of each effect at most kMaxCompared. `left_out` are the others.
  std::vector<ComparedName> names;
  size_t left_out = 0;
  // Served before, and not known in time after.
  size_t in_doubt = 0;

  size_t count(Effect effect) const { return counts[static_cast<size_t>(effect)]; }
};
inline constexpr size_t kMaxCompared = 500;

// Runs on the loop a few names a turn. Ends when it is destroyed; `done` is called once, from the loop, and
// may destroy it.
class NameComparer {
 public:
  using Done = std::function<void(Comparison)>;
  // What is pending after `limit` is unknown.
  NameComparer(Loop& loop, const Dtab& before, const Dtab& after, const std::vector<PrefixedNamer>& namers,
               std::vector<NameToCompare> names, Millis limit, Done done);
  ~NameComparer();

 private:
  class Probe;
  class Pair;

  void PostTurn();
  void Turn();
  void Finish(size_t name, Outcome before, Outcome after);
  void GiveUp();
  void Complete();

  Loop& loop_;
  const std::unique_ptr<LocalInterpreter> before_, after_;
  std::vector<NameToCompare> names_;
  Done done_;
  Timer limit_;
  size_t next_ = 0;  // the first that is not begun
  std::map<size_t, std::unique_ptr<Pair>> under_way_;
  bool posted_ = false;
  std::map<size_t, ComparedName> compared_;  // what is to be told, by its place
  Comparison comparison_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_COMPARE_NAMES_H_
