#include "tests/fuzz/texts.h"

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_split.h"
#include "lib/dtab/parse_error.h"
#include "tests/fuzz/check.h"

namespace heddle::fuzz {

void CheckRefusal(absl::string_view text, const absl::Status& refusal) {
  const std::string message(refusal.message());
  Check(refusal.code() == absl::StatusCode::kInvalidArgument, "a refused text is an invalid argument",
        message);
  const std::optional<ParseError> error = ParseErrorOf(refusal);
  Check(error.has_value(), "a refused text says where", message);
  Check(error->ToString() == message, "an error's parts make its message", message);
  Check(std::all_of(message.begin(), message.end(), absl::ascii_isprint), "an error is printable ASCII",
        message);
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  Check(error->line >= 1 && static_cast<size_t>(error->line) <= lines.size(), "the line is one of the text's",
        message);
  // A column counts a character, which is one byte at least; one more is the end of the line.
  const size_t width = lines[static_cast<size_t>(error->line) - 1].size();
  Check(error->column >= 1 && static_cast<size_t>(error->column) <= width + 1,
        "the column is inside of its line", message);
  Check(!ShowPlace(text, *error).empty(), "the place can be shown", message);
}

}  // namespace heddle::fuzz
