// Paths and name trees: what is read is written so that it is read again, a refusal says where, and
// simplifying a tree does not change where it leads.
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "lib/dtab/name_tree.h"
#include "lib/dtab/path.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/texts.h"

namespace heddle::fuzz {
namespace {

constexpr size_t kMaxBytes = 1 << 14;

void CheckPath(const Path& path) {
  const std::string shown = path.Show();
  const auto again = Path::Parse(shown);
  Check(again.ok() && *again == path, "a path survives Show", shown);
  for (size_t i = 0; i <= path.size(); ++i) {
    Check(path.Take(i) + path.Drop(i) == path, "a path is its beginning and its rest", shown);
    Check(path.StartsWith(path.Take(i)), "a path starts with its beginning", shown);
    Check(path.Drop(i).size() == path.size() - i, "the rest is as long as it should be", shown);
  }
  const Path stripped = path.StripTransformerPrefix();
  Check(stripped.size() <= path.size() && path.Drop(path.size() - stripped.size()) == stripped,
        "without a transformer's prefix it is the end of what it was", shown);
}

// True if the parser makes trees of this form: what it never makes may show as another tree.
bool AsParsed(const NameTree<Path>& tree) {
  if (tree.is_alt()) {
    bool all = tree.alternates().size() > 1;
    for (const auto& alternate : tree.alternates()) all = all && AsParsed(alternate);
    return all;
  }
  if (tree.is_union()) {
    bool all = tree.members().size() > 1;
    for (const auto& member : tree.members()) all = all && AsParsed(member.tree);
    return all;
  }
  return true;
}

void CheckTree(const NameTree<Path>& tree) {
  const std::string shown = Show(tree);
  const auto again = ParseNameTree(shown);
  Check(again.ok() && Show(*again) == shown, "a tree's text survives being read", shown);
  if (AsParsed(tree)) Check(*again == tree, "a tree survives Show", shown);
  const NameTree<Path> simple = tree.Simplified();
  Check(simple.Simplified() == simple, "simplifying twice is simplifying once", shown);
  Check(simple.Eval() == tree.Eval(), "a simplified tree leads to the same leaves", shown);
  tree.ForEachLeaf([](const Path& leaf) { CheckPath(leaf); });
}

void CheckLabels(absl::string_view text) {
  const std::vector<std::string> labels = absl::StrSplit(text, '\n');
  const auto path = Path::FromLabels(labels);
  for (const std::string& label : labels) Check(!path.ok() || !label.empty(), "no label is empty");
  if (path.ok()) CheckPath(*path);
}

}  // namespace
}  // namespace heddle::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heddle;        // NOLINT
  using namespace heddle::fuzz;  // NOLINT
  if (size > kMaxBytes) return 0;
  const absl::string_view text = TextOf(data, size);
  const auto path = Path::Parse(text);
  if (path.ok()) {
    CheckPath(*path);
  } else {
    CheckRefusal(text, path.status());
  }
  const auto tree = ParseNameTree(text);
  if (tree.ok()) {
    CheckTree(*tree);
  } else {
    CheckRefusal(text, tree.status());
  }
  CheckLabels(text);
  return 0;
}
