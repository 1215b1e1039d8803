// Lines at the end of a terminal that are drawn again in place, while others scroll above them.
#ifndef HEDDLE_NAMERCTL_OUTPUT_LIVE_BLOCK_H_
#define HEDDLE_NAMERCTL_OUTPUT_LIVE_BLOCK_H_

#include <cstddef>
#include <ostream>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"

namespace heddle::namerctl {

struct TerminalSize {
  size_t columns = 80;
  size_t rows = 24;
};

// The first `columns` characters of `line`; codes of colour take no room and stay whole.
std::string FitToWidth(absl::string_view line, size_t columns);

class LiveBlock {
 public:
  // `out` outlives it.
  explicit LiveBlock(std::ostream& out) : out_(out) {}

  // Replaces the block by `lines`, cut to the terminal: what does not fit is left out, with a last line that
  // says how many.
  void Draw(const std::vector<std::string>& lines, const TerminalSize& size);
  // Takes the block away. What is printed next stands where it was.
  void Erase();

 private:
  std::ostream& out_;
  size_t drawn_ = 0;  // lines
};

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_OUTPUT_LIVE_BLOCK_H_
