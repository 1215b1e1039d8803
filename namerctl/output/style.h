// What the terminal shows: colours, and more than ASCII.
#ifndef HEDDLE_NAMERCTL_OUTPUT_STYLE_H_
#define HEDDLE_NAMERCTL_OUTPUT_STYLE_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace heddle::namerctl {

struct Style {
  bool colour = false;
  bool unicode = false;
};

enum class Paint { kNone, kBold, kDim, kGood, kBad, kRule };
std::string Painted(const Style& style, Paint paint, absl::string_view text);

// "90 %", "0.25 %", "33.3 %".
std::string Percent(double share);
// "1 endpoint", "2 endpoints".
std::string Count(size_t count, absl::string_view one);

// The first `most` characters, "..." among them where something is left out. `text` is UTF-8.
std::string Cut(std::string text, size_t most);

// In tables: who did it, and why. JSON has all of them.
inline constexpr size_t kWidestAuthor = 24;
inline constexpr size_t kWidestReason = 80;

// Texts below each other in columns, two spaces between. Wide texts do not widen a column beyond 56
// characters.
class Columns {
 public:
  struct Cell {
    std::string text;
    Paint paint = Paint::kNone;
    bool right = false;  // aligned
  };
  void Add(std::vector<Cell> row) { rows_.push_back(std::move(row)); }
  std::string Show(const Style& style) const;

 private:
  std::vector<std::vector<Cell>> rows_;
};

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_OUTPUT_STYLE_H_
