// A line of an access log: Apache's combined format with the host before it, as Linkerd writes it.
//
//   web 10.1.2.3 - - [06/01/2016:21:21:26 GMT] "GET /foo?bar=bah HTTP/1.1" 200 304374 "-" "curl/7.88"
//
// Source: io.buoyant.linkerd.protocol.http.AccessLogger.
#ifndef HEDDLE_PROXY_ACCESS_LOG_ACCESS_ENTRY_H_
#define HEDDLE_PROXY_ACCESS_LOG_ACCESS_ENTRY_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"

namespace heddle {

// A request that was answered. Views of what was received: an empty one shows as "-".
struct AccessEntry {
  absl::string_view host;         // the Host field
  absl::string_view remote_host;  // the address of who asked, without the port
  Nanos end{0};                   // since the Unix epoch, when the response was over
  absl::string_view method;
  absl::string_view uri;
  absl::string_view version;  // "HTTP/1.1"
  int status = 0;
  int64_t response_bytes = -1;  // the response's content-length; negative: none
  absl::string_view referer;
  absl::string_view user_agent;
};

// More of a field is not logged: a line stays bounded whatever is sent.
constexpr size_t kMaxAccessLogField = 8 << 10;

// Appends the line, with its newline. What could end a field or a line, or be a command to the terminal that
// shows it (quotes, backslashes, control characters, bytes above 0x7e) is written \" \\ or \xHH. The time is
// in the local zone. Any thread; allocates nothing but in `out`.
void AppendAccessLogLine(const AccessEntry& entry, std::string* out);

}  // namespace heddle

#endif  // HEDDLE_PROXY_ACCESS_LOG_ACCESS_ENTRY_H_
