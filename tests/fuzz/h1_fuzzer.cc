// Bytes of HTTP/1.1: they mean the same wherever they are cut; what is accepted is what the simplest reader
// sees; a head that is written and read again is the same; a proxy that takes fields out does not change
// where the body ends.
#include <algorithm>
#include <string>
#include <vector>

#include "lib/codec/h1/head_writer.h"
#include "lib/http/chars.h"
#include "tests/fuzz/check.h"
#include "tests/support/h1_transcript.h"

namespace heddle::fuzz {
namespace {

using h1::Limits;
using h1::Side;
using h1::Transcript;

constexpr size_t kMaxBytes = 1 << 14;

// What the first byte of an input chooses.
Side SideOf(uint8_t choice) {
  if (choice == 'r') return Side::kResponses;
  return choice == 'h' ? Side::kResponsesToHead : Side::kRequests;
}
Limits LimitsOf(uint8_t choice) { return choice == 'l' ? Limits{32, 96} : Limits{4 << 10, 8 << 10}; }

void CheckPieces(Side side, Limits limits, absl::string_view bytes) {
  const std::string whole = h1::TranscriptOf(side, limits, bytes);
  const size_t step = std::max<size_t>(1, bytes.size() / 64);
  for (size_t at = 1; at < bytes.size(); at += step) {
    Transcript two(side, limits);
    two.Take(bytes.substr(0, at));
    two.Take(bytes.substr(at));
    Check(two.End() == whole, "two pieces mean what the whole means", whole);
  }
  Transcript single(side, limits);
  for (size_t i = 0; i < bytes.size(); ++i) single.Take(bytes.substr(i, 1));
  Check(single.End() == whole, "single bytes mean what the whole means", whole);
}

// The head read in the simplest way: cut at CRLF, and at the first colon.
void CheckFields(absl::string_view bytes, const Head& head) {
  absl::string_view rest = bytes.substr(head.begin, head.size - head.begin);
  const auto take_line = [&rest] {
    const size_t end = rest.find("\r\n");
    Check(end != absl::string_view::npos, "every line of a head ends in CRLF");
    const absl::string_view line = rest.substr(0, end);
    rest.remove_prefix(end + 2);
    return line;
  };
  Check(take_line() == head.first_line.In(bytes), "the first line is the first line");
  for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
    const absl::string_view line = take_line();
    const size_t colon = line.find(':');
    Check(colon != absl::string_view::npos, "a field has a colon", line);
    Check(line.substr(0, colon) == field->name.In(bytes), "a name is what stands before the colon", line);
    Check(TrimOws(line.substr(colon + 1)) == field->value.In(bytes), "a value is what stands behind it",
          line);
    Check(std::all_of(line.begin(), line.begin() + static_cast<ptrdiff_t>(colon), IsTokenChar),
          "a name is a token", line);
    Check(std::none_of(line.begin(), line.end(), IsControl), "a line has no control characters", line);
    Check(field->id == FindHeaderId(line.substr(0, colon)), "a field has the number of its name", line);
  }
  Check(take_line().empty() && rest.empty(), "an empty line ends the head, and nothing is behind it");
  Check(!(head.chunked && head.has_content_length), "a message has one length");
}

template <class Parser>
void CheckWriting(absl::string_view bytes, const Head& head) {
  std::string same;
  std::string less;
  {
    h1::HeadWriter writer(bytes, head.begin, &same);
    writer.KeepTo(head.size);
    h1::HeadWriter dropping(bytes, head.begin, &less);
    for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
      if (IsUnlisted(field->id)) dropping.DropField(*field);
    }
    dropping.KeepTo(head.size);
  }
  Parser again;
  Check(again.Parse(same) == h1::Progress::kDone, "a head that is written can be read", same);
  Check(again.head().field_count == head.field_count && again.head().size == same.size(), "and is the same",
        same);
  Parser left;
  Check(left.Parse(less) == h1::Progress::kDone, "a head with less fields can be read", less);
  Check(left.head().chunked == head.chunked && left.head().content_length == head.content_length &&
            left.head().connection_close == head.connection_close,
        "fields nobody knows change no framing", less);
}

template <class Parser>
void CheckHead(absl::string_view bytes) {
  Parser parser;
  if (parser.Parse(bytes) != h1::Progress::kDone) return;
  CheckFields(bytes, parser.head());
  CheckWriting<Parser>(bytes, parser.head());
}

}  // namespace
}  // namespace heddle::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heddle;        // NOLINT
  using namespace heddle::fuzz;  // NOLINT
  if (size == 0 || size > kMaxBytes) return 0;
  const Side side = SideOf(data[0]);
  // A copy that is exactly as long: reading beyond it is seen.
  const std::vector<char> copy(data + 1, data + size);
  const absl::string_view bytes(copy.data(), copy.size());
  CheckPieces(side, LimitsOf(data[0]), bytes);
  if (side == Side::kRequests) {
    CheckHead<h1::RequestParser>(bytes);
  } else {
    CheckHead<h1::ResponseParser>(bytes);
  }
  return 0;
}
