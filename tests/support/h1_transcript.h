// What a connection's bytes say, as a line of text: all messages one after the other, read by lib/codec/h1 as
// a proxy reads them. One reading for the tables of tests/unit/h1 and for the fuzzer.
//
//   "GET / 1.1 Host=a X=b"             a head: method, target, version, fields
//   "GET http://b/x 1.1 @b+/x Host=a"  in absolute form: its authority and what follows it
//   "200 (OK) 1.1 {hello}"             a response and its body's payload; no braces: a message without a body
//   " close", " upgrade", " expect"    after the fields: what the head says of the connection
//   "... | ..."                        the next message
//   "~"                                here the bytes end in the middle of a message
//   "! 400 reason"                     here they are refused
#ifndef HEDDLE_TESTS_SUPPORT_H1_TRANSCRIPT_H_
#define HEDDLE_TESTS_SUPPORT_H1_TRANSCRIPT_H_

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "lib/codec/h1/body_decoder.h"
#include "lib/codec/h1/head_parser.h"

namespace heddle::h1 {

enum class Side { kRequests, kResponses, kResponsesToHead };

class Transcript {
 public:
  Transcript(Side side, Limits limits)
      : side_(side), requests_(limits), responses_(limits), body_(side == Side::kRequests ? 400 : 502) {}

  // The bytes arrive piece by piece; what is asked for them at the end must not depend on the pieces.
  void Take(absl::string_view piece) {
    unread_.append(piece.data(), piece.size());
    while (!failed_ && (in_body_ ? TakeBody() : TakeHead())) {
    }
  }

  // After the last piece: the connection has ended.
  std::string End() {
    if (failed_) return shown_;
    if (!in_body_) return shown_ + (unread_.empty() ? "" : Separator() + "~");
    return shown_ + (body_.End() ? "}" : "~");
  }

  bool failed() const { return failed_; }
  // The bytes behind the last message that is complete.
  absl::string_view unread() const { return unread_; }

 private:
  std::string Separator() const { return shown_.empty() ? "" : " | "; }

  bool TakeHead() {
    if (unread_.empty()) return false;
    const bool request = side_ == Side::kRequests;
    const Progress progress = request ? requests_.Parse(unread_) : responses_.Parse(unread_);
    HeadParser& parser = request ? static_cast<HeadParser&>(requests_) : responses_;
    if (progress == Progress::kMore) return false;
    if (progress == Progress::kError) return Fail(Separator(), parser.error());
    const Head& head = parser.head();
    absl::StrAppend(&shown_, Separator(), Show(head));
    const BodyFraming framing =
        request ? RequestFraming(head) : ResponseFraming(head, side_ == Side::kResponsesToHead);
    unread_.erase(0, head.size);
    parser.Reset();
    in_body_ = framing.framing != Framing::kNone;
    if (in_body_) shown_ += " {";
    body_.Start(framing);
    return true;
  }

  bool TakeBody() {
    absl::string_view payload;
    const size_t taken = body_.Next(unread_, &payload);
    shown_.append(payload.data(), payload.size());
    unread_.erase(0, taken);
    if (body_.error()) return Fail("", body_.error());
    if (!body_.done()) return taken > 0;
    shown_ += "}";
    in_body_ = false;
    return true;
  }

  bool Fail(absl::string_view before, const ParseError& error) {
    absl::StrAppend(&shown_, before, "! ", error.status, " ", error.reason);
    failed_ = true;
    return false;
  }

  std::string Show(const Head& head) const {
    const absl::string_view bytes = unread_;
    std::string text =
        side_ == Side::kRequests
            ? absl::StrCat(head.method_text.In(bytes), " ", head.target.In(bytes), " 1.", head.minor_version)
            : absl::StrCat(head.status, " (", head.reason.In(bytes), ") 1.", head.minor_version);
    if (head.form == TargetForm::kAbsolute) {
      absl::StrAppend(&text, " @", head.authority.In(bytes), "+", head.origin.In(bytes));
    }
    for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
      absl::StrAppend(&text, " ", field->name.In(bytes), "=", field->value.In(bytes));
    }
    if (!KeepsAlive(head)) text += " close";
    if (head.connection_upgrade) text += " upgrade";
    if (head.expect_continue) text += " expect";
    return text;
  }

  const Side side_;
  RequestParser requests_;
  ResponseParser responses_;
  BodyDecoder body_;
  std::string unread_;
  bool in_body_ = false;
  bool failed_ = false;
  std::string shown_;
};

inline std::string TranscriptOf(Side side, Limits limits, absl::string_view bytes) {
  Transcript transcript(side, limits);
  transcript.Take(bytes);
  return transcript.End();
}

}  // namespace heddle::h1

#endif  // HEDDLE_TESTS_SUPPORT_H1_TRANSCRIPT_H_
