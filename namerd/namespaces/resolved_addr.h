// The endpoints of a bound id, as a lazy watch.
#ifndef HEDDLE_NAMERD_NAMESPACES_RESOLVED_ADDR_H_
#define HEDDLE_NAMERD_NAMESPACES_RESOLVED_ADDR_H_

#include <memory>

#include "lib/naming/addr.h"
#include "lib/naming/local_interpreter.h"
#include "lib/watch/watch.h"

namespace heddle::namerd {

// Binds `id`, without the prefixes that transformers have put before it, with the namers alone, and follows
// the endpoints of the leaf that has the whole id: those that the namer's transformers make. Where there is
// no such leaf (another's transformer: a proxy's own), those of the one it leads to. Source:
// io.buoyant.namerd.iface.NameInterpreterCache (getAddr).
class ResolvedAddr : public Watch<Addr> {
 public:
  ResolvedAddr(std::shared_ptr<LocalInterpreter> namers, Path id)
      : Watch<Addr>(Addr::Pending()), namers_(std::move(namers)), id_(std::move(id)) {}

 private:
  void OnFirstSubscriber() override;
  void OnLastUnsubscribed() override;
  void Follow(const Activity<Binding>& binding);

  const std::shared_ptr<LocalInterpreter> namers_;
  const Path id_;
  Subscription binding_, addr_;
  std::shared_ptr<Watch<Addr>> leaf_;  // the one `addr_` follows
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_NAMESPACES_RESOLVED_ADDR_H_
