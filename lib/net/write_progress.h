// Whether a connection gets rid of what is written to it: for write timeouts that cost nothing a write.
#ifndef HEDDLE_LIB_NET_WRITE_PROGRESS_H_
#define HEDDLE_LIB_NET_WRITE_PROGRESS_H_

#include <cstdint>

#include "lib/base/clock.h"
#include "lib/net/connection.h"

namespace heddle {

// Asked by a sweep, at least twice in `limit` for it to be kept: what it sees is as of the calls.
class WriteProgress {
 public:
  // True if the kernel has taken nothing for `limit` while something waited. `limit` 0: never.
  bool Stalled(const Connection& connection, Nanos now, Millis limit) {
    const bool moved = connection.sent() != sent_ || connection.buffered() == 0;
    sent_ = connection.sent();
    if (moved || since_ == Nanos(0)) since_ = now;
    return limit > Millis(0) && now - since_ >= limit;
  }

 private:
  uint64_t sent_ = 0;
  Nanos since_{0};
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NET_WRITE_PROGRESS_H_
