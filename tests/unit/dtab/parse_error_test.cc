#include "lib/dtab/parse_error.h"

#include <catch2/catch.hpp>
#include <string>

#include "lib/base/status.h"
#include "lib/dtab/dtab.h"

namespace heddle {
namespace {

ParseError ErrorOf(absl::string_view dtab) {
  const auto parsed = Dtab::Parse(dtab);
  REQUIRE_FALSE(parsed.ok());
  CHECK(parsed.status().code() == absl::StatusCode::kInvalidArgument);
  const auto error = ParseErrorOf(parsed.status());
  REQUIRE(error.has_value());
  CHECK(parsed.status().message() == error->ToString());
  return *error;
}

TEST_CASE("An error says line, column, what was found and what was expected") {
  const ParseError error = ErrorOf("/svc => /host;\n# comment\n/host => k8s/foo;\n");
  CHECK(error.line == 3);
  CHECK(error.column == 10);
  CHECK(error.found == "'k'");
  CHECK(error.ToString() == "line 3, column 10: expected a path, '(', '!', '~' or '$', found 'k'");
}

TEST_CASE("Common mistakes come with a remedy") {
  CHECK(ErrorOf("/a -> /b").remedy == "did you mean '=>'?");
  CHECK(ErrorOf("/a => /b, /c => /d").remedy == "rules are separated by ';'");
  CHECK(ErrorOf("/a => /b\n/c => /d").remedy == "separate rules by ';', alternates by '|'");
  CHECK(ErrorOf("/a => /b => /c").remedy == "a rule has one '=>'; is a ';' missing before this rule?");
  CHECK(ErrorOf("/a/ => /b").remedy == "remove the '/' at the end of the path");
  CHECK(ErrorOf("/a => /b/*").remedy == "a wildcard '*' stands only left of '=>', as a whole label");
  CHECK(ErrorOf("/a => /b@c").remedy == "in a label write it as \\x40");
  CHECK(ErrorOf("/a => -1 * /b & /c").remedy == "a weight cannot be negative");
  CHECK(ErrorOf("/a | /b => /c").remedy == "left of '=>' stands one prefix; write a rule for each");
  CHECK(ErrorOf("/a").remedy == "a rule is written /prefix => /destination");
}

TEST_CASE("Columns count characters, and what is found is told in ASCII") {
  const ParseError umlaut = ErrorOf("# \xc3\xbc\n/a => /b \xe2\x86\x92");
  CHECK(umlaut.line == 2);
  CHECK(umlaut.column == 10);
  CHECK(umlaut.found == "the character U+2192");
  CHECK(ErrorOf("/a => /b \xff").found == "the byte 0xff");
  CHECK(ErrorOf("/a => /b \xe2\x86").found == "the byte 0xe2");
  CHECK(ErrorOf("/a => \x01").found == "the byte 0x01");
  CHECK(ErrorOf("/a =>").found == "the end of the text");
  const auto escape = Path::Parse("/\\x4\n");
  CHECK(ParseErrorOf(escape.status())->found == "the end of the line");
}

TEST_CASE("The parts survive annotation; other errors have none") {
  const auto parsed = Dtab::Parse("/a");
  const auto error = ParseErrorOf(Annotate(parsed.status(), "namespace default"));
  REQUIRE(error.has_value());
  CHECK(error->column == 3);
  CHECK_FALSE(ParseErrorOf(absl::InvalidArgumentError("line 1, column 2: something")).has_value());
  CHECK_FALSE(ParseErrorOf(absl::OkStatus()).has_value());
}

TEST_CASE("The place is shown under its line") {
  const std::string text = "/a => /b;\n\t/c =\xc3\xbc /d;\n/e => /f";
  CHECK(ShowPlace(text, ErrorOf(text)) == " /c =? /d;\n     ^");
  CHECK(ShowPlace("one line", ParseError{7, 1, "", "", ""}).empty());
}

}  // namespace
}  // namespace heddle
