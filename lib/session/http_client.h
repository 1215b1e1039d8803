// A small HTTP/1.1 client for the programs' own calls (namerctl, API clients, tests): whole or streamed
// responses, one connection a request unless kept. The proxy's own path does not use it.
#ifndef HEDDLE_LIB_SESSION_HTTP_CLIENT_H_
#define HEDDLE_LIB_SESSION_HTTP_CLIENT_H_

#include <functional>
#include <memory>
#include <string>

#include "absl/functional/any_invocable.h"
#include "lib/base/clock.h"
#include "lib/base/status.h"
#include "lib/event/loop.h"
#include "lib/session/http_message.h"

namespace heddle {

// Cancels the request when destroyed; then nothing more is called.
class HttpCall {
 public:
  virtual ~HttpCall() = default;
};

class HttpClient {
 public:
  // `loop` outlives the client. Loop thread only.
  explicit HttpClient(Loop& loop);
  ~HttpClient();  // cancels what is under way

  struct Options {
    SocketAddress server;
    Millis timeout{std::chrono::seconds(30)};  // for the whole response; 0: none
    size_t max_body_bytes = 64 << 20;
  };
  // Sends `request` (Host, Content-Length and Connection are added unless given) and calls `done` once: with
  // the response, or Unavailable (connect or reset; the message names the server), DeadlineExceeded, DataLoss
  // (not HTTP), ResourceExhausted (body too large). Connections are kept and used again.
  std::unique_ptr<HttpCall> Fetch(const Options& options, HttpRequest request,
                                  absl::AnyInvocable<void(absl::StatusOr<HttpResponse>)> done);

  // As Fetch, with the body as it comes: `on_head` once (body empty), `on_data` for each piece, `on_end`
  // once, with OK after a complete body. Returning from on_data takes the piece: a slow consumer stops the
  // server.
  std::unique_ptr<HttpCall> Stream(const Options& options, HttpRequest request,
                                   std::function<void(const HttpResponse&)> on_head,
                                   std::function<void(absl::string_view)> on_data,
                                   absl::AnyInvocable<void(absl::Status)> on_end);

  // Of an error: the request has not reached the server, so that another address may be tried.
  static bool HasNotConnected(const absl::Status& error);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_SESSION_HTTP_CLIENT_H_
