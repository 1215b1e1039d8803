#include "namerd/namespaces/namespaces.h"

#include <utility>

#include "lib/naming/local_interpreter.h"
#include "namerd/namespaces/namespace_entry.h"
#include "namerd/namespaces/resolved_addr.h"
#include "namerd/namespaces/weak_cache.h"

namespace heddle::namerd {

struct Namespaces::Impl {
  std::shared_ptr<NamespaceEntry> EntryOf(Store& store, const std::string& ns) {
    return entries.GetOrMake(ns, [&] {
      auto entry = std::make_shared<NamespaceEntry>(store, ns);
      entry->Start();
      return entry;
    });
  }

  WeakCache<std::string, NamespaceEntry> entries;
  WeakCache<Path, ResolvedAddr> addrs;
};

Namespaces::Namespaces(Store& store, std::vector<PrefixedNamer> namers)
    : store_(store),
      namers_(std::move(namers)),
      namers_alone_(std::make_shared<LocalInterpreter>(
          Constant(Activity<VersionedDtab>::Ok({{}, std::make_shared<const Dtab>()})), namers_)),
      impl_(std::make_unique<Impl>()) {}

Namespaces::~Namespaces() = default;

std::shared_ptr<LocalInterpreter> Namespaces::InterpreterOf(const std::string& ns) {
  return impl_->EntryOf(store_, ns)->Interpreter(namers_);
}

std::shared_ptr<Watch<Activity<std::optional<VersionedDtab>>>> Namespaces::DtabOf(const std::string& ns) {
  return impl_->EntryOf(store_, ns)->Dtab();
}

std::shared_ptr<Watch<std::vector<std::string>>> Namespaces::Names() {
  return store_.WatchKeys(DocumentKind::kDtab);
}

std::shared_ptr<Watch<Addr>> Namespaces::Resolve(const Path& id) {
  return impl_->addrs.GetOrMake(id, [&] { return std::make_shared<ResolvedAddr>(namers_alone_, id); });
}

}  // namespace heddle::namerd
