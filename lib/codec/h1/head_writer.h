// Writes a forwarded head: the received bytes with edits, in one pass.
#ifndef HEDDLE_LIB_CODEC_H1_HEAD_WRITER_H_
#define HEDDLE_LIB_CODEC_H1_HEAD_WRITER_H_

#include <algorithm>
#include <cstring>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/http/head.h"

namespace heddle::h1 {

// Copies stretches of `received` to the end of `out` in order, leaving out and putting in what it is told.
// `out` belongs to the writer until the writer is destroyed: only then does it end where the head ends.
class HeadWriter {
 public:
  // Both outlive the writer. Starts at `begin` of `received`.
  HeadWriter(absl::string_view received, uint32_t begin, std::string* out)
      : received_(received.data()), cursor_(begin), out_(out) {
    Resize(out->size(), out->size() + kRoom);
  }
  ~HeadWriter() { out_->resize(written()); }
  HeadWriter(const HeadWriter&) = delete;
  HeadWriter& operator=(const HeadWriter&) = delete;

  // Everything from the cursor to `end` is kept as it is. REQUIRES: `end` >= the cursor.
  void KeepTo(uint32_t end) {
    Add({received_ + cursor_, end - cursor_});
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
  void Add(absl::string_view text) { at_ = Put(Room(text.size()), text); }
  // Puts a field line in; the cursor is to be at the beginning of a line.
  void AddField(absl::string_view name, absl::string_view value) {
    char* at = Put(Room(name.size() + value.size() + 4), name);
    std::memcpy(at, ": ", 2);
    at = Put(at + 2, value);
    std::memcpy(at, "\r\n", 2);
    at_ = at + 2;
  }

  // Where the next bytes go, for whoever writes them in place: room for `size`, of which Advance takes some
  // in.
  char* Room(size_t size) {
    if (static_cast<size_t>(limit_ - at_) < size)
      Resize(written(), std::max(written() + size, 2 * out_->size()));
    return at_;
  }
  void Advance(size_t size) { at_ += size; }

 private:
  // Most heads fit at once: zeros are written to it and thrown away, which costs less than an append each
  // edit.
  static constexpr size_t kRoom = 1 << 10;

  static char* Put(char* at, absl::string_view text) {
    if (!text.empty()) std::memcpy(at, text.data(), text.size());
    return at + text.size();
  }
  size_t written() const { return static_cast<size_t>(at_ - out_->data()); }
  void Resize(size_t written, size_t size) {
    out_->resize(size);
    at_ = out_->data() + written;
    limit_ = out_->data() + size;
  }

  const char* received_;
  uint32_t cursor_;
  std::string* out_;
  char* at_;     // where the next byte goes in `out`
  char* limit_;  // the end of `out`
};

}  // namespace heddle::h1

#endif  // HEDDLE_LIB_CODEC_H1_HEAD_WRITER_H_
