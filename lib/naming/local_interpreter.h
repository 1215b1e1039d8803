// The interpreter that evaluates a dtab in this process.
#ifndef HEDDLE_LIB_NAMING_LOCAL_INTERPRETER_H_
#define HEDDLE_LIB_NAMING_LOCAL_INTERPRETER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/naming/delegate_tree.h"
#include "lib/naming/interpreter.h"
#include "lib/naming/namer.h"
#include "lib/naming/transformer.h"

namespace heddle {

// Binding follows com.twitter.finagle.Namer.bind and io.buoyant.namer.ConfiguredNamersInterpreter: a path is
// looked up in the dtab (the last rule that matches first), then in the namers whose prefix it has, then
// among the built-in /$/ names; what comes out is looked up again until clients are reached. An alternate is
// tried when the one before it is absent, not when that is pending or in error; a union keeps the members
// that are known and not absent.
//
// What is different:
// - An alternate whose endpoints are known to be absent or none is passed over as long as another has some,
// and
//   a union leaves out such a member as long as another member of weight > 0 has some. If none has, the first
//   stands. ! and $ end the search, also for the alternates around theirs.
// - While a change makes a binding pending, the last tree stays, marked as settling (make before break); an
//   error keeps it as well.
// - Each binding has a budget; rules that lead in circles or multiply are refused with an error that names
//   them. What a refused name remembers is bounded, too.
//
// Evaluation is incremental: a change of the dtab evaluates again only the bindings that looked up a path
// which a changed rule matches; a change of endpoints evaluates nothing, unless a set in a choice becomes
// empty or stops being so.
class LocalInterpreter : public Interpreter {
 public:
  // `namers` in the order of the configuration: the last one whose prefix matches is asked first. The inet
  // namer is one of them, with the prefix /$/inet; from it io.buoyant.rinet and fixedinet are made
  // (utility_namers.h).
  // `transformers` change every client that a name leads to, whichever namer it comes from.
  LocalInterpreter(std::shared_ptr<Watch<Activity<VersionedDtab>>> dtab, std::vector<PrefixedNamer> namers,
                   Transformers transformers = {});
  ~LocalInterpreter() override;  // watches that Bind gave stay valid

  std::shared_ptr<Watch<Activity<Binding>>> Bind(const Dtab& local, const Path& path) override;
  Subscription Explain(const Dtab& local, const Path& path, ExplainDetail detail,
                       std::function<void(absl::StatusOr<std::string>)> done) override;

  // What Explain renders, as a value; the same rules for `done`, but that endpoints are not waited for.
  using DelegateDone = std::function<void(absl::StatusOr<DelegateTree>)>;
  Subscription Delegate(const Dtab& local, const NameTree<Path>& tree, DelegateDone done);

  // How often a binding has been evaluated so far.
  uint64_t evaluations() const;

 private:
  class Core;
  class BoundWatch;
  std::shared_ptr<Core> core_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_LOCAL_INTERPRETER_H_
