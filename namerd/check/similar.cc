#include "namerd/check/similar.h"

#include <algorithm>
#include <vector>

namespace heddle::namerd {
namespace {

constexpr size_t kMaxWords = 1000;
constexpr size_t kLongest = 64;

// Optimal string alignment: insertions, deletions, substitutions, swaps of neighbours.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<std::vector<size_t>> d(a.size() + 1, std::vector<size_t>(b.size() + 1));
  for (size_t i = 0; i <= a.size(); ++i) d[i][0] = i;
  for (size_t j = 0; j <= b.size(); ++j) d[0][j] = j;
  for (size_t i = 1; i <= a.size(); ++i) {
    for (size_t j = 1; j <= b.size(); ++j) {
      d[i][j] =
          std::min({d[i - 1][j] + 1, d[i][j - 1] + 1, d[i - 1][j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        d[i][j] = std::min(d[i][j], d[i - 2][j - 2] + 1);
      }
    }
  }
  return d[a.size()][b.size()];
}

}  // namespace

std::string MostSimilar(const std::string& word, const std::set<std::string>& words) {
  if (words.size() > kMaxWords || word.size() > kLongest) return "";
  std::string best;
  size_t nearest = std::min<size_t>(3, (word.size() + 1) / 2);  // less than this
  for (const std::string& other : words) {
    if (other == word || other.size() > kLongest) continue;
    if (const size_t distance = Distance(word, other); distance < nearest) {
      nearest = distance;
      best = other;
    }
  }
  return best;
}

}  // namespace heddle::namerd
