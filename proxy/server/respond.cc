#include "proxy/server/respond.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/utf8.h"
#include "lib/http/reason.h"

namespace heddle {
namespace {

void AppendEscape(uint8_t byte, std::string* out) {
  static constexpr char kHex[] = "0123456789ABCDEF";
  out->append({'%', kHex[byte >> 4], kHex[byte & 15]});
}

// The byte of ISO-8859-1 that begins `text`, which is UTF-8; '?' for a character that has none there, and the
// byte itself for what is no UTF-8. `size`: how many bytes of `text` that is.
uint8_t Latin1(absl::string_view text, size_t* size) {
  const auto lead = static_cast<uint8_t>(text[0]);
  *size = 1;
  if (lead < 0xC2) return lead;
  const size_t expected = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (text.size() < expected || FindNotUtf8(text.substr(0, expected)) != absl::string_view::npos) return lead;
  *size = expected;
  if (lead > 0xC3) return '?';
  return static_cast<uint8_t>((lead & 3) << 6 | (static_cast<uint8_t>(text[1]) & 0x3F));
}

// application/x-www-form-urlencoded of ISO-8859-1, cut to at most `limit` bytes at the border of an escape.
// Source: java.net.URLEncoder, as LinkerdHeaders.Err calls it.
void AppendFormEncoded(absl::string_view text, size_t limit, std::string* out) {
  const size_t end = out->size() + limit;
  while (!text.empty()) {
    size_t size = 1;
    const uint8_t c = Latin1(text, &size);
    const bool plain = absl::ascii_isalnum(c) || c == '-' || c == '_' || c == '.' || c == '*';
    if (out->size() + (plain || c == ' ' ? 1 : 3) > end) return;
    if (plain || c == ' ') {
      out->push_back(c == ' ' ? '+' : static_cast<char>(c));
    } else {
      AppendEscape(c, out);
    }
    text.remove_prefix(size);
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
    case absl::StatusCode::kCancelled:
      return 504;
    default:
      return 502;
  }
}

void AppendErrorResponse(const ErrorResponse& response, std::string* out) {
  const absl::string_view body = response.message.substr(0, response.cleared ? 0 : response.max_body_bytes);
  absl::StrAppend(out, "HTTP/1.1 ", response.status, " ", ReasonPhrase(response.status),
                  "\r\nContent-Type: text/plain\r\n");
  if (!response.cleared) {
    absl::StrAppend(out, "l5d-err: ");
    AppendFormEncoded(response.message, response.max_err_bytes, out);
    absl::StrAppend(out, response.retryable ? "\r\nl5d-retryable: true\r\n" : "\r\n");
  }
  absl::StrAppend(out, "Content-Length: ", body.size(), "\r\n");
  if (response.close) absl::StrAppend(out, "Connection: close\r\n");
  if (response.keep_alive) absl::StrAppend(out, "Connection: keep-alive\r\n");
  absl::StrAppend(out, "\r\n", response.to_head ? absl::string_view() : body);
}

void AppendStatusResponse(int status, bool close, bool keep_alive, std::string* out,
                          std::optional<bool> success, absl::string_view body) {
  absl::StrAppend(out, "HTTP/1.1 ", status, " ", ReasonPhrase(status), "\r\nVia: 1.1 linkerd\r\n");
  // RFC 9110 section 8.6: 204 has no length, and that of 304 would be the length of what it stands for.
  if (status != 204 && status != 304) absl::StrAppend(out, "Content-Length: ", body.size(), "\r\n");
  if (!body.empty()) absl::StrAppend(out, "Content-Type: text/plain\r\n");
  if (close) absl::StrAppend(out, "Connection: close\r\n");
  if (keep_alive) absl::StrAppend(out, "Connection: keep-alive\r\n");
  if (success.has_value()) absl::StrAppend(out, "l5d-success-class: ", *success ? "1.0" : "0.0", "\r\n");
  absl::StrAppend(out, "\r\n", body);
}

}  // namespace heddle
