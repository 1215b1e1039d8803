#include "namerctl/output/live_block.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace heddle::namerctl {

std::string FitToWidth(absl::string_view line, size_t columns) {
  std::string fit;
  size_t width = 0;
  bool coloured = false;
  while (!line.empty()) {
    size_t size = 1;
    if (line[0] == '\033') {
      const size_t end = line.find('m');
      size = end == absl::string_view::npos ? line.size() : end + 1;
      coloured = !absl::EndsWith(line.substr(0, size), "[0m");
    } else {
      while (size < line.size() && (static_cast<unsigned char>(line[size]) & 0xc0) == 0x80) ++size;
      if (++width > columns) break;
    }
    absl::StrAppend(&fit, line.substr(0, size));
    line.remove_prefix(size);
  }
  return coloured ? fit + "\033[0m" : fit;
}

void LiveBlock::Draw(const std::vector<std::string>& lines, const TerminalSize& size) {
  Erase();
  // One row stays free for the cursor, so that the block never scrolls.
  const size_t room = std::max<size_t>(size.rows, 3) - 1;
  const size_t shown = lines.size() <= room ? lines.size() : room - 1;
  for (size_t i = 0; i < shown; ++i) out_ << FitToWidth(lines[i], size.columns) << "\n";
  if (shown < lines.size()) out_ << "... and " << lines.size() - shown << " more lines\n";
  drawn_ = shown + (shown < lines.size() ? 1 : 0);
  out_.flush();
}

void LiveBlock::Erase() {
  if (drawn_ == 0) return;
  out_ << "\033[" << drawn_ << "A\r\033[J";  // up, to the left, and clear what is below
  drawn_ = 0;
}

}  // namespace heddle::namerctl
