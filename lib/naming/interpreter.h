// Interpreters turn logical names into clients, as watches.
#ifndef HEDDLE_LIB_NAMING_INTERPRETER_H_
#define HEDDLE_LIB_NAMING_INTERPRETER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "lib/dtab/dtab.h"
#include "lib/dtab/path.h"
#include "lib/naming/bound.h"
#include "lib/watch/watch.h"

namespace heddle {

// Which state of a namespace something was evaluated at. Versions of different epochs are not comparable.
// {0, 0}: a dtab that has no version, such as one in a config file.
struct DtabVersion {
  uint64_t epoch = 0;
  uint64_t revision = 0;
  friend bool operator==(const DtabVersion&, const DtabVersion&) = default;
};

// A dtab at a version.
struct VersionedDtab {
  DtabVersion version;
  std::shared_ptr<const Dtab> dtab;  // never null
  friend bool operator==(const VersionedDtab& a, const VersionedDtab& b) {
    return a.version == b.version && (a.dtab == b.dtab || *a.dtab == *b.dtab);
  }
};

// A binding as it stands.
struct Binding {
  BoundTree tree;
  DtabVersion version;
  // True while something that a newer state needs is still pending, so that `tree` is the last known one: a
  // version is in force only once the bindings it touches have settled.
  bool settling = false;
  friend bool operator==(const Binding&, const Binding&) = default;
};

// How much an explanation tells. kPlain: what Linkerd's does. kFull: also which part of the requests goes
// each way now, and why the rest of the ways get none (delegate_json.h).
enum class ExplainDetail { kPlain, kFull };

// All calls on the loop that owns the interpreter.
class Interpreter {
 public:
  virtual ~Interpreter() = default;

  // The binding of `path` under the interpreter's own dtab with `local` after it (the request's overrides
  // win). Lazy; equal arguments may share one watch. It changes only when the tree, `settling` or the error
  // does, and `version` is that of the tree (of when it settled, if it has); endpoint changes come through
  // the leaves' own watches. An interpreter that has not yet heard of its dtab is pending.
  virtual std::shared_ptr<Watch<Activity<Binding>>> Bind(const Dtab& local, const Path& path) = 0;

  // Explains `path`: calls `done` once with the JSON of its delegation tree (the shape of Linkerd's
  // /delegator.json), perhaps before Explain returns, unless the returned subscription is cancelled first.
  // Waits for lookups that are pending; the caller sets the time limit. `done` may cancel or destroy the
  // subscription.
  virtual Subscription Explain(const Dtab& local, const Path& path, ExplainDetail detail,
                               std::function<void(absl::StatusOr<std::string>)> done) = 0;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_INTERPRETER_H_
