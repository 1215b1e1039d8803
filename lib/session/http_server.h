// A small HTTP/1.1 server for the pages and APIs of the programs themselves (admin, namerd's HTTP API, the
// sample application, back ends of benches). Whole requests in, whole or streamed responses out. The proxy's
// own path does not use it: it forwards bytes (proxy/server).
#ifndef HEDDLE_LIB_SESSION_HTTP_SERVER_H_
#define HEDDLE_LIB_SESSION_HTTP_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/socket_address.h"
#include "lib/base/status.h"
#include "lib/event/loop.h"
#include "lib/http/reason.h"
#include "lib/session/http_message.h"

namespace heddle {

// Answers one request. Loop thread only. May be kept after the handler has returned; dropping the last
// reference unanswered sends 500.
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;

  // A whole response. Once, and not after Start.
  virtual void Send(HttpResponse response) = 0;
  void SendText(int status, std::string body, std::string content_type = "text/plain") {
    Send({status, {{"Content-Type", std::move(content_type)}}, std::move(body)});
  }

  // A streamed response (chunked; until close for an HTTP/1.0 client): Start once, Write any number of times,
  // End.
  virtual void Start(int status, HeaderList headers) = 0;
  // Bytes not yet taken by the kernel. A writer of a watch holds the latest value back while this is not 0.
  virtual size_t buffered() const = 0;
  virtual void Write(absl::string_view data) = 0;
  virtual void End() = 0;
  // `on_drained` is called whenever buffered() returns to 0; `on_closed` once, when the peer has gone before
  // End (an end of its stream counts as that once the response has been started). Neither is called inside a
  // call of the writer.
  virtual void OnDrained(std::function<void()> on_drained) = 0;
  virtual void OnClosed(std::function<void()> on_closed) = 0;
  // From now on an end of the peer's stream counts as its going, also before the response has been started:
  // for answers that take so long that nobody may be left to get them.
  virtual void EndWithPeer() {}
};

class HttpServer {
 public:
  // The request is valid during the call. The writer may be kept and answered later.
  using Handler = std::function<void(const HttpRequest&, std::shared_ptr<ResponseWriter>)>;
  // Takes a connection that speaks HTTP/2: its socket, not blocking and the handler's to close, and the bytes
  // that have been received, from the preface on.
  using Http2Handler = std::function<void(int fd, std::string received)>;

  struct Limits {
    size_t max_head_bytes = 64 << 10;  // 431 above
    size_t max_body_bytes = 8 << 20;   // 413 above
    size_t max_connections = 4096;     // accepts stop above
    // All requests whose bodies have not been received to their end, together: 503 above.
    size_t max_bodies_bytes = 64 << 20;
    // A connection is closed after this without progress, but never while its handler is at work: between
    // requests, in the middle of a head (which must be complete in this time) or a body, or while the peer
    // does not read.
    Millis idle_timeout{std::chrono::minutes(5)};
  };

  // `loop` outlives the server. Loop thread only.
  HttpServer(Loop& loop, Handler handler, Limits limits);
  HttpServer(Loop& loop, Handler handler) : HttpServer(loop, std::move(handler), Limits()) {}
  ~HttpServer();  // closes every connection at once
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds and accepts. Port 0 takes a free one. May be called for several addresses. The error names the
  // address.
  absl::Status Listen(const SocketAddress& address);
  // From now on a new connection that begins with HTTP/2's preface (RFC 9113 section 3.4: a client that knows
  // what it will find, such as gRPC's) goes to `handler` and is no longer the server's. Without a handler it
  // is answered with 505.
  void OnHttp2(Http2Handler handler);
  // Of the first Listen.
  SocketAddress address() const;
  // Accepts no more; connections close as their response ends; `done` is called when none is left.
  void Drain(std::function<void()> done);

 private:
  struct Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_SESSION_HTTP_SERVER_H_
