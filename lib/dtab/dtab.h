// Dtab: a delegation table, the rules by which a logical name leads to others.
// Source: com.twitter.finagle.Dtab, Dentry (grammar, matching, printing).
#ifndef HEDDLE_LIB_DTAB_DTAB_H_
#define HEDDLE_LIB_DTAB_DTAB_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/dtab/name_tree.h"
#include "lib/dtab/path.h"

namespace heddle {

// What a rule applies to: labels that must be equal, and wildcards that match any one label.
class Prefix {
 public:
  using Elem = std::optional<std::string>;  // nullopt: *

  Prefix() = default;
  explicit Prefix(std::vector<Elem> elems) : elems_(std::move(elems)) {}
  explicit Prefix(const Path& path) : elems_(path.begin(), path.end()) {}

  std::string Show() const;
  void AppendTo(std::string* out) const;
  bool Matches(const Path& path) const;

  size_t size() const { return elems_.size(); }
  const Elem& operator[](size_t i) const { return elems_[i]; }
  const std::vector<Elem>& elems() const { return elems_; }
  friend bool operator==(const Prefix&, const Prefix&) = default;

 private:
  std::vector<Elem> elems_;
};

// A rule: "/svc => /#/io.l5d.fs".
struct Dentry {
  Prefix prefix;
  NameTree<Path> dst;

  std::string Show() const;  // "/svc=>/#/io.l5d.fs"
  friend bool operator==(const Dentry&, const Dentry&) = default;
};

// An immutable value with an index over its prefixes; copies share it.
class Dtab {
 public:
  Dtab() = default;
  explicit Dtab(std::vector<Dentry> dentries);

  // Reads "/a => /b ; /c => /d ;": the last ';' may be left out; white space and # comments between tokens.
  // The error is one of ParseErrorOf (parse_error.h).
  static absl::StatusOr<Dtab> Parse(absl::string_view text);
  std::string Show() const;  // "/a=>/b;/c=>/d"

  size_t size() const;
  bool empty() const { return size() == 0; }
  const Dentry& operator[](size_t i) const { return dentries()[i]; }
  const std::vector<Dentry>& dentries() const;
  auto begin() const { return dentries().begin(); }
  auto end() const { return dentries().end(); }

  // One step: the destinations of all rules that match, each with the rest of the path appended to its
  // leaves; the last rule first. ~ if none matches, an Alt if several do.
  NameTree<Path> Lookup(const Path& path) const;
  // The rules that match `path`, as indices, the last first. Takes time by the path's length and the number
  // of matches, not by the size of the table.
  std::vector<size_t> Matches(const Path& path) const;

  // This table, then `tail`, whose rules therefore win.
  Dtab Concat(const Dtab& tail) const;
  // This table without its first rules if they are all those of `prefix`; this table as it is otherwise.
  Dtab StripPrefix(const Dtab& prefix) const;
  // Destinations simplified, rules that lead to ~ left out.
  Dtab Simplified() const;
  // The same prefixes with destinations that are equal when simplified, in the same order.
  bool EquivalentTo(const Dtab& other) const;

  friend bool operator==(const Dtab& a, const Dtab& b) {
    return a.rep_ == b.rep_ || a.dentries() == b.dentries();
  }

 private:
  struct Rep;
  std::shared_ptr<const Rep> rep_;  // null: no rules
};

absl::StatusOr<Dentry> ParseDentry(absl::string_view text);
absl::StatusOr<Prefix> ParsePrefix(absl::string_view text);

// `dst` with `rest` appended to each leaf: what a rule contributes to Lookup.
NameTree<Path> AppendToLeaves(const NameTree<Path>& dst, const Path& rest);

}  // namespace heddle

#endif  // HEDDLE_LIB_DTAB_DTAB_H_
