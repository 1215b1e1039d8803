#include "lib/dtab/dtab.h"

#include <algorithm>
#include <cstdint>

#include "absl/strings/str_cat.h"
#include "lib/dtab/parser.h"
#include "lib/dtab/prefix_trie.h"

namespace heddle {
namespace {

// Finds the rules that match a path by walking down the path once.
class PrefixIndex {
 public:
  explicit PrefixIndex(const std::vector<Dentry>& dentries) {
    for (size_t i = 0; i < dentries.size(); ++i) {
      uint32_t at = 0;
      for (const Prefix::Elem& elem : dentries[i].prefix.elems()) at = trie_.Child(at, elem);
      trie_[at].rules.push_back(i);
    }
  }

  std::vector<size_t> Matches(const Path& path) const {
    const std::vector<PrefixNode>& nodes = trie_.nodes();
    std::vector<size_t> matches = nodes[0].rules;
    std::vector<uint32_t> level = {0};
    std::vector<uint32_t> next;
    for (size_t depth = 0; depth < path.size() && !level.empty(); ++depth) {
      trie_.Descend(level, &path[depth], &next);
      for (const uint32_t at : next)
        matches.insert(matches.end(), nodes[at].rules.begin(), nodes[at].rules.end());
      level.swap(next);
    }
    std::sort(matches.rbegin(), matches.rend());
    return matches;
  }

 private:
  PrefixTrie<PrefixNode> trie_;
};

}  // namespace

struct Dtab::Rep {
  explicit Rep(std::vector<Dentry> rules) : dentries(std::move(rules)), index(dentries) {}
  std::vector<Dentry> dentries;
  PrefixIndex index;
};

std::string Prefix::Show() const {
  std::string out;
  AppendTo(&out);
  return out;
}

void Prefix::AppendTo(std::string* out) const {
  if (elems_.empty()) out->push_back('/');
  for (const Elem& elem : elems_) {
    out->push_back('/');
    if (elem.has_value()) {
      AppendLabel(*elem, out);
    } else {
      out->push_back('*');
    }
  }
}

bool Prefix::Matches(const Path& path) const {
  if (size() > path.size()) return false;
  for (size_t i = 0; i < size(); ++i) {
    if (elems_[i].has_value() && *elems_[i] != path[i]) return false;
  }
  return true;
}

std::string Dentry::Show() const { return absl::StrCat(prefix.Show(), "=>", heddle::Show(dst)); }

Dtab::Dtab(std::vector<Dentry> dentries) {
  if (!dentries.empty()) rep_ = std::make_shared<const Rep>(std::move(dentries));
}

absl::StatusOr<Dtab> Dtab::Parse(absl::string_view text) {
  Parser parser(text);
  std::vector<Dentry> dentries;
  if (!parser.ReadDentries(&dentries) || !parser.ReadEnd()) return parser.error().ToStatus();
  return Dtab(std::move(dentries));
}

std::string Dtab::Show() const {
  std::string out;
  for (const Dentry& dentry : dentries()) absl::StrAppend(&out, out.empty() ? "" : ";", dentry.Show());
  return out;
}

size_t Dtab::size() const { return rep_ == nullptr ? 0 : rep_->dentries.size(); }

const std::vector<Dentry>& Dtab::dentries() const {
  static const auto& kNone = *new std::vector<Dentry>();
  return rep_ == nullptr ? kNone : rep_->dentries;
}

std::vector<size_t> Dtab::Matches(const Path& path) const {
  return rep_ == nullptr ? std::vector<size_t>() : rep_->index.Matches(path);
}

NameTree<Path> Dtab::Lookup(const Path& path) const {
  std::vector<NameTree<Path>> trees;
  for (const size_t i : Matches(path)) {
    const Dentry& dentry = (*this)[i];
    trees.push_back(AppendToLeaves(dentry.dst, path.Drop(dentry.prefix.size())));
  }
  if (trees.empty()) return NameTree<Path>::Neg();
  if (trees.size() == 1) return std::move(trees.front());
  return NameTree<Path>::Alt(std::move(trees));
}

Dtab Dtab::Concat(const Dtab& tail) const {
  if (tail.empty()) return *this;
  if (empty()) return tail;
  std::vector<Dentry> all = dentries();
  all.insert(all.end(), tail.begin(), tail.end());
  return Dtab(std::move(all));
}

Dtab Dtab::StripPrefix(const Dtab& prefix) const {
  if (prefix.size() > size() || !std::equal(prefix.begin(), prefix.end(), begin())) return *this;
  return Dtab(std::vector<Dentry>(begin() + static_cast<ptrdiff_t>(prefix.size()), end()));
}

Dtab Dtab::Simplified() const {
  std::vector<Dentry> kept;
  for (const Dentry& dentry : dentries()) {
    NameTree<Path> dst = dentry.dst.Simplified();
    if (!dst.is_neg()) kept.push_back({dentry.prefix, std::move(dst)});
  }
  return Dtab(std::move(kept));
}

bool Dtab::EquivalentTo(const Dtab& other) const {
  return std::equal(begin(), end(), other.begin(), other.end(), [](const Dentry& a, const Dentry& b) {
    return a.prefix == b.prefix && a.dst.Simplified() == b.dst.Simplified();
  });
}

absl::StatusOr<Dentry> ParseDentry(absl::string_view text) {
  Parser parser(text);
  Dentry dentry;
  if (!parser.ReadDentry(&dentry) || !parser.ReadEnd()) return parser.error().ToStatus();
  return dentry;
}

absl::StatusOr<Prefix> ParsePrefix(absl::string_view text) {
  Parser parser(text);
  Prefix prefix;
  if (!parser.ReadPrefix(&prefix) || !parser.ReadEnd()) return parser.error().ToStatus();
  return prefix;
}

NameTree<Path> AppendToLeaves(const NameTree<Path>& dst, const Path& rest) {
  return dst.Map([&rest](const Path& path) { return path.Concat(rest); });
}

}  // namespace heddle
