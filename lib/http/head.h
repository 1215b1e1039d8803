// The head of a request or a response as places in the bytes it came in: nothing is copied.
#ifndef HEDDLE_LIB_HTTP_HEAD_H_
#define HEDDLE_LIB_HTTP_HEAD_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "lib/http/header_id.h"

namespace heddle {

// A stretch of the buffer a head lies in, counted from the buffer's first byte: stays right when the buffer
// moves.
struct Span {
  uint32_t begin = 0;
  uint32_t size = 0;
  uint32_t end() const { return begin + size; }
  absl::string_view In(absl::string_view bytes) const { return {bytes.data() + begin, size}; }
};

// A field line. The line itself reaches from `name.begin` to `line_end`, which is after its CRLF.
struct Field {
  Span name;
  Span value;  // without the spaces around it
  uint32_t line_end = 0;
  HeaderId id = HeaderId::kOther;
};

// Methods that are treated differently; every other token is kOther and is passed on as it is.
enum class Method : uint8_t { kOther, kGet, kHead, kPost, kPut, kDelete, kOptions, kTrace, kConnect, kPatch };

// RFC 9110 section 9.2.2: sending it twice asks for no more than sending it once.
constexpr bool IsIdempotent(Method m) {
  return m == Method::kGet || m == Method::kHead || m == Method::kPut || m == Method::kDelete ||
         m == Method::kOptions || m == Method::kTrace;
}

// The forms of a request's target (RFC 9112 section 3.2).
enum class TargetForm : uint8_t { kOrigin, kAbsolute, kAuthority, kAsterisk };

// A parsed head. Large (some 3 kB): one a connection that is in the middle of one, or one a worker; reused.
struct Head {
  static constexpr size_t kMaxFields = 128;
  static constexpr uint8_t kNone = 0xff;

  uint32_t begin = 0;         // of the first line: after an empty line that a client sent too much
  uint32_t size = 0;          // from the buffer's first byte to after the empty line that ends the head
  Span first_line;            // without its CRLF
  uint8_t minor_version = 1;  // HTTP/1.x, 0 or 1

  // Of a request.
  Span method_text;
  Span target;  // as received
  Method method = Method::kOther;
  TargetForm form = TargetForm::kOrigin;
  // Of a request in absolute form ("http://web:80/a?b"): "web:80", and "/a?b" (empty for "http://web:80").
  Span authority;
  Span origin;

  // Of a response.
  uint16_t status = 0;
  Span reason;

  // What the fields say about the message, checked against each other by the parser.
  bool chunked = false;
  bool has_content_length = false;
  uint64_t content_length = 0;
  // "close" in Connection. Also set for a response that contradicts itself: 204, but with a body announced.
  bool connection_close = false;
  bool connection_keep_alive = false;    // "keep-alive" in Connection
  bool connection_upgrade = false;       // "upgrade" in Connection, of HTTP/1.1
  bool connection_names_fields = false;  // Connection lists something other than the first two
  bool expect_continue = false;          // "100-continue" in Expect, of HTTP/1.1

  uint16_t field_count = 0;
  std::array<Field, kMaxFields> fields;
  // The first field of each id, as an index into `fields`; kNone if there is none.
  std::array<uint8_t, kHeaderIdCount> first;

  const Field* Find(HeaderId id) const {
    const uint8_t at = first[static_cast<size_t>(id)];
    return at == kNone ? nullptr : &fields[at];
  }
  bool Has(HeaderId id) const { return first[static_cast<size_t>(id)] != kNone; }
  // The value of the first field of `id` in the head at `bytes`; "" if there is none.
  absl::string_view Value(absl::string_view bytes, HeaderId id) const {
    const Field* field = Find(id);
    return field == nullptr ? absl::string_view() : field->value.In(bytes);
  }

  const Field* begin_fields() const { return fields.data(); }
  const Field* end_fields() const { return fields.data() + field_count; }

  // As before the first byte.
  void Clear();
};

// The connection can be used again after this message (RFC 9112 section 9.3), as far as the head says.
inline bool KeepsAlive(const Head& head) {
  return !head.connection_close && (head.minor_version >= 1 || head.connection_keep_alive);
}

}  // namespace heddle

#endif  // HEDDLE_LIB_HTTP_HEAD_H_
