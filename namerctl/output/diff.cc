#include "namerctl/output/diff.h"

#include <algorithm>

#include "absl/strings/str_cat.h"

namespace heddle::namerctl {
namespace {

using Lines = std::vector<std::string>;

// A line of the result: kept (' '), removed ('-') or added ('+').
struct Edit {
  char kind;
  const std::string* line;
};

constexpr size_t kContext = 3;
// Above this many pairs of lines the whole middle counts as replaced, which is right but not short.
constexpr size_t kMaxPairs = 25'000'000;

// The edits of before[begin, before_end) and after[begin, after_end), by the longest common subsequence.
void DiffMiddle(const Lines& before, const Lines& after, size_t begin, size_t before_end, size_t after_end,
                std::vector<Edit>* edits) {
  const size_t rows = before_end - begin, columns = after_end - begin;
  size_t i = 0, j = 0;
  if (rows * columns <= kMaxPairs) {
    // common[i][j]: the most lines that before from i on and after from j on have in common.
    std::vector<std::vector<uint32_t>> common(rows + 1, std::vector<uint32_t>(columns + 1, 0));
    for (size_t r = rows; r-- > 0;) {
      for (size_t c = columns; c-- > 0;) {
        common[r][c] = before[begin + r] == after[begin + c] ? common[r + 1][c + 1] + 1
                                                             : std::max(common[r + 1][c], common[r][c + 1]);
      }
    }
    while (i < rows && j < columns) {
      if (before[begin + i] == after[begin + j]) {
        edits->push_back({' ', &before[begin + i++]});
        ++j;
      } else if (common[i + 1][j] >= common[i][j + 1]) {
        edits->push_back({'-', &before[begin + i++]});
      } else {
        edits->push_back({'+', &after[begin + j++]});
      }
    }
  }
  for (; i < rows; ++i) edits->push_back({'-', &before[begin + i]});
  for (; j < columns; ++j) edits->push_back({'+', &after[begin + j]});
}

std::vector<Edit> EditsOf(const Lines& before, const Lines& after) {
  size_t same = 0;
  while (same < before.size() && same < after.size() && before[same] == after[same]) ++same;
  size_t before_end = before.size(), after_end = after.size();
  while (before_end > same && after_end > same && before[before_end - 1] == after[after_end - 1]) {
    --before_end;
    --after_end;
  }
  std::vector<Edit> edits;
  for (size_t i = 0; i < same; ++i) edits.push_back({' ', &before[i]});
  DiffMiddle(before, after, same, before_end, after_end, &edits);
  for (size_t i = before_end; i < before.size(); ++i) edits.push_back({' ', &before[i]});
  return edits;
}

std::string Painted(char kind, const std::string& text, bool colour) {
  const char* code = kind == '-' ? "\033[31m" : kind == '+' ? "\033[32m" : kind == '@' ? "\033[36m" : "";
  if (!colour || *code == '\0') return absl::StrCat(text, "\n");
  return absl::StrCat(code, text, "\033[0m\n");
}

// "12,3" as diff writes a range: an empty one names the line before it, a single one no count.
std::string Range(size_t first, size_t count) {
  if (count == 1) return absl::StrCat(first + 1);
  return absl::StrCat(count == 0 ? first : first + 1, ",", count);
}

}  // namespace

std::string UnifiedDiff(const Lines& before, const Lines& after, const std::string& before_name,
                        const std::string& after_name, bool colour) {
  const std::vector<Edit> edits = EditsOf(before, after);
  std::string text;
  size_t before_line = 0, after_line = 0, at = 0;  // what lies before edits[at]
  while (true) {
    size_t change = at;
    while (change < edits.size() && edits[change].kind == ' ') ++change;
    if (change == edits.size()) return text;
    if (text.empty()) {
      text = Painted('-', absl::StrCat("--- ", before_name), colour) +
             Painted('+', absl::StrCat("+++ ", after_name), colour);
    }
    const size_t begin = std::max(at, change - std::min(change, kContext));
    before_line += begin - at;
    after_line += begin - at;
    size_t end = change;  // after the last change that has no more than twice the context before it
    for (size_t i = change, kept = 0; i < edits.size() && kept <= 2 * kContext; ++i) {
      kept = edits[i].kind == ' ' ? kept + 1 : 0;
      if (kept == 0) end = i + 1;
    }
    end = std::min(edits.size(), end + kContext);
    size_t removed = 0, added = 0;
    std::string hunk;
    for (size_t i = begin; i < end; ++i) {
      removed += edits[i].kind != '+';
      added += edits[i].kind != '-';
      hunk += Painted(edits[i].kind, absl::StrCat(std::string(1, edits[i].kind), *edits[i].line), colour);
    }
    text +=
        Painted('@', absl::StrCat("@@ -", Range(before_line, removed), " +", Range(after_line, added), " @@"),
                colour);
    text += hunk;
    before_line += removed;
    after_line += added;
    at = end;
  }
}

}  // namespace heddle::namerctl
