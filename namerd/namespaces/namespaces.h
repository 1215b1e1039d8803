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
  // `store` outlives it.
  Namespaces(Store& store, std::vector<PrefixedNamer> namers);
  ~Namespaces();

  // The interpreter of namespace `ns`; one and the same while somebody holds it. A namespace that does not exist has an
  // empty dtab (as in Namerd 1.x) until it is created.
  std::shared_ptr<LocalInterpreter> InterpreterOf(const std::string& ns);

  // The namespace's dtab as it stands; nullopt while it does not exist; pending until the store has answered.
  // Its subscribers are called after the bindings of InterpreterOf(ns) have followed the change.
  std::shared_ptr<Watch<Activity<std::optional<VersionedDtab>>>> DtabOf(const std::string& ns);

  // The names of the namespaces that exist, sorted.
  std::shared_ptr<Watch<std::vector<std::string>>> Names();

  // The endpoints of a bound id (/#/io.l5d.fs/web, /$/inet/127.1/80), as the namers know them; a constant absent for an
  // id that no namer answers for.
  std::shared_ptr<Watch<Addr>> Resolve(const Path& id);

  const std::vector<PrefixedNamer>& namers() const { return namers_; }
  Store& store() { return store_; }

 private:
  struct Entry;
  Store& store_;
  std::vector<PrefixedNamer> namers_;
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_NAMESPACES_NAMESPACES_H_
