// Writes a forwarded head: the received bytes with edits, in one pass.
#ifndef HEDDLE_LIB_CODEC_H1_HEAD_WRITER_H_
#define HEDDLE_LIB_CODEC_H1_HEAD_WRITER_H_

#include <cstring>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/http/head.h"

namespace heddle::h1 {

// Copies stretches of `received` to the end of `out` in order, leaving out and putting in what it is told.
// Between two calls `out` may be added to by others, too.
class HeadWriter {
 public:
  // Both outlive the writer. Starts at `begin` of `received`.
  HeadWriter(absl::string_view received, uint32_t begin, std::string* out)
      : received_(received), cursor_(begin), out_(out) {}

  // Everything from the cursor to `end` is kept as it is. REQUIRES: `end` >= the cursor.
  void KeepTo(uint32_t end) {
    if (end != cursor_) out_->append(received_.data() + cursor_, end - cursor_);
    cursor_ = end;
  }
  // Everything up to `begin` is kept, [begin, end) is left out.
  void Drop(uint32_t begin, uint32_t end) {
    KeepTo(begin);
    cursor_ = end;
  }
  void DropField(const Field& field) { Drop(field.name.begin, field.line_end); }
  void Replace(Span span, absl::string_view text) {
    Drop(span.begin, span.end());
    Add(text);
  }
  // Puts `text` in at the cursor.
  void Add(absl::string_view text) { out_->append(text.data(), text.size()); }
  // Puts a field line in; the cursor is to be at the beginning of a line.
  void AddField(absl::string_view name, absl::string_view value) {
    const size_t begin = out_->size();
    out_->resize(begin + name.size() + value.size() + 4);  // at once: cheaper than four appends
    char* at = Copy(name, out_->data() + begin);
    at = Copy(": ", at);
    at = Copy(value, at);
    Copy("\r\n", at);
  }

 private:
  // Returns what is after the copy.
  static char* Copy(absl::string_view text, char* to) {
    if (!text.empty()) std::memcpy(to, text.data(), text.size());
    return to + text.size();
  }

  absl::string_view received_;
  uint32_t cursor_;
  std::string* out_;
};

}  // namespace heddle::h1

#endif  // HEDDLE_LIB_CODEC_H1_HEAD_WRITER_H_
