#include "lib/codec/h1/head_parser.h"

#include <cstring>
#include <limits>

#include "absl/base/attributes.h"
#include "lib/codec/h1/authority.h"
#include "lib/http/scan.h"

namespace heddle::h1 {
namespace {

Method FindMethod(absl::string_view text) {
  switch (text.size()) {
    case 3:
      if (text == "GET") return Method::kGet;
      if (text == "PUT") return Method::kPut;
      break;
    case 4:
      if (text == "POST") return Method::kPost;
      if (text == "HEAD") return Method::kHead;
      break;
    case 5:
      if (text == "PATCH") return Method::kPatch;
      if (text == "TRACE") return Method::kTrace;
      break;
    case 6:
      if (text == "DELETE") return Method::kDelete;
      break;
    case 7:
      if (text == "OPTIONS") return Method::kOptions;
      if (text == "CONNECT") return Method::kConnect;
      break;
    default:
      break;
  }
  return Method::kOther;
}

static_assert(kHeaderIdCount <= 64);
constexpr uint64_t SetOf(HeaderId id) { return uint64_t{1} << static_cast<unsigned>(id); }
// What the parser itself reads.
constexpr uint64_t kFraming = SetOf(HeaderId::kContentLength) | SetOf(HeaderId::kTransferEncoding) |
                              SetOf(HeaderId::kHost) | SetOf(HeaderId::kConnection) |
                              SetOf(HeaderId::kExpect);

// "Content_Length" and the like: what some readers behind a gateway take for the field that frames the
// message.
bool LooksLikeFraming(absl::string_view name) {
  const auto reads_as = [name](absl::string_view known) {
    for (size_t i = 0; i < known.size(); ++i) {
      const bool letter = known[i] != '-';
      const char c = ToLower(name[i]);
      if (letter ? c != known[i] : (c >= 'a' && c <= 'z') || IsDigit(c)) return false;
    }
    return true;
  };
  constexpr absl::string_view kLength = "content-length";
  constexpr absl::string_view kCoding = "transfer-encoding";
  if (name.size() == kLength.size()) return reads_as(kLength);
  return name.size() == kCoding.size() && reads_as(kCoding);
}

// From the first byte of `part` within `bytes`.
Span SpanOf(absl::string_view bytes, absl::string_view part) {
  return {static_cast<uint32_t>(part.data() - bytes.data()), static_cast<uint32_t>(part.size())};
}

}  // namespace

void HeadParser::Reset() {
  line_begin_ = 0;
  scanned_ = 0;
  saw_first_line_ = false;
  skipped_empty_line_ = false;
  error_ = ParseError();
  head_.Clear();
}

bool HeadParser::Fail(int status, const char* reason) {
  error_ = {request_ ? status : 502, reason};
  return false;
}

Progress HeadParser::OverLimit(bool first_line) {
  if (first_line && request_) {
    Fail(414, "the request line is too long");
  } else if (first_line) {
    Fail(502, "the status line is too long");
  } else {
    Fail(431, "the header fields are too large");
  }
  return Progress::kError;
}

// The line at [begin, line_end); the text goes on to `size`. Inlined: this is where a parser spends its time.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool HeadParser::TakeField(const char* text, uint32_t begin,
                                                               uint32_t line_end, uint32_t size) {
  auto colon = static_cast<uint32_t>(Finder<NotOfNames>(text, begin, size).Next());
  if (text[colon] != ':' || colon == begin) {
    colon = TakeUnusualName({text + begin, line_end - begin}) + begin;
    if (error_) return false;
  }
  if (head_.field_count == Head::kMaxFields) return Fail(431, "too many header fields");
  uint32_t value = colon + 1;
  while (IsOws(text[value])) ++value;  // ends at the CR
  uint32_t value_end = line_end;
  while (value_end > value && IsOws(text[value_end - 1])) --value_end;

  Field& field = head_.fields[head_.field_count];
  field.name = {begin, colon - begin};
  field.value = {value, value_end - value};
  field.line_end = line_end + 2;
  const HeaderId id = FindHeaderId({text + begin, colon - begin});
  field.id = id;
  const auto index = static_cast<uint8_t>(head_.field_count++);
  if (id == HeaderId::kOther) return true;
  uint8_t& first = head_.first[static_cast<size_t>(id)];
  const bool repeated = first != Head::kNone;
  if (!repeated) first = index;
  return (kFraming & SetOf(id)) == 0 || Interpret(text, field, repeated);
}

// Sets `end` to where the line at `begin` ends, before its CRLF. False if no line does, with scanned_ for
// Stop.
ABSL_ATTRIBUTE_ALWAYS_INLINE inline bool HeadParser::FindLine(Finder<ControlsAndTab>* controls,
                                                              const char* text, uint32_t size, uint32_t begin,
                                                              uint32_t* end) {
  uint32_t at;
  do {
    at = static_cast<uint32_t>(controls->Next());
    if (at + 1 < size && text[at] == '\r' && text[at + 1] == '\n') {
      controls->SkipNeighbour();
      *end = at;
      return true;
    }
  } while (at < size && text[at] == '\t');
  line_begin_ = begin;
  scanned_ = *end = at;
  return false;
}

Progress HeadParser::ParseHead(absl::string_view bytes) {
  if (error_) return Progress::kError;
  if (head_.size != 0) return Progress::kDone;
  const absl::string_view window = bytes.substr(0, limits_.max_head);
  const char* const text = window.data();
  const auto size = static_cast<uint32_t>(window.size());
  Finder<ControlsAndTab> controls(text, scanned_, size);
  uint32_t begin = line_begin_;
  uint32_t end;
  while (!saw_first_line_) {
    const bool whole = FindLine(&controls, text, size, begin, &end);
    if (end - begin > limits_.max_first_line) return OverLimit(true);
    if (!whole) return Stop(window);
    if (!TakeFirstLine(window, {begin, end - begin})) return Progress::kError;
    begin = end + 2;
  }
  while (FindLine(&controls, text, size, begin, &end)) {
    if (end == begin) {
      if (!CheckFraming()) return Progress::kError;
      head_.size = end + 2;
      return Progress::kDone;
    }
    if (!TakeField(text, begin, end, size)) return Progress::kError;
    begin = end + 2;
  }
  return Stop(window);
}

// No line ends at scanned_: more is to come, or may not come.
Progress HeadParser::Stop(absl::string_view window) {
  const absl::string_view rest = window.substr(scanned_);
  if (rest.empty() || rest == "\r")
    return window.size() < limits_.max_head ? Progress::kMore : OverLimit(false);
  Fail(400, rest[0] == '\n' ? "a line ends in a bare line feed"
                            : "a control character in the first line or in a header");
  return Progress::kError;
}

bool HeadParser::TakeFirstLine(absl::string_view bytes, Span line) {
  if (line.size == 0) {
    if (!request_ || skipped_empty_line_) return Fail(400, "an empty line where the first line belongs");
    skipped_empty_line_ = true;  // RFC 9112 section 2.2: one CRLF too much after a body
    return true;
  }
  saw_first_line_ = true;
  head_.begin = line.begin;
  head_.first_line = line;
  return request_ ? TakeRequestLine(bytes, line) : TakeStatusLine(bytes, line);
}

// method SP request-target SP HTTP-version, one space each (RFC 9112 section 3: anything looser is a way to
// smuggle).
bool HeadParser::TakeRequestLine(absl::string_view bytes, Span line) {
  const char* const text = bytes.data();
  uint32_t at = line.begin;
  while (IsTokenChar(text[at])) ++at;
  if (at == line.begin || text[at] != ' ') return Fail(400, "the method is not a token");
  head_.method_text = {line.begin, at - line.begin};
  head_.method = FindMethod(head_.method_text.In(bytes));
  const uint32_t begin = at + 1;
  at = static_cast<uint32_t>(FindFirst<TargetEnds>(text, begin, bytes.size()));
  // RFC 9112 section 3.2: no form has one. Some readers cut it off and some do not, so that a path would be
  // checked as one and served as another.
  if (text[at] == '#') return Fail(400, "a fragment in the request target");
  if (text[at] == '\t') return Fail(400, "a control character in the request target");
  if (text[at] != ' ') return Fail(400, "the request line has no HTTP version");
  if (at == begin) return Fail(400, "the request target is empty");
  head_.target = {begin, at - begin};
  return TakeVersion(bytes.substr(at + 1, line.end() - at - 1)) && TakeTarget(bytes);
}

bool HeadParser::TakeVersion(absl::string_view version) {
  if (version.size() != 8 || std::memcmp(version.data(), "HTTP/", 5) != 0 || !IsDigit(version[5]) ||
      version[6] != '.' || !IsDigit(version[7])) {
    return Fail(400, "the HTTP version is malformed");
  }
  if (version[5] != '1' || version[7] > '1') return Fail(505, "only HTTP/1.0 and HTTP/1.1 are spoken here");
  head_.minor_version = static_cast<uint8_t>(version[7] - '0');
  return true;
}

bool HeadParser::TakeTarget(absl::string_view bytes) {
  const absl::string_view target = head_.target.In(bytes);
  if (head_.method == Method::kConnect) {
    head_.form = TargetForm::kAuthority;
    return (IsAuthority(target) && HasPort(target)) || Fail(400, "the target of CONNECT is not host:port");
  }
  if (target[0] == '/') {
    head_.form = TargetForm::kOrigin;
    return true;
  }
  if (target == "*" && head_.method == Method::kOptions) {
    head_.form = TargetForm::kAsterisk;
    return true;
  }
  return TakeAbsoluteTarget(target);
}

bool HeadParser::TakeAbsoluteTarget(absl::string_view target) {
  size_t scheme = 0;
  if (target.size() > 7 && EqualsLowercase(target.substr(0, 7), "http://")) {
    scheme = 7;
  } else if (target.size() > 8 && EqualsLowercase(target.substr(0, 8), "https://")) {
    scheme = 8;
  } else {
    return Fail(400, "the request target is neither a path nor an http URI");
  }
  size_t end = target.find_first_of("/?", scheme);
  if (end == absl::string_view::npos) end = target.size();
  const absl::string_view authority = target.substr(scheme, end - scheme);
  if (!IsAuthority(authority)) return Fail(400, "the authority of the request target is malformed");
  head_.form = TargetForm::kAbsolute;
  head_.authority = {head_.target.begin + static_cast<uint32_t>(scheme),
                     static_cast<uint32_t>(authority.size())};
  head_.origin = {head_.authority.end(), static_cast<uint32_t>(target.size() - end)};
  return true;
}

// HTTP-version SP status-code SP [reason-phrase]; the space before an empty reason may be missing.
bool HeadParser::TakeStatusLine(absl::string_view bytes, Span span) {
  const absl::string_view line = span.In(bytes);
  if (line.size() < 12 || line[8] != ' ') return Fail(502, "the status line is malformed");
  if (!TakeVersion(line.substr(0, 8))) return false;
  if (!IsDigit(line[9]) || !IsDigit(line[10]) || !IsDigit(line[11]) || line[9] == '0' ||
      (line.size() > 12 && line[12] != ' ')) {
    return Fail(502, "the status code is malformed");
  }
  head_.status = static_cast<uint16_t>((line[9] - '0') * 100 + (line[10] - '0') * 10 + (line[11] - '0'));
  if (line.size() > 13) head_.reason = SpanOf(bytes, line.substr(13));
  return true;
}

// The size of the name that `line` begins with, for one of more than letters, digits and hyphens; an error if
// there is no name and colon.
uint32_t HeadParser::TakeUnusualName(absl::string_view line) {
  uint32_t size = 0;
  while (size < line.size() && IsTokenChar(line[size])) ++size;
  const char after = size < line.size() ? line[size] : '\r';
  if (after == ':' && size > 0) {
    if (LooksLikeFraming(line.substr(0, size)))
      Fail(400, "a header that some take for the message's framing");
  } else if (size == 0 && IsOws(after)) {
    Fail(400, "a folded header line");
  } else if (after == ':') {
    Fail(400, "a header without a name");
  } else if (IsOws(after)) {
    Fail(400, "whitespace before the colon of a header");
  } else {
    Fail(400, "the name of a header is not a token");
  }
  return size;
}

bool HeadParser::Interpret(const char* text, const Field& field, bool repeated) {
  const absl::string_view value(text + field.value.begin, field.value.size);
  switch (field.id) {
    case HeaderId::kContentLength:
      return TakeContentLength(text, value);
    case HeaderId::kTransferEncoding:
      return repeated ? Fail(400, "more than one Transfer-Encoding") : TakeTransferEncoding(value);
    case HeaderId::kHost:
      if (repeated) return Fail(400, "more than one Host");
      return !request_ || value.empty() || IsAuthority(value) || Fail(400, "Host is malformed");
    case HeaderId::kConnection:
      TakeConnection(value);
      return true;
    default:  // kExpect
      ForEachElement(value, [this](absl::string_view expectation) {
        head_.expect_continue |= EqualsLowercase(expectation, "100-continue") && head_.minor_version >= 1;
      });
      return true;
  }
}

// A repetition is to be the same, to the digit: who reads octal or cuts at a width would see another number.
bool HeadParser::TakeContentLength(const char* text, absl::string_view value) {
  if (head_.has_content_length) {
    const Span first = head_.Find(HeaderId::kContentLength)->value;
    return value == absl::string_view(text + first.begin, first.size) ||
           Fail(400, "conflicting `Content-Length` headers");
  }
  if (value.empty()) return Fail(400, "Content-Length is empty");
  if (value.size() > 19) return Fail(400, "Content-Length is too large");
  uint64_t length = 0;  // 19 digits fit
  for (const char c : value) {
    if (!IsDigit(c)) return Fail(400, "Content-Length is not a number");
    length = length * 10 + static_cast<uint64_t>(c - '0');
  }
  if (length > std::numeric_limits<int64_t>::max()) return Fail(400, "Content-Length is too large");
  head_.has_content_length = true;
  head_.content_length = length;
  return true;
}

// "chunked" alone: the codings that transform would have to be undone before forwarding, and are not in use.
bool HeadParser::TakeTransferEncoding(absl::string_view value) {
  if (EqualsLowercase(value, "chunked")) {
    head_.chunked = true;
    return true;
  }
  size_t chunked = 0;
  bool chunked_last = false;
  size_t codings = 0;
  ForEachElement(value, [&](absl::string_view coding) {
    chunked_last = EqualsLowercase(coding, "chunked");
    chunked += chunked_last;
    ++codings;
  });
  if (codings > 1 && chunked_last && chunked == 1) return Fail(501, "a transfer coding other than chunked");
  return Fail(400, "Transfer-Encoding is not chunked");
}

void HeadParser::TakeConnection(absl::string_view value) {
  if (EqualsLowercase(value, "keep-alive")) {  // what there is most often
    head_.connection_keep_alive = true;
    return;
  }
  ForEachElement(value, [this](absl::string_view option) {
    if (EqualsLowercase(option, "close")) {
      head_.connection_close = true;
    } else if (EqualsLowercase(option, "keep-alive")) {
      head_.connection_keep_alive = true;
    } else {
      head_.connection_names_fields = true;
      head_.connection_upgrade |= EqualsLowercase(option, "upgrade") && head_.minor_version >= 1;
    }
  });
}

// RFC 9112 section 6.1: both lengths at once, or a transfer coding in HTTP/1.0, mean that somebody on the way
// reads the message differently.
bool HeadParser::CheckFraming() {
  if (head_.chunked && head_.has_content_length)
    return Fail(400, "both Content-Length and Transfer-Encoding");
  if (head_.chunked && head_.minor_version == 0) return Fail(400, "Transfer-Encoding in HTTP/1.0");
  return !(head_.chunked || head_.content_length > 0) || CheckContent();
}

// Content where there can be none: one reader skips it, another takes it for the next message.
bool HeadParser::CheckContent() {
  if (request_) {
    // RFC 9110 sections 9.3.6 and 9.3.8.
    if (head_.method == Method::kTrace) return Fail(400, "a TRACE request with content");
    if (head_.method == Method::kConnect) return Fail(400, "a CONNECT request with content");
    return true;
  }
  // RFC 9110 sections 8.6 and 15.2, RFC 9112 section 6.1. There are servers that say so in a 204 all the
  // same, and those that send it: that connection is not used again.
  if (head_.status < 200) return Fail(502, "an interim response with content");
  if (head_.status == 204) head_.connection_close = true;
  return true;
}

}  // namespace heddle::h1
