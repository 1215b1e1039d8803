// Where a message's body ends, and what in it is payload. Source: RFC 9112 sections 6 and 7.
#ifndef HEDDLE_LIB_CODEC_H1_BODY_DECODER_H_
#define HEDDLE_LIB_CODEC_H1_BODY_DECODER_H_

#include <array>
#include <cstdint>

#include "absl/strings/string_view.h"
#include "lib/codec/h1/parse_error.h"
#include "lib/http/head.h"

namespace heddle::h1 {

enum class Framing : uint8_t { kNone, kLength, kChunked, kUntilClose };

struct BodyFraming {
  Framing framing = Framing::kNone;
  uint64_t length = 0;  // of kLength, > 0
};

BodyFraming RequestFraming(const Head& head);
// REQUIRES: not an interim response (1xx) other than 101. `to_head`: of a request whose method was HEAD.
BodyFraming ResponseFraming(const Head& head, bool to_head);

// Follows one body after the other, as strictly as the parser of heads: a chunk's line has the grammar of RFC
// 9112 section 7.1.1, and no trailer is a field that frames or routes a message, or speaks of the connection:
// whoever adds trailers to the fields of the head would read another message. Nothing is copied: payload is
// reported as part of what was passed in, so that a proxy forwards the bytes as they are (Skip) and a server
// gets the payload (Next).
class BodyDecoder {
 public:
  // `error_status`: that of the errors, 400 for requests, 502 for responses.
  explicit BodyDecoder(int error_status) : error_status_(error_status) {}

  void Start(BodyFraming framing);

  // Takes bytes from the front of `in` and returns how many; `payload` is set to what of them is payload
  // (perhaps nothing). Takes at least one byte unless `in` is empty, or the body done or in error.
  size_t Next(absl::string_view in, absl::string_view* payload);
  // Takes all of `in` that belongs to the body and returns how many bytes that is; less than all when the
  // body ends in them or is in error.
  size_t Skip(absl::string_view in);

  // The connection ended. True if that completes the body (until-close framing, or done already).
  bool End();

  bool done() const { return state_ == State::kDone; }
  const ParseError& error() const { return error_; }
  // Payload that is known to follow; 0 if that is not known.
  uint64_t remaining() const { return remaining_; }

 private:
  enum class State : uint8_t {
    kDone,
    kData,  // remaining_ bytes of a body with a length
    kUntilClose,
    kSizeStart,  // the first digit of a chunk's size
    kSize,
    kBeforeExtension,  // spaces before ';'
    kExtensionStart,   // after ';'
    kExtensionName,
    kBeforeEquals,  // spaces after a name: '=' or ';' may come
    kExtensionValueStart,
    kExtensionValue,
    kQuoted,
    kQuotedPair,   // after a backslash
    kAfterQuoted,  // after the closing quote
    kSizeLf,
    kChunkData,  // remaining_ bytes of a chunk
    kChunkCr,
    kChunkLf,
    kTrailerStart,
    kTrailerName,
    kTrailerValue,
    kTrailerLf,
    kEndLf,
    kError,
  };
  // One byte of what is not payload.
  State Step(char c);
  State StepSize(char c);
  State StepExtension(char c);
  State EndExtension(char c, bool spaces_before);
  State StepTrailer(char c);
  State EndTrailerName();
  State Fail(const char* reason);

  const int error_status_;
  State state_ = State::kDone;
  uint64_t remaining_ = 0;
  uint32_t overhead_ = 0;  // bytes of the chunk line, or of the trailers, so far
  uint32_t excess_ = 0;    // bytes of all chunk lines that no chunk needs
  // Of the name of a trailer in progress: enough of it to know a field that may not be one.
  std::array<char, 24> name_;
  uint8_t name_size_ = 0;  // name_.size() + 1 for one that is longer
  ParseError error_;
};

}  // namespace heddle::h1

#endif  // HEDDLE_LIB_CODEC_H1_BODY_DECODER_H_
