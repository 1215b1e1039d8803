#include "lib/codec/h1/head_parser.h"

#include <cstring>
#include <limits>

#include "lib/http/chars.h"

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

bool IsDigit(char c) { return c >= '0' && c <= '9'; }

// Characters that end or split an authority for some reader (RFC 3986 section 3.2), so that one host would be
// seen as another.
bool HasAuthorityDelimiter(absl::string_view host) {
  return host.find_first_of(" \t/?#@\\,\"<>") != absl::string_view::npos;
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

Progress HeadParser::ParseHead(absl::string_view bytes) {
  if (error_) return Progress::kError;
  if (head_.size != 0) return Progress::kDone;
  const absl::string_view window = bytes.substr(0, limits_.max_head);
  while (true) {
    const void* found = window.size() > scanned_
                            ? std::memchr(window.data() + scanned_, '\n', window.size() - scanned_)
                            : nullptr;
    if (found == nullptr) {
      scanned_ = static_cast<uint32_t>(window.size());
      // The one more is a CR whose LF has yet to come.
      if (!saw_first_line_ && scanned_ - line_begin_ > limits_.max_first_line + 1) return OverLimit(true);
      if (scanned_ >= limits_.max_head) return OverLimit(false);
      return Progress::kMore;
    }
    const auto lf = static_cast<uint32_t>(static_cast<const char*>(found) - window.data());
    const uint32_t begin = line_begin_;
    line_begin_ = scanned_ = lf + 1;
    if (lf == begin || window[lf - 1] != '\r') {
      Fail(400, "a line ends in a bare line feed");
      return Progress::kError;
    }
    const uint32_t end = lf - 1;
    if (begin == end) {  // the empty line
      if (!saw_first_line_ && request_ && !skipped_empty_line_) {
        skipped_empty_line_ = true;  // RFC 9112 section 2.2: one CRLF too much after a body
        continue;
      }
      if (!saw_first_line_) {
        Fail(400, "an empty line where the first line belongs");
        return Progress::kError;
      }
      if (!CheckFraming()) return Progress::kError;
      head_.size = lf + 1;
      return Progress::kDone;
    }
    if (!saw_first_line_ && end - begin > limits_.max_first_line) return OverLimit(true);
    if (!TakeLine(window, begin, end)) return Progress::kError;
  }
}

bool HeadParser::TakeLine(absl::string_view bytes, uint32_t begin, uint32_t end) {
  const Span line{begin, end - begin};
  if (saw_first_line_) return TakeField(bytes, line);
  saw_first_line_ = true;
  head_.begin = begin;
  head_.first_line = line;
  return request_ ? TakeRequestLine(bytes, line) : TakeStatusLine(bytes, line);
}

// method SP request-target SP HTTP-version, one space each (RFC 9112 section 3: anything looser is a way to
// smuggle).
bool HeadParser::TakeRequestLine(absl::string_view bytes, Span span) {
  const absl::string_view line = span.In(bytes);
  size_t i = 0;
  while (i < line.size() && IsTokenChar(line[i])) ++i;
  if (i == 0 || i == line.size() || line[i] != ' ') return Fail(400, "the method is not a token");
  head_.method_text = {span.begin, static_cast<uint32_t>(i)};
  head_.method = FindMethod(line.substr(0, i));
  const absl::string_view rest = line.substr(i + 1);
  const size_t space = rest.find(' ');
  if (space == absl::string_view::npos) return Fail(400, "the request line has no HTTP version");
  head_.target = SpanOf(bytes, rest.substr(0, space));
  return TakeVersion(rest.substr(space + 1)) && TakeTarget(bytes);
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
  if (target.empty()) return Fail(400, "the request target is empty");
  if (FindControl(target) != target.size() || target.find('\t') != absl::string_view::npos) {
    return Fail(400, "a control character in the request target");
  }
  // RFC 9112 section 3.2: no form has one. Some readers cut it off and some do not, so that a path would be
  // checked as one and served as another.
  if (target.find('#') != absl::string_view::npos) return Fail(400, "a fragment in the request target");
  if (head_.method == Method::kConnect) {
    head_.form = TargetForm::kAuthority;
    return !HasAuthorityDelimiter(target) || Fail(400, "the target of CONNECT is not host:port");
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
  size_t end = target.find_first_of("/?#", scheme);
  if (end == absl::string_view::npos) end = target.size();
  const absl::string_view authority = target.substr(scheme, end - scheme);
  if (authority.empty() || HasAuthorityDelimiter(authority)) {
    return Fail(400, "the authority of the request target is malformed");
  }
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
  const absl::string_view reason = head_.reason.In(bytes);
  return FindControl(reason) == reason.size() || Fail(502, "a control character in the reason phrase");
}

bool HeadParser::TakeField(absl::string_view bytes, Span span) {
  const absl::string_view line = span.In(bytes);
  size_t i = 0;
  while (i < line.size() && IsTokenChar(line[i])) ++i;
  if (i == line.size() || line[i] != ':' || i == 0) {
    if (i == 0 && (line[0] == ' ' || line[0] == '\t')) return Fail(400, "a folded header line");
    if (i == 0 && line[0] == ':') return Fail(400, "a header without a name");
    if (i < line.size() && (line[i] == ' ' || line[i] == '\t')) {
      return Fail(400, "whitespace before the colon of a header");
    }
    return Fail(400, "the name of a header is not a token");
  }
  if (head_.field_count == Head::kMaxFields) return Fail(431, "too many header fields");
  const absl::string_view value = TrimOws(line.substr(i + 1));
  if (FindControl(value) != value.size()) return Fail(400, "a control character in the value of a header");

  const uint32_t index = head_.field_count++;
  Field& field = head_.fields[index];
  field.name = {span.begin, static_cast<uint32_t>(i)};
  field.value = SpanOf(bytes, value);
  field.line_end = span.end() + 2;
  field.id = FindHeaderId(line.substr(0, i));
  if (field.id == HeaderId::kOther) return true;
  uint8_t& first = head_.first[static_cast<size_t>(field.id)];
  const bool repeated = first != Head::kNone;
  if (!repeated) first = static_cast<uint8_t>(index);
  if (repeated && field.id == HeaderId::kHost) return Fail(400, "more than one Host");
  if (repeated && field.id == HeaderId::kTransferEncoding)
    return Fail(400, "more than one Transfer-Encoding");
  return Interpret(field.id, value);
}

bool HeadParser::Interpret(HeaderId id, absl::string_view value) {
  switch (id) {
    case HeaderId::kContentLength:
      return TakeContentLength(value);
    case HeaderId::kTransferEncoding:
      return TakeTransferEncoding(value);
    case HeaderId::kHost:
      return TakeHost(value);
    case HeaderId::kConnection:
      TakeConnection(value);
      return true;
    case HeaderId::kExpect:
      head_.expect_continue = EqualsLowercase(value, "100-continue");
      return true;
    default:
      return true;
  }
}

bool HeadParser::TakeContentLength(absl::string_view value) {
  if (value.empty()) return Fail(400, "Content-Length is empty");
  uint64_t length = 0;
  for (const char c : value) {
    if (!IsDigit(c)) return Fail(400, "Content-Length is not a number");
    const auto digit = static_cast<uint64_t>(c - '0');
    if (length > (std::numeric_limits<int64_t>::max() - digit) / 10)
      return Fail(400, "Content-Length is too large");
    length = length * 10 + digit;
  }
  if (head_.has_content_length && head_.content_length != length) {
    return Fail(400, "conflicting `Content-Length` headers");
  }
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
  bool chunked_last = false;
  size_t codings = 0;
  ForEachElement(value, [&](absl::string_view coding) {
    chunked_last = EqualsLowercase(coding, "chunked");
    ++codings;
  });
  if (codings > 1 && chunked_last) return Fail(501, "a transfer coding other than chunked");
  return Fail(400, "Transfer-Encoding is not chunked");
}

bool HeadParser::TakeHost(absl::string_view value) {
  return !request_ || !HasAuthorityDelimiter(value) || Fail(400, "Host is malformed");
}

void HeadParser::TakeConnection(absl::string_view value) {
  ForEachElement(value, [this](absl::string_view option) {
    if (EqualsLowercase(option, "close")) {
      head_.connection_close = true;
    } else if (EqualsLowercase(option, "keep-alive")) {
      head_.connection_keep_alive = true;
    } else {
      head_.connection_names_fields = true;
    }
  });
}

// RFC 9112 section 6.1: both lengths at once, or a transfer coding in HTTP/1.0, mean that somebody on the way
// reads the message differently.
bool HeadParser::CheckFraming() {
  if (!head_.chunked) return true;
  if (head_.has_content_length) return Fail(400, "both Content-Length and Transfer-Encoding");
  if (head_.minor_version == 0) return Fail(400, "Transfer-Encoding in HTTP/1.0");
  return true;
}

}  // namespace heddle::h1
