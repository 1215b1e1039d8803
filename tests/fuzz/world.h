// The surroundings of an interpreter, as a script of lines makes and changes them. A line that makes no sense
// changes nothing, so that every text is a script:
//
//   rule /svc => /#/a          one more rule at the end; `put N RULE` instead of the Nth, `drop N`, `dtab
//   RULES` for all dtab-error                 the rules are in error, and as they were last known; until the
//   next change of them local /svc/web => /#/b/v2  the local rules of what is bound from now on bind /svc/web
//   follow one more name; `unbind N` name a web /=/c1/x & /y    namer a (of a, b, i) knows `web`: a client,
//   its residual, and another path; any tree forget a web               it does not; `pending`, `error` (as
//   last known), `failed` (nothing is known) addr a c1 2                the client's endpoints: how many,
//   `absent`, `pending`, `failed`
#ifndef HEDDLE_TESTS_FUZZ_WORLD_H_
#define HEDDLE_TESTS_FUZZ_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/naming/interpreter.h"
#include "lib/naming/namer.h"

namespace heddle::fuzz {

// What the lines change of one namer.
class ScriptNamer;

class World {
 public:
  // What is to be followed: a name and the local rules it is bound with.
  struct Wish {
    Dtab local;
    Path path;
  };
  enum class Change {
    kNothing,    // the line makes no sense
    kNames,      // rules or namers' answers
    kEndpoints,  // of one client, which had some and has some, or has none as it had
    kEdge,       // of one client, from some to none or back
    kWishes,
  };

  World();
  ~World();
  Change Apply(absl::string_view line);

  const std::shared_ptr<Source<Activity<VersionedDtab>>>& dtab() const { return dtab_; }
  std::vector<PrefixedNamer> namers() const;
  // By the number of their line; at most kMaxWishes.
  const std::map<int, Wish>& wishes() const { return wishes_; }
  // Whether something that a name may lead to is pending.
  bool AnyPending() const;
  // How often namers have been asked so far.
  int64_t lookups() const { return lookups_; }
  uint64_t revision() const { return revision_; }

 private:
  static constexpr size_t kMaxWishes = 4;
  static constexpr size_t kMaxRules = 60;

  Change ApplyToRules(absl::string_view word, absl::string_view rest);
  Change ApplyToWishes(absl::string_view word, absl::string_view rest);
  Change ApplyToNamer(absl::string_view word, absl::string_view rest);
  void SetRules(std::vector<Dentry> rules);

  std::vector<Dentry> rules_;
  uint64_t revision_ = 0;
  std::shared_ptr<Source<Activity<VersionedDtab>>> dtab_;
  std::map<char, std::shared_ptr<ScriptNamer>> namers_;
  Dtab local_;
  std::map<int, Wish> wishes_;
  int lines_ = 0;
  int64_t lookups_ = 0;
};

}  // namespace heddle::fuzz

#endif  // HEDDLE_TESTS_FUZZ_WORLD_H_
