// Closes connections whose peer may still be sending, without losing what was sent to it last.
//
// A socket closed with unread bytes is reset, and the reset may overtake the answer (RFC 9112 section 9.6).
// So: end our direction, discard what still comes, close at the peer's end or after a while.
#ifndef HEDDLE_LIB_NET_LINGERING_CLOSER_H_
#define HEDDLE_LIB_NET_LINGERING_CLOSER_H_

#include <cstddef>
#include <functional>
#include <list>
#include <memory>
#include <utility>

#include "lib/base/clock.h"
#include "lib/event/loop.h"
#include "lib/net/connection.h"

namespace heddle {

// Loop thread only. Destroying it closes all that still linger.
class LingeringCloser {
 public:
  static constexpr size_t kMaxLingering = 1024;  // above: the oldest is closed

  explicit LingeringCloser(Loop& loop, Millis limit = Millis(2000));
  ~LingeringCloser();

  // Takes a connection out of use. What it has buffered is still sent, as long as the peer takes some of it
  // every now and then (30 limits); then the peer has a limit's time to close.
  void Close(std::unique_ptr<Connection> connection);
  size_t size() const { return lingering_.size(); }
  // Called, from the loop, whenever the last one has gone.
  void OnEmpty(std::function<void()> on_empty) { on_empty_ = std::move(on_empty); }

 private:
  class Lingering;
  Loop& loop_;
  Millis limit_;
  std::list<std::unique_ptr<Lingering>> lingering_;
  std::function<void()> on_empty_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NET_LINGERING_CLOSER_H_
