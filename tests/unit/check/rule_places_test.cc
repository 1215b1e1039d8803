#include "namerd/check/rule_places.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "lib/dtab/dtab.h"

namespace heddle::namerd {
namespace {

std::string Places(const std::string& text) {
  std::string shown;
  for (const RulePlace& place : FindRulePlaces(text))
    absl::StrAppend(&shown, place.line, ":", place.column, " ");
  return shown;
}

TEST_CASE("The places of rules, among comments, in lines of several rules") {
  CHECK(Places("").empty());
  CHECK(Places("/a=>/b") == "1:1 ");
  CHECK(Places("# first; second\n/a => /b ;\n\n  /c => /#/io.l5d.fs ; /d => /e # last; one\n;") ==
        "2:1 4:3 4:24 ");
  CHECK(Places("/a => ~ #; /x\n; /b => (/c#d)# ;\n;") == "1:1 2:3 ");
  CHECK(Places("# \xc3\xa9\n/a => /b ; # \xc3\xa9\n/*/b => 0.5*#x;\n/c & 0.5 * /d;/e=>/f") ==
        "2:1 3:1 4:15 ");
}

TEST_CASE("There is one for each rule") {
  for (const char* text : {"/a=>/b;/c=>/d", "/a=>/b;/c=>/d;", "#;\n", "/#/x#y=>/$/inet/127.1/80;#c\n/z=>!",
                           "/a=>$#;/x\n;/b=>0.5#;/y\n*/c&/d"}) {
    INFO(text);
    CHECK(FindRulePlaces(text).size() == Dtab::Parse(text)->size());
  }
}

// With a search of the line for each rule this takes minutes, and namerd's loop as long.
TEST_CASE("A line may have any number of rules") {
  std::string text;
  for (int i = 0; i < 500'000; ++i) text += "/a=>/b;";
  const std::vector<RulePlace> places = FindRulePlaces(text);
  REQUIRE(places.size() == 500'000);
  CHECK(places.back().line == 1);
  CHECK(places.back().column == 7 * 499'999 + 1);
}

}  // namespace
}  // namespace heddle::namerd
