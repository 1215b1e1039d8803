// HTTP for command lines: calls that block, each on a loop of its own.
#ifndef HEDDLE_LIB_SESSION_FETCH_BLOCKING_H_
#define HEDDLE_LIB_SESSION_FETCH_BLOCKING_H_

#include <functional>
#include <string>

#include "lib/base/clock.h"
#include "lib/base/status.h"
#include "lib/session/http_message.h"

namespace heddle {

// Runs a loop until `request` is answered. Resolves `host` with getaddrinfo and tries each address in turn.
// Errors as HttpClient::Fetch, with "host:port" in the message.
absl::StatusOr<HttpResponse> FetchBlocking(const std::string& host, uint16_t port, HttpRequest request,
                                           Millis timeout);

// Who reads a stream of lines. Both are called on the thread that called FetchLines, and end the stream by
// returning false.
struct LineReader {
  std::function<bool(absl::string_view line)> on_line;  // without its line end
  std::function<bool()> on_tick;                        // every `tick`, also while nothing comes
  Millis tick{100};
  Millis silence{30'000};  // without a byte for so long, connecting included: DeadlineExceeded
};

// A line of a stream that is longer is ResourceExhausted; of a body that is not 200, the rest is left out.
constexpr size_t kMaxStreamedLine = 64 << 20;

// As FetchBlocking, for a body that comes line by line. An answer other than 200 is returned whole, no line
// being read; 200 without its body, when the stream or the reader has ended.
absl::StatusOr<HttpResponse> FetchLines(const std::string& host, uint16_t port, HttpRequest request,
                                        const LineReader& reader);

}  // namespace heddle

#endif  // HEDDLE_LIB_SESSION_FETCH_BLOCKING_H_
