// The recursive-descent parser behind Path, NameTree, Dentry, Prefix and Dtab parsing. For lib/dtab alone.
// Source of the grammar: com.twitter.finagle.NameTreeParsers.
#ifndef HEDDLE_LIB_DTAB_PARSER_H_
#define HEDDLE_LIB_DTAB_PARSER_H_

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/dtab/dtab.h"
#include "lib/dtab/name_tree.h"
#include "lib/dtab/parse_error.h"
#include "lib/dtab/path.h"
#include "lib/dtab/rule_spans.h"

namespace heddle {

// True for what a label holds without an escape.
bool IsPlainLabelChar(char c);

// Each Read function takes white space first, returns false at the first error and then leaves it in error().
class Parser {
 public:
  explicit Parser(absl::string_view text) : text_(text) {}

  bool ReadPath(Path* path);
  bool ReadPrefix(Prefix* prefix);
  bool ReadTree(NameTree<Path>* tree);
  bool ReadDentry(Dentry* dentry);
  bool ReadDentries(std::vector<Dentry>* dentries);
  bool ReadRules(std::vector<RuleInText>* rules);
  // Nothing may follow but white space and comments.
  bool ReadEnd();

  const ParseError& error() const { return *error_; }

 private:
  static constexpr int kEnd = -1;

  int Peek() const;
  int PeekAt(size_t offset) const;
  bool Eat(char c);
  void SkipSpace();
  // Records the error at the place the parser is; returns false.
  bool Fail(std::string expected, std::string remedy = "");

  bool ReadLabel(std::string* label);
  bool ReadUnion(NameTree<Path>* tree);
  bool ReadWeighted(NameTree<Path>::Weighted* weighted);
  bool ReadSimple(NameTree<Path>* tree);
  bool ReadWeight(double* weight);
  bool ReadArrow();
  // Calls read_one() for each rule of a table.
  template <class ReadOne>
  bool ReadTable(const ReadOne& read_one);
  // What could be meant by the character that stands where a rule or tree should have ended.
  std::string EndRemedy() const;

  absl::string_view text_;
  size_t at_ = 0;
  size_t token_end_ = 0;  // of what was read last, before white space and comments
  size_t skipped_to_ = 0;
  int depth_ = 0;         // of open parentheses
  bool in_dtab_ = false;  // rules may follow, separated by ';'
  std::optional<ParseError> error_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_DTAB_PARSER_H_
