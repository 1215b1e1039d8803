#include "proxy/server/respond.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/http/reason.h"

namespace heddle {
namespace {

// application/x-www-form-urlencoded, cut to at most `limit` bytes at the border of an escape.
void AppendFormEncoded(absl::string_view text, size_t limit, std::string* out) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  const size_t end = out->size() + limit;
  for (const char c : text) {
    const bool plain =
        absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '-' || c == '_' || c == '.' || c == '*';
    if (out->size() + (plain || c == ' ' ? 1 : 3) > end) return;
    if (plain) {
      out->push_back(c);
    } else if (c == ' ') {
      out->push_back('+');
    } else {
      const auto byte = static_cast<unsigned char>(c);
      out->append({'%', kHex[byte >> 4], kHex[byte & 15]});
    }
  }
}

}  // namespace

int HttpStatusOf(const absl::Status& error) {
  switch (error.code()) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kUnimplemented:
      return 501;
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
      return 503;
    default:
      return 502;
  }
}

void AppendErrorResponse(const ErrorResponse& response, std::string* out) {
  absl::StrAppend(out, "HTTP/1.1 ", response.status, " ", ReasonPhrase(response.status),
                  "\r\nContent-Type: text/plain\r\nl5d-err: ");
  AppendFormEncoded(response.message, response.max_err_bytes, out);
  absl::StrAppend(out, "\r\nContent-Length: ", response.message.size(), "\r\n");
  if (response.close) absl::StrAppend(out, "Connection: close\r\n");
  if (response.keep_alive) absl::StrAppend(out, "Connection: keep-alive\r\n");
  absl::StrAppend(out, "\r\n", response.to_head ? absl::string_view() : response.message);
}

void AppendStatusResponse(int status, bool close, bool keep_alive, std::string* out) {
  absl::StrAppend(out, "HTTP/1.1 ", status, " ", ReasonPhrase(status), "\r\nVia: 1.1 linkerd\r\n");
  // RFC 9110 section 8.6: 204 has no length, and that of 304 would be the length of what it stands for.
  if (status != 204 && status != 304) absl::StrAppend(out, "Content-Length: 0\r\n");
  if (close) absl::StrAppend(out, "Connection: close\r\n");
  if (keep_alive) absl::StrAppend(out, "Connection: keep-alive\r\n");
  absl::StrAppend(out, "\r\n");
}

}  // namespace heddle
