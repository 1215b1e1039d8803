// Parses the head of an HTTP/1.x request or response, as strict as RFC 9112 lets a proxy be: whatever two
// implementations could read differently (request smuggling) is an error.
//
//   h1::RequestParser parser;
//   switch (parser.Parse(bytes)) {           // all bytes from the head's first on, each time
//     case h1::Progress::kMore:  keep them, call again with more of them behind
//     case h1::Progress::kDone:  parser.head() holds places in `bytes`; the body begins at head().size
//     case h1::Progress::kError: answer parser.error().status, close
//   }
//   parser.Reset();                          // for the next message
//
// Nothing is allocated or copied. A byte is looked at a fixed number of times, however small the pieces.
#ifndef HEDDLE_LIB_CODEC_H1_HEAD_PARSER_H_
#define HEDDLE_LIB_CODEC_H1_HEAD_PARSER_H_

#include <cstdint>

#include "absl/strings/string_view.h"
#include "lib/codec/h1/parse_error.h"
#include "lib/http/head.h"
#include "lib/http/scan.h"

namespace heddle::h1 {

// In bytes. REQUIRES: both < 2^31.
struct Limits {
  uint32_t max_first_line = 4 << 10;  // 414 above
  uint32_t max_head = 8 << 10;  // 431 above: everything up to the empty line. More than Head::kMaxFields
                                // fields also give 431
};

enum class Progress { kMore, kDone, kError };

// What both kinds share.
class HeadParser {
 public:
  HeadParser(const HeadParser&) = delete;
  HeadParser& operator=(const HeadParser&) = delete;

  // Valid after kDone, until Reset.
  const Head& head() const { return head_; }
  const ParseError& error() const { return error_; }
  void Reset();

 protected:
  HeadParser(bool request, Limits limits) : request_(request), limits_(limits) { head_.Clear(); }
  Progress ParseHead(absl::string_view bytes);

 private:
  bool Fail(int status, const char* reason);
  Progress OverLimit(bool first_line);
  Progress Stop(absl::string_view window);
  bool FindLine(Finder<ControlsAndTab>* controls, const char* text, uint32_t size, uint32_t begin,
                uint32_t* end);
  bool TakeFirstLine(absl::string_view bytes, Span line);
  bool TakeRequestLine(absl::string_view bytes, Span line);
  bool TakeTarget(absl::string_view bytes);
  bool TakeAbsoluteTarget(absl::string_view target);
  bool TakeVersion(absl::string_view version);
  bool TakeStatusLine(absl::string_view bytes, Span line);
  bool TakeField(const char* text, uint32_t begin, uint32_t line_end, uint32_t size);
  uint32_t TakeUnusualName(absl::string_view line);
  bool Interpret(const char* text, const Field& field, bool repeated);
  bool TakeContentLength(const char* text, absl::string_view value);
  bool TakeTransferEncoding(absl::string_view value);
  void TakeConnection(absl::string_view value);
  bool CheckFraming();
  bool CheckContent();

  const bool request_;
  const Limits limits_;
  uint32_t line_begin_ = 0;  // of the line in progress
  uint32_t scanned_ = 0;     // the line does not end before
  bool saw_first_line_ = false;
  bool skipped_empty_line_ = false;
  ParseError error_;
  Head head_;
};

class RequestParser : public HeadParser {
 public:
  explicit RequestParser(Limits limits = Limits()) : HeadParser(true, limits) {}
  // `bytes` begins with the request's first byte; a call repeats the bytes of the one before.
  Progress Parse(absl::string_view bytes) { return ParseHead(bytes); }
};

class ResponseParser : public HeadParser {
 public:
  explicit ResponseParser(Limits limits = Limits{8 << 10, 64 << 10}) : HeadParser(false, limits) {}
  // As RequestParser. Interim responses (1xx) are responses of their own: the final one follows.
  Progress Parse(absl::string_view bytes) { return ParseHead(bytes); }
};

}  // namespace heddle::h1

#endif  // HEDDLE_LIB_CODEC_H1_HEAD_PARSER_H_
