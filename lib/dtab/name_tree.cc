#include "lib/dtab/name_tree.h"

#include <array>
#include <charconv>

#include "lib/dtab/parser.h"

namespace heddle {

absl::StatusOr<NameTree<Path>> ParseNameTree(absl::string_view text) {
  Parser parser(text);
  NameTree<Path> tree;
  if (!parser.ReadTree(&tree) || !parser.ReadEnd()) return parser.error().ToStatus();
  return tree;
}

std::string Show(const NameTree<Path>& tree) {
  return ShowTree<Path>(tree, [](const Path& path) { return path.Show(); });
}

std::string ShowWeight(double weight) {
  std::array<char, 1100> buffer;  // the longest double has 1 + 309 + 1 + 767 characters
  const auto end =
      std::to_chars(buffer.data(), buffer.data() + buffer.size(), weight, std::chars_format::fixed).ptr;
  std::string out(buffer.data(), end);
  const size_t dot = out.find('.');
  if (dot == std::string::npos) return out + ".00";
  if (out.size() - dot == 2) out.push_back('0');
  return out;
}

}  // namespace heddle
