// A TCP connection on a loop, made for the request path.
//
// The measured rules it follows: reading stays armed for the connection's whole life;
// bytes are read into one buffer that all connections of a thread share; a write goes straight to the kernel
// and only what the kernel does not take is copied. In the steady state a request costs its reads and writes
// and no other system call.
#ifndef HEDDLE_LIB_NET_CONNECTION_H_
#define HEDDLE_LIB_NET_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/socket_address.h"
#include "lib/base/status.h"
#include "lib/event/loop.h"
#include "lib/net/socket_options.h"

namespace heddle {

// Loop thread only. Destroying it closes the socket; what is still buffered is lost. It may be destroyed
// inside any of its own callbacks.
class Connection {
 public:
  // What happens to a connection. Every call comes from the loop, none from inside a method of Connection.
  // After OnError nothing more is called; after OnEof only OnDrained and OnError are.
  class Handler {
   public:
    virtual ~Handler() = default;
    // The connection made by Connect is established.
    virtual void OnConnected() {}
    // Some bytes; the view is valid during the call. Never empty, at most kReadBufferBytes.
    virtual void OnData(absl::string_view data) = 0;
    // The peer will send no more. Writing is still possible.
    virtual void OnEof() = 0;
    // The connection is unusable: Unavailable (refused, reset, unreachable; the message names the peer),
    // DeadlineExceeded (Connect's timeout), ResourceExhausted (more buffered than the limit).
    virtual void OnError(absl::Status error) = 0;
    // buffered() has returned to 0.
    virtual void OnDrained() {}
  };

  static constexpr size_t kReadBufferBytes = 64 << 10;
  // Above this, a writer should stop its source until OnDrained.
  static constexpr size_t kHighWater = 256 << 10;

  // Starts to connect. `handler` hears OnConnected or OnError; written bytes are kept until then. `timeout`
  // 0: the kernel's own. `loop` and `handler` outlive the connection.
  static std::unique_ptr<Connection> Connect(Loop& loop, const SocketAddress& peer, Millis timeout,
                                             Handler& handler, const SocketOptions& options = {});
  // Takes a connected socket (see Listener). Nothing is read before Start.
  static std::unique_ptr<Connection> Adopt(Loop& loop, int fd, const SocketAddress& peer,
                                           const SocketOptions& options = {});

  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // For an adopted connection: names the handler and arms reading. Once.
  void Start(Handler& handler);
  // Hands the connection to another owner, such as a pool and back: no system call.
  void set_handler(Handler& handler);

  // Sends `data` after all that was written before: to the kernel at once, the rest into the buffer. An error
  // comes as OnError, later; what is written after it is dropped.
  void Write(absl::string_view data);
  // Bytes written and not yet taken by the kernel.
  size_t buffered() const;
  // Bytes that the kernel has taken so far (see WriteProgress).
  uint64_t sent() const;
  // The connection fails with ResourceExhausted once more than this is buffered. Default 64 MiB: a writer
  // that minds kHighWater never meets it.
  void set_buffer_limit(size_t bytes);

  // Backpressure: a peer that is not read from stops sending. Each costs a poller change; only for a reader
  // that cannot keep up. Resume after Pause. Idempotent.
  void PauseReading();
  void ResumeReading();
  bool paused() const;

  // Sends what is buffered and then the end of the stream. Reading goes on. No Write afterwards.
  void Shutdown();
  // Closes at once and makes the peer see an error (RST), so that it cannot take what it has for complete.
  // Nothing more is called.
  void Reset();

  // Gives the socket up for another owner, such as a library that has a loop of its own: a descriptor of it,
  // the caller's to close, while this connection is over without the peer noticing. What waits to be sent is
  // lost. -1 if it is not established or the process is out of descriptors; then it is closed. Nothing more
  // is called.
  int Release();

  // Established and not failed.
  bool connected() const;
  // OnEof has been called.
  bool read_ended() const;
  Loop& loop() const;
  const SocketAddress& peer() const;
  // 0.0.0.0:0 while not connected. A system call.
  SocketAddress local() const;

 private:
  struct Impl;
  explicit Connection(std::shared_ptr<Impl> impl);
  std::shared_ptr<Impl> impl_;  // holds itself until libuv has let go of the handle
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NET_CONNECTION_H_
