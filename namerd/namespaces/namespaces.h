// The namespaces: each dtab of the store with the interpreter that evaluates it.
#ifndef HEDDLE_NAMERD_NAMESPACES_NAMESPACES_H_
#define HEDDLE_NAMERD_NAMESPACES_NAMESPACES_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/naming/interpreter.h"
#include "lib/naming/namer.h"
#include "lib/watch/watch.h"
#include "namerd/store/store.h"

namespace heddle {
class LocalInterpreter;  // lib/naming/local_interpreter.h
}

namespace heddle::namerd {

// All calls on the loop that owns the store.
class Namespaces {
 public:
  // `store` outlives it, and everything it has handed out.
  Namespaces(Store& store, std::vector<PrefixedNamer> namers);
  ~Namespaces();

  // The interpreter of namespace `ns`; one and the same while somebody holds it. A namespace that does not
  // exist has an empty dtab (as in Namerd 1.x) until it is created; one that never existed has revision 0.
  std::shared_ptr<LocalInterpreter> InterpreterOf(const std::string& ns);

  // The namespace's dtab as it stands; nullopt while it does not exist; pending until the store has answered.
  // What is stored and is no dtab is an error that keeps the last good one. Its subscribers are called after
  // the bindings of InterpreterOf(ns) have followed the change.
  std::shared_ptr<Watch<Activity<std::optional<VersionedDtab>>>> DtabOf(const std::string& ns);

  // The names of the namespaces that exist, sorted.
  std::shared_ptr<Watch<std::vector<std::string>>> Names();

  // The endpoints of a bound id (/#/io.l5d.fs/web, /$/inet/127.1/80, /%/io.l5d.port/4140/#/io.l5d.fs/web), as
  // the namers and their transformers make them. Absent for an id that no namer answers for; failed with
  // FailedPrecondition for one that stands for no single set
  // (/$/fail). The same id gives the same watch while somebody holds it.
  std::shared_ptr<Watch<Addr>> Resolve(const Path& id);

  // The interpreter of no namespace: an empty dtab and the namers.
  std::shared_ptr<LocalInterpreter> NamersAlone() const { return namers_alone_; }

  const std::vector<PrefixedNamer>& namers() const { return namers_; }
  Store& store() { return store_; }

 private:
  struct Impl;
  Store& store_;
  std::vector<PrefixedNamer> namers_;
  std::shared_ptr<LocalInterpreter> namers_alone_;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_NAMESPACES_NAMESPACES_H_
