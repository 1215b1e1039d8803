// Requests and responses as the programs' own servers and clients see them: whole and in memory.
#ifndef HEDDLE_LIB_SESSION_HTTP_MESSAGE_H_
#define HEDDLE_LIB_SESSION_HTTP_MESSAGE_H_

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/socket_address.h"
#include "lib/http/head.h"

namespace heddle {

using HeaderList = std::vector<std::pair<std::string, std::string>>;

// The first value of `name`, compared without case; nullptr if there is none.
const std::string* FindHeader(const HeaderList& headers, absl::string_view name);

struct HttpRequest {
  std::string method;
  std::string target;  // "/api/1/dtabs/a%20b?x=1"; a server gives "http://host/x" as "/x"
  HeaderList headers;
  std::string body;
  SocketAddress peer;  // set by the server; unused by the client

  // The target up to '?', still escaped.
  absl::string_view RawPath() const;
  // The value of query parameter `name`, unescaped ('+' is a space); nullopt if it is not there. An escape
  // that is not one (%zz) is kept as it is.
  std::optional<std::string> Query(absl::string_view name) const;
  // Of a parameter that may be repeated.
  std::vector<std::string> QueryAll(absl::string_view name) const;
};

struct HttpResponse {
  int status = 200;
  HeaderList headers;  // Content-Length, Transfer-Encoding, Date and Connection are the server's to add
  std::string body;
};

// Unescapes %XX; '+' stays.
std::string UnescapeUri(absl::string_view text);
// Escapes all but unreserved characters (RFC 3986 section 2.3) and those in `keep`.
std::string EscapeUri(absl::string_view text, absl::string_view keep = "");

// The fields of a parsed head, as strings.
HeaderList HeadersOf(const Head& head, absl::string_view bytes);

// Appends "Name: value\r\n" for each header. Control characters in a value become spaces, so that a value
// cannot end its line.
void AppendHeaders(const HeaderList& headers, std::string* out);

}  // namespace heddle

#endif  // HEDDLE_LIB_SESSION_HTTP_MESSAGE_H_
