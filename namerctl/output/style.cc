#include "namerctl/output/style.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace heddle::namerctl {
namespace {

constexpr size_t kWidestColumn = 56;

const char* CodeOf(Paint paint) {
  switch (paint) {
    case Paint::kBold:
      return "\033[1m";
    case Paint::kDim:
      return "\033[2m";
    case Paint::kGood:
      return "\033[32m";
    case Paint::kBad:
      return "\033[31m";
    case Paint::kRule:
      return "\033[36m";
    case Paint::kNone:
      break;
  }
  return "";
}

bool BeginsCharacter(char c) { return (static_cast<unsigned char>(c) & 0xc0) != 0x80; }

// Characters, taking each for one column wide.
size_t Width(absl::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), BeginsCharacter));
}

}  // namespace

std::string Painted(const Style& style, Paint paint, absl::string_view text) {
  if (!style.colour || paint == Paint::kNone || text.empty()) return std::string(text);
  return absl::StrCat(CodeOf(paint), text, "\033[0m");
}

std::string Percent(double share) { return absl::StrFormat("%.3g %%", share * 100); }

std::string Count(size_t count, absl::string_view one) {
  return absl::StrCat(count, " ", one, count == 1 ? "" : "s");
}

std::string Cut(std::string text, size_t most) {
  if (Width(text) <= most) return text;
  constexpr char kMore[] = "...";
  size_t end = 0;
  for (size_t left = most - (sizeof(kMore) - 1);; ++end) {
    if (BeginsCharacter(text[end]) && left-- == 0) break;
  }
  text.resize(end);
  return text + kMore;
}

std::string Columns::Show(const Style& style) const {
  std::vector<size_t> widths;
  for (const auto& row : rows_) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      widths[i] = std::max(widths[i], std::min(kWidestColumn, Width(row[i].text)));
    }
  }
  std::string out;
  for (const auto& row : rows_) {
    size_t last = row.size();  // what follows is empty
    while (last > 0 && row[last - 1].text.empty()) --last;
    for (size_t i = 0; i < last; ++i) {
      const size_t width = Width(row[i].text);
      const std::string fill(i + 1 == row.size() ? 0 : widths[i] - std::min(widths[i], width), ' ');
      absl::StrAppend(&out, i == 0 ? "" : "  ", row[i].right ? fill : "",
                      Painted(style, row[i].paint, row[i].text), row[i].right || i + 1 == last ? "" : fill);
    }
    out.push_back('\n');
  }
  return out;
}

}  // namespace heddle::namerctl
