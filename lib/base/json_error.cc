#include "lib/base/json_error.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace heddle {
namespace {

// Where and what comes first, what was read in the middle, what was expected last.
constexpr size_t kHead = 200, kTail = 100;

}  // namespace

std::string JsonErrorText(absl::string_view what) {
  if (absl::StartsWith(what, "[json.exception.")) {
    const size_t end = what.find("] ");
    if (end != absl::string_view::npos) what.remove_prefix(end + 2);
  }
  absl::ConsumePrefix(&what, "parse error at ");
  std::string text(what);
  if (what.size() > kHead + kTail) {
    text = absl::StrCat(what.substr(0, kHead), "...", what.substr(what.size() - kTail));
  }
  std::replace_if(
      text.begin(), text.end(), [](char c) { return !absl::ascii_isascii(static_cast<unsigned char>(c)); },
      '?');
  return text;
}

}  // namespace heddle
