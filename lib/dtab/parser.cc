#include "lib/dtab/parser.h"

#include <cmath>
#include <cstdint>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace heddle {
namespace {

// As java.lang.Character.isWhitespace for ASCII, which is what dtabs have been read with so far.
bool IsSpace(int c) { return c == ' ' || (c >= '\t' && c <= '\r') || (c >= 0x1c && c <= 0x1f); }

bool IsWeightChar(int c) { return c == '.' || (c >= '0' && c <= '9'); }

bool StartsLabel(int c) { return c == '\\' || (c >= 0 && IsPlainLabelChar(static_cast<char>(c))); }

int HexValue(int c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

std::string EscapeRemedy(int c) {
  if (c <= ' ' || c > '~') return "";
  return absl::StrFormat("in a label write it as \\x%02x", c);
}

}  // namespace

bool IsPlainLabelChar(char c) {
  return absl::ascii_isalnum(static_cast<unsigned char>(c)) || c == '_' || c == ':' || c == '.' || c == '#' ||
         c == '$' || c == '%' || c == '-';
}

int Parser::Peek() const { return PeekAt(0); }

int Parser::PeekAt(size_t offset) const {
  return at_ + offset < text_.size() ? static_cast<unsigned char>(text_[at_ + offset]) : kEnd;
}

bool Parser::Eat(char c) {
  if (Peek() != static_cast<unsigned char>(c)) return false;
  ++at_;
  return true;
}

void Parser::SkipSpace() {
  if (at_ != skipped_to_) token_end_ = at_;
  while (at_ < text_.size()) {
    if (IsSpace(Peek())) {
      ++at_;
    } else if (Peek() == '#') {
      const size_t end = text_.find('\n', at_);
      at_ = end == absl::string_view::npos ? text_.size() : end;
    } else {
      break;
    }
  }
  skipped_to_ = at_;
}

bool Parser::Fail(std::string expected, std::string remedy) {
  error_ = PlaceOf(text_, at_);
  error_->expected = std::move(expected);
  error_->remedy = std::move(remedy);
  return false;
}

bool Parser::ReadLabel(std::string* label) {
  if (!StartsLabel(Peek())) {
    if (Peek() == '*') return Fail("a label", "a wildcard '*' stands only left of '=>', as a whole label");
    if (Peek() == kEnd || IsSpace(Peek())) return Fail("a label", "remove the '/' at the end of the path");
    if (Peek() == '/') return Fail("a label", "remove one of the two '/'");
    return Fail("a label", EscapeRemedy(Peek()));
  }
  while (StartsLabel(Peek())) {
    if (!Eat('\\')) {
      label->push_back(text_[at_++]);
      continue;
    }
    if (!Eat('x'))
      return Fail("'x' of an escape", "an escape is \\x and two hexadecimal digits, such as \\x20");
    int byte = 0;
    for (int i = 0; i < 2; ++i, ++at_) {
      const int digit = HexValue(Peek());
      if (digit < 0)
        return Fail("a hexadecimal digit", "an escape is \\x and two hexadecimal digits, such as \\x20");
      byte = byte * 16 + digit;
    }
    label->push_back(static_cast<char>(byte));
  }
  return true;
}

bool Parser::ReadPath(Path* path) {
  SkipSpace();
  if (!Eat('/')) return Fail("'/', the start of a path");
  std::vector<std::string> labels;
  if (StartsLabel(Peek()) || Peek() == '*') {
    do {
      if (!ReadLabel(&labels.emplace_back())) return false;
    } while (Eat('/'));
  }
  *path = Path(std::move(labels));
  return true;
}

bool Parser::ReadPrefix(Prefix* prefix) {
  SkipSpace();
  if (!Eat('/')) {
    return Fail("'/', the start of a rule's prefix", Peek() == ';' ? "there is no rule before this ';'" : "");
  }
  std::vector<Prefix::Elem> elems;
  if (StartsLabel(Peek()) || Peek() == '*') {
    do {
      if (Eat('*')) {
        elems.emplace_back(std::nullopt);
      } else if (!ReadLabel(&elems.emplace_back(std::in_place).value())) {
        return false;
      }
    } while (Eat('/'));
  }
  *prefix = Prefix(std::move(elems));
  return true;
}

bool Parser::ReadWeight(double* weight) {
  const size_t start = at_;
  bool dot = false;
  while (IsWeightChar(Peek())) {
    if (Peek() == '.' && std::exchange(dot, true))
      return Fail("a digit", "a weight has one decimal point at most");
    ++at_;
  }
  const absl::string_view digits = text_.substr(start, at_ - start);
  if (digits == ".") return Fail("a digit", "a weight is a number such as 0.5");
  if (!absl::SimpleAtod(digits, weight) || !std::isfinite(*weight)) {
    at_ = start;
    return Fail("a weight within the range of a floating-point number");
  }
  return true;
}

bool Parser::ReadWeighted(NameTree<Path>::Weighted* weighted) {
  SkipSpace();
  if (IsWeightChar(Peek())) {
    if (!ReadWeight(&weighted->weight)) return false;
    SkipSpace();
    if (!Eat('*')) return Fail("'*' after a weight", "a weighted member is written 0.5 * /path");
    SkipSpace();
  }
  return ReadSimple(&weighted->tree);
}

bool Parser::ReadSimple(NameTree<Path>* tree) {
  SkipSpace();
  switch (Peek()) {
    case '(': {
      if (depth_ == kMaxTreeDepth) {
        return Fail(absl::StrCat("at most ", kMaxTreeDepth, " parentheses inside each other"));
      }
      ++depth_;
      ++at_;
      if (!ReadTree(tree)) return false;
      SkipSpace();
      if (!Eat(')')) return Fail("')'", EndRemedy());
      --depth_;
      return true;
    }
    case '/': {
      Path path;
      if (!ReadPath(&path)) return false;
      *tree = NameTree<Path>::Leaf(std::move(path));
      return true;
    }
    case '!':
      *tree = NameTree<Path>::Fail();
      break;
    case '~':
      *tree = NameTree<Path>::Neg();
      break;
    case '$':
      *tree = NameTree<Path>::Empty();
      break;
    case '-':
      return Fail("a path, '(', '!', '~' or '$'", "a weight cannot be negative");
    default:
      return Fail("a path, '(', '!', '~' or '$'",
                  IsWeightChar(Peek()) ? "a member has one weight at most" : "");
  }
  ++at_;
  return true;
}

bool Parser::ReadUnion(NameTree<Path>* tree) {
  std::vector<NameTree<Path>::Weighted> members;
  do {
    if (!ReadWeighted(&members.emplace_back())) return false;
    SkipSpace();
  } while (Eat('&'));
  // The weight of a lone member means nothing.
  *tree = members.size() == 1 ? std::move(members.front().tree) : NameTree<Path>::Union(std::move(members));
  return true;
}

bool Parser::ReadTree(NameTree<Path>* tree) {
  std::vector<NameTree<Path>> trees;
  do {
    if (!ReadUnion(&trees.emplace_back())) return false;
    SkipSpace();
  } while (Eat('|'));
  *tree = trees.size() == 1 ? std::move(trees.front()) : NameTree<Path>::Alt(std::move(trees));
  return true;
}

bool Parser::ReadArrow() {
  SkipSpace();
  if (Peek() == '=' && PeekAt(1) == '>') {
    at_ += 2;
    return true;
  }
  if (Eat('=')) return Fail("'>' of '=>'");
  std::string remedy;
  if (Peek() == '-') remedy = "did you mean '=>'?";
  if (Peek() == '|' || Peek() == '&') remedy = "left of '=>' stands one prefix; write a rule for each";
  if (Peek() == '*') remedy = "a wildcard '*' is a whole label: /a/*/b";
  if (Peek() == kEnd || Peek() == ';') remedy = "a rule is written /prefix => /destination";
  return Fail("'=>' after a rule's prefix", std::move(remedy));
}

bool Parser::ReadDentry(Dentry* dentry) {
  return ReadPrefix(&dentry->prefix) && ReadArrow() && ReadTree(&dentry->dst);
}

template <class ReadOne>
bool Parser::ReadTable(const ReadOne& read_one) {
  in_dtab_ = true;
  do {
    SkipSpace();
    if (Peek() == kEnd) return true;
    if (!read_one()) return false;
    SkipSpace();
  } while (Eat(';'));
  return true;
}

bool Parser::ReadDentries(std::vector<Dentry>* dentries) {
  return ReadTable([&] { return ReadDentry(&dentries->emplace_back()); });
}

bool Parser::ReadRules(std::vector<RuleInText>* rules) {
  return ReadTable([&] {
    RuleInText& rule = rules->emplace_back();
    rule.begin = at_;
    if (!ReadPrefix(&rule.rule.prefix) || !ReadArrow()) return false;
    SkipSpace();
    rule.dst_begin = at_;
    if (!ReadTree(&rule.rule.dst)) return false;
    SkipSpace();
    rule.dst_end = token_end_;
    return true;
  });
}

bool Parser::ReadEnd() {
  SkipSpace();
  if (Peek() == kEnd) return true;
  return Fail(in_dtab_ ? "';', '|', '&' or the end of the text" : "the end of the text", EndRemedy());
}

std::string Parser::EndRemedy() const {
  switch (Peek()) {
    case '/':
      return in_dtab_ ? "separate rules by ';', alternates by '|'" : "";
    case ',':
      return in_dtab_ ? "rules are separated by ';'" : "";
    case ')':
      return "there is no '(' for it";
    case '=':
      return in_dtab_ ? "a rule has one '=>'; is a ';' missing before this rule?" : "";
    case '*':
      return "a weight stands before its tree: 0.5 * /path; a wildcard stands only left of '=>'";
    case ';':
      return "there may be one rule only, without ';'";
    default:
      return EscapeRemedy(Peek());
  }
}

}  // namespace heddle
