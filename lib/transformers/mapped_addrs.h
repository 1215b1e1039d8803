// Endpoint sets made of other endpoint sets, shared.
#ifndef HEDDLE_LIB_TRANSFORMERS_MAPPED_ADDRS_H_
#define HEDDLE_LIB_TRANSFORMERS_MAPPED_ADDRS_H_

#include <functional>
#include <map>
#include <memory>

#include "lib/naming/addr.h"
#include "lib/watch/watch.h"

namespace heddle {

// Loop thread only. The watches it gave may outlive it.
class MappedAddrs {
 public:
  // `source` is never pending, absent or failed here: those states pass as they are. `aside` is that of the
  // watch given to the constructor, Pending() without one.
  using Map = std::function<Addr(const Addr& source, const Addr& aside)>;

  // `aside`, if not null, is followed by every set that somebody follows: a change of it changes them all.
  explicit MappedAddrs(Map map, std::shared_ptr<Watch<Addr>> aside = nullptr);

  // `source` as the map makes it; follows `source` while somebody subscribes. The same watch again while that
  // is held. Null for null.
  std::shared_ptr<Watch<Addr>> Get(const std::shared_ptr<Watch<Addr>>& source);

 private:
  class MappedAddr;
  struct Shared {
    Map map;
    std::shared_ptr<Watch<Addr>> aside;
    // By source, which the watch holds.
    std::map<const Watch<Addr>*, std::weak_ptr<MappedAddr>> known;
  };
  const std::shared_ptr<Shared> shared_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_TRANSFORMERS_MAPPED_ADDRS_H_
