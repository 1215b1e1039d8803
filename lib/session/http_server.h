// A small HTTP/1.1 server for the pages and APIs of the programs themselves (admin, namerd's HTTP API, the sample
// application, back ends of benches). Whole requests in, whole or streamed responses out. The proxy's own path does not
// use it: it forwards bytes (proxy/server).
#ifndef HEDDLE_LIB_SESSION_HTTP_SERVER_H_
#define HEDDLE_LIB_SESSION_HTTP_SERVER_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/socket_address.h"
#include "lib/base/status.h"
#include "lib/event/loop.h"

namespace heddle {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// The first value of `name`, compared without case; nullptr if there is none.
const std::string* FindHeader(const HeaderList& headers, absl::string_view name);

struct HttpRequest {
  std::string method;
  std::string target;  // as received: "/api/1/dtabs/a%20b?x=1"
  HeaderList headers;
  std::string body;
  SocketAddress peer;  // set by the server; unused by the client

  // The target up to '?', still escaped.
  absl::string_view RawPath() const;
  // The value of query parameter `name`, unescaped ('+' is a space); nullopt if it is not there. An escape that is
  // not one (%zz) is kept as it is.
  std::optional<std::string> Query(absl::string_view name) const;
};

// Unescapes %XX; '+' stays.
std::string UnescapeUri(absl::string_view text);
// Escapes all but unreserved characters (RFC 3986 section 2.3) and those in `keep`.
std::string EscapeUri(absl::string_view text, absl::string_view keep = "");

struct HttpResponse {
  int status = 200;
  HeaderList headers;  // Content-Length, Transfer-Encoding, Date and Connection are the server's to add
  std::string body;
};

// The reason phrase of RFC 9110 for `status`.
absl::string_view ReasonPhrase(int status);

// Answers one request. Loop thread only. May be kept after the handler has returned; dropping the last reference
// unanswered sends 500.
class ResponseWriter {
 public:
  virtual ~ResponseWriter() = default;

  // A whole response. Once, and not after Start.
  virtual void Send(HttpResponse response) = 0;
  void SendText(int status, std::string body, std::string content_type = "text/plain") {
    Send({status, {{"Content-Type", std::move(content_type)}}, std::move(body)});
  }

  // A streamed response (chunked; until close for an HTTP/1.0 client): Start once, Write any number of times, End.
  virtual void Start(int status, HeaderList headers) = 0;
  // Bytes not yet taken by the kernel. A writer of a watch holds the latest value back while this is not 0.
  virtual size_t buffered() const = 0;
  virtual void Write(absl::string_view data) = 0;
  virtual void End() = 0;
  // `on_drained` is called whenever buffered() returns to 0; `on_closed` once, when the peer has gone before End.
  // Neither is called inside a call of the writer.
  virtual void OnDrained(std::function<void()> on_drained) = 0;
  virtual void OnClosed(std::function<void()> on_closed) = 0;
};

class HttpServer {
 public:
  using Handler = std::function<void(const HttpRequest&, std::shared_ptr<ResponseWriter>)>;

  struct Limits {
    size_t max_head_bytes = 64 << 10;  // 431 above
    size_t max_body_bytes = 8 << 20;   // 413 above
    size_t max_connections = 4096;     // accepts stop above
    Millis idle_timeout{std::chrono::minutes(5)};
  };

  // `loop` outlives the server. Loop thread only.
  HttpServer(Loop& loop, Handler handler, Limits limits);
  HttpServer(Loop& loop, Handler handler) : HttpServer(loop, std::move(handler), Limits()) {}
  ~HttpServer();  // closes every connection at once
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds and accepts. Port 0 takes a free one. May be called for several addresses. The error names the address.
  absl::Status Listen(const SocketAddress& address);
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
