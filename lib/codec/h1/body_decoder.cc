#include "lib/codec/h1/body_decoder.h"

#include <algorithm>

#include "lib/http/chars.h"

namespace heddle::h1 {
namespace {

// Of one chunk's size line, and of all trailers of a body: far above what anybody sends, so that nobody can
// send overhead for ever.
constexpr uint32_t kMaxChunkLine = 4 << 10;
constexpr uint32_t kMaxTrailers = 8 << 10;
// Of what the lines of all chunks of a body hold beyond kPlainLine: extensions, and zeros before the size.
constexpr uint32_t kMaxExcess = 16 << 10;
constexpr uint32_t kPlainLine = 18;  // 16 digits and a line end
// A chunk this large is a mistake or an attack on somebody's integer.
constexpr uint64_t kTooLargeChunk = uint64_t{1} << 60;

// RFC 9110 section 6.5.1.
bool MayBeTrailer(HeaderId id) {
  switch (id) {
    case HeaderId::kAuthorization:
    case HeaderId::kConnection:
    case HeaderId::kContentLength:
    case HeaderId::kContentType:
    case HeaderId::kCookie:
    case HeaderId::kExpect:
    case HeaderId::kHost:
    case HeaderId::kHttp2Settings:
    case HeaderId::kKeepAlive:
    case HeaderId::kMaxForwards:
    case HeaderId::kProxyAuthenticate:
    case HeaderId::kProxyAuthorization:
    case HeaderId::kProxyConnection:
    case HeaderId::kTe:
    case HeaderId::kTrailer:
    case HeaderId::kTransferEncoding:
    case HeaderId::kUpgrade:
      return false;
    default:
      return true;
  }
}

BodyFraming Length(uint64_t length) {
  return length == 0 ? BodyFraming{} : BodyFraming{Framing::kLength, length};
}

}  // namespace

BodyFraming RequestFraming(const Head& head) {
  if (head.chunked) return {Framing::kChunked, 0};
  return Length(head.content_length);
}

BodyFraming ResponseFraming(const Head& head, bool to_head) {
  if (to_head || head.status < 200 || head.status == 204 || head.status == 304) return {};
  if (head.chunked) return {Framing::kChunked, 0};
  if (head.has_content_length) return Length(head.content_length);
  return {Framing::kUntilClose, 0};
}

void BodyDecoder::Start(BodyFraming framing) {
  error_ = ParseError();
  overhead_ = 0;
  excess_ = 0;
  name_size_ = 0;
  remaining_ = framing.length;
  switch (framing.framing) {
    case Framing::kNone:
      state_ = State::kDone;
      break;
    case Framing::kLength:
      state_ = State::kData;
      break;
    case Framing::kChunked:
      state_ = State::kSizeStart;
      break;
    case Framing::kUntilClose:
      state_ = State::kUntilClose;
      break;
  }
}

bool BodyDecoder::End() {
  if (state_ == State::kUntilClose) state_ = State::kDone;
  return state_ == State::kDone;
}

size_t BodyDecoder::Next(absl::string_view in, absl::string_view* payload) {
  *payload = absl::string_view();
  size_t taken = 0;
  while (taken < in.size()) {
    switch (state_) {
      case State::kDone:
      case State::kError:
        return taken;
      case State::kUntilClose:
        *payload = in;
        return in.size();
      case State::kData:
      case State::kChunkData: {
        const size_t size = std::min<uint64_t>(remaining_, in.size() - taken);
        *payload = in.substr(taken, size);
        remaining_ -= size;
        if (remaining_ == 0) state_ = state_ == State::kData ? State::kDone : State::kChunkCr;
        return taken + size;
      }
      default:
        state_ = Step(in[taken]);
        if (state_ == State::kError) return taken;
        ++taken;
    }
  }
  return taken;
}

size_t BodyDecoder::Skip(absl::string_view in) {
  size_t taken = 0;
  absl::string_view payload;
  while (taken < in.size() && state_ != State::kDone && state_ != State::kError) {
    taken += Next(in.substr(taken), &payload);
  }
  return taken;
}

BodyDecoder::State BodyDecoder::Fail(const char* reason) {
  error_ = {error_status_, reason};
  return State::kError;
}

BodyDecoder::State BodyDecoder::Step(char c) {
  ++overhead_;
  switch (state_) {
    case State::kSizeStart:
    case State::kSize:
    case State::kSizeLf:
      return StepSize(c);
    case State::kBeforeExtension:
    case State::kExtensionStart:
    case State::kExtensionName:
    case State::kBeforeEquals:
    case State::kExtensionValueStart:
    case State::kExtensionValue:
    case State::kQuoted:
    case State::kQuotedPair:
    case State::kAfterQuoted:
      return StepExtension(c);
    case State::kChunkCr:
      return c == '\r' ? State::kChunkLf : Fail("a chunk is longer than its size");
    case State::kChunkLf:
      overhead_ = 0;
      return c == '\n' ? State::kSizeStart : Fail("a chunk is longer than its size");
    default:
      return StepTrailer(c);
  }
}

BodyDecoder::State BodyDecoder::StepSize(char c) {
  if (overhead_ > kMaxChunkLine) return Fail("the line of a chunk's size is too long");
  if (state_ == State::kSizeLf) {
    if (c != '\n') return Fail("a bare carriage return after the size of a chunk");
    if (overhead_ > kPlainLine) excess_ += overhead_ - kPlainLine;
    if (excess_ > kMaxExcess) return Fail("the chunk extensions are too large");
    overhead_ = 0;
    return remaining_ == 0 ? State::kTrailerStart : State::kChunkData;
  }
  if (const int digit = HexDigit(c); digit >= 0) {
    if (state_ == State::kSizeStart) remaining_ = 0;
    if (remaining_ >= kTooLargeChunk / 16) return Fail("the size of a chunk is too large");
    remaining_ = remaining_ * 16 + static_cast<uint64_t>(digit);
    return State::kSize;
  }
  if (state_ == State::kSizeStart) return Fail("the size of a chunk is not a number");
  return EndExtension(c, false);
}

// What may follow a size, or a whole extension.
BodyDecoder::State BodyDecoder::EndExtension(char c, bool spaces_before) {
  if (c == ';') return State::kExtensionStart;
  if (IsOws(c)) return State::kBeforeExtension;
  if (c == '\r' && !spaces_before) return State::kSizeLf;
  if (spaces_before) return Fail("whitespace in the line of a chunk's size");
  return Fail(state_ == State::kSize ? "the size of a chunk is not a number"
                                     : "a chunk extension is malformed");
}

BodyDecoder::State BodyDecoder::StepExtension(char c) {
  if (overhead_ > kMaxChunkLine) return Fail("the line of a chunk's size is too long");
  switch (state_) {
    case State::kBeforeExtension:
      return EndExtension(c, true);
    case State::kAfterQuoted:
      return EndExtension(c, false);
    case State::kExtensionStart:
      if (IsOws(c)) return state_;
      return IsTokenChar(c) ? State::kExtensionName : Fail("a chunk extension without a name");
    case State::kExtensionName:
    case State::kBeforeEquals:
      if (c == '=') return State::kExtensionValueStart;
      if (state_ == State::kExtensionName && IsTokenChar(c)) return state_;
      if (IsOws(c)) return State::kBeforeEquals;
      return EndExtension(c, state_ == State::kBeforeEquals);
    case State::kExtensionValueStart:
      if (IsOws(c)) return state_;
      if (c == '"') return State::kQuoted;
      return IsTokenChar(c) ? State::kExtensionValue : Fail("a chunk extension without a value");
    case State::kExtensionValue:
      return IsTokenChar(c) ? state_ : EndExtension(c, false);
    case State::kQuoted:
      if (c == '"') return State::kAfterQuoted;
      if (IsControl(c)) return Fail("a control character in a chunk extension");
      return c == '\\' ? State::kQuotedPair : state_;
    default:  // kQuotedPair
      return IsControl(c) ? Fail("a control character in a chunk extension") : State::kQuoted;
  }
}

BodyDecoder::State BodyDecoder::StepTrailer(char c) {
  if (overhead_ > kMaxTrailers) return Fail("the trailers are too large");
  switch (state_) {
    case State::kTrailerStart:
      if (c == '\r') return State::kEndLf;
      name_size_ = 0;
      if (!IsTokenChar(c)) return Fail("a trailer without a name");
      name_[name_size_++] = c;
      return State::kTrailerName;
    case State::kTrailerName:
      if (c == ':') return EndTrailerName();
      if (!IsTokenChar(c)) return Fail("the name of a trailer is not a token");
      if (name_size_ < name_.size()) name_[name_size_] = c;
      if (name_size_ <= name_.size()) ++name_size_;
      return State::kTrailerName;
    case State::kTrailerValue:
      if (c == '\r') return State::kTrailerLf;
      return IsControl(c) ? Fail("a control character in the value of a trailer") : State::kTrailerValue;
    case State::kTrailerLf:
      return c == '\n' ? State::kTrailerStart : Fail("a bare carriage return in a trailer");
    default:  // kEndLf
      return c == '\n' ? State::kDone : Fail("a bare carriage return after the last chunk");
  }
}

BodyDecoder::State BodyDecoder::EndTrailerName() {
  const bool whole = name_size_ <= name_.size();
  if (whole && !MayBeTrailer(FindHeaderId({name_.data(), name_size_}))) {
    return Fail("a trailer that belongs in the head");
  }
  return State::kTrailerValue;
}

}  // namespace heddle::h1
