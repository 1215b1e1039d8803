// A listening TCP socket on a loop.
#ifndef HEDDLE_LIB_NET_LISTENER_H_
#define HEDDLE_LIB_NET_LISTENER_H_

#include <memory>

#include "absl/functional/any_invocable.h"
#include "lib/base/socket_address.h"
#include "lib/base/status.h"
#include "lib/event/fd_watcher.h"
#include "lib/event/loop.h"
#include "lib/event/timer.h"
#include "lib/net/connection.h"

namespace heddle {

// Loop thread only. Destroying it closes the socket, also inside the accept callback.
class Listener {
 public:
  struct Options {
    // Several listeners, one a worker, share the address and the kernel spreads connections over them. With
    // it, a second process can take the port as well.
    bool reuse_port = false;
    int backlog = 4096;  // the kernel's net.core.somaxconn may lower it
    // Of the listening socket (its backlog and reuse_port win over those above) and of accepted ones.
    SocketOptions socket;
  };
  // The connection is not yet read from: call Start on it.
  using OnAccept = absl::AnyInvocable<void(std::unique_ptr<Connection>)>;

  // Binds and listens; port 0 takes a free one. The error names the address: AlreadyExists when it is in use,
  // PermissionDenied, else Unavailable.
  static absl::StatusOr<std::unique_ptr<Listener>> Listen(Loop& loop, const SocketAddress& address,
                                                          Options options, OnAccept on_accept);
  ~Listener();
  Listener(const Listener&) = delete;
  Listener& operator=(const Listener&) = delete;

  // With the port that was taken.
  const SocketAddress& address() const { return address_; }

  // While paused, new connections wait in the kernel's backlog. Idempotent.
  void Pause();
  void Resume();

  // Hands over the connections that are already established, then closes the socket: with SO_REUSEPORT those
  // in the backlog would be reset otherwise. The callback is not called afterwards. Idempotent.
  void StopAccepting();

 private:
  Listener(Loop& loop, int fd, SocketAddress address, const SocketOptions& socket, OnAccept on_accept);
  void OnReadable();
  // Accepts one. False when there is none, or when the process is out of descriptors (which pauses for a
  // while).
  bool AcceptOne();
  void WaitForResources(int error);
  void CloseSocket();

  Loop& loop_;
  int fd_;
  SocketAddress address_;
  const SocketOptions socket_;
  std::shared_ptr<OnAccept> on_accept_;  // outlives a listener that is destroyed inside it
  std::unique_ptr<FdWatcher> watcher_;
  Timer retry_;
  Nanos last_warning_{0};
  bool paused_ = false;
  std::shared_ptr<bool> destroyed_ = std::make_shared<bool>(false);
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NET_LISTENER_H_
