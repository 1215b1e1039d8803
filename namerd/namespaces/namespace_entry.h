// One namespace: follows its document in the store and keeps the order of those who follow it.
#ifndef HEDDLE_NAMERD_NAMESPACES_NAMESPACE_ENTRY_H_
#define HEDDLE_NAMERD_NAMESPACES_NAMESPACE_ENTRY_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/naming/interpreter.h"
#include "lib/naming/local_interpreter.h"
#include "lib/naming/namer.h"
#include "lib/watch/watch.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

// Held by the watches and the interpreter it hands out, which is why it holds them weakly.
class NamespaceEntry : public std::enable_shared_from_this<NamespaceEntry> {
 public:
  using Evaluated = Activity<VersionedDtab>;               // what the interpreter sees
  using Present = Activity<std::optional<VersionedDtab>>;  // what people see

  // REQUIRES: made by make_shared, then started.
  NamespaceEntry(Store& store, std::string ns) : store_(store), ns_(std::move(ns)) {}
  void Start();

  std::shared_ptr<LocalInterpreter> Interpreter(const std::vector<PrefixedNamer>& namers);
  std::shared_ptr<Watch<Present>> Dtab();

 private:
  // A source that keeps the entry, and with it the store's watch, alive.
  template <class T>
  struct Held : Source<T> {
    Held(T initial, std::shared_ptr<NamespaceEntry> held)
        : Source<T>(std::move(initial)), entry(std::move(held)) {}
    const std::shared_ptr<NamespaceEntry> entry;
  };

  void Follow(const std::optional<Version>& latest);

  Store& store_;
  const std::string ns_;
  Subscription from_store_;
  Evaluated evaluated_;
  Present present_;
  std::weak_ptr<Held<Evaluated>> evaluated_watch_;
  std::weak_ptr<Held<Present>> present_watch_;
  std::weak_ptr<LocalInterpreter> interpreter_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_NAMESPACES_NAMESPACE_ENTRY_H_
