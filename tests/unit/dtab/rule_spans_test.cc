#include "lib/dtab/rule_spans.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

std::string Spans(const std::string& text) {
  const auto rules = ReadRules(text);
  if (!rules.ok()) return std::string(rules.status().message());
  std::string shown;
  for (const RuleInText& rule : *rules) {
    absl::StrAppend(&shown, rule.begin, " <", text.substr(rule.dst_begin, rule.dst_end - rule.dst_begin),
                    "> ");
  }
  return shown;
}

TEST_CASE("Rules are found in the text, among comments, with what is around their destinations left out") {
  CHECK(Spans("").empty());
  CHECK(Spans(" # none\n").empty());
  CHECK(Spans("/a=>/b") == "0 </b> ");
  CHECK(Spans(" /a => /b ; /c => /d # last\n ;\n") == "1 </b> 12 </d> ");
  CHECK(Spans("#;\n/a=>#;\n( /b # in\n | 0.5#w\n*~#after\n & $#;\n )#;\n;/c=>!") ==
        "3 <( /b # in\n | 0.5#w\n*~#after\n & $#;\n )> 51 <!> ");
  CHECK(Spans("/a=>/#/b#c;/d=>/") == "0 </#/b#c> 11 </> ");
}

TEST_CASE("What is no dtab has the error of Dtab::Parse") {
  for (const char* text : {"/a", "/a => ;", "/a => /b /c", "/a => (/b ; /c => /d", "/a => 2 /b"}) {
    CHECK(ReadRules(text).status() == Dtab::Parse(text).status());
  }
}

TEST_CASE("The rules are those of Dtab::Parse") {
  const std::string text = "/a => 0.5 * /b & 0.5 * (/c | !) ; /*/x => ~ ; /a => /\\x20 ;";
  const auto rules = ReadRules(text);
  REQUIRE(rules.ok());
  const auto dtab = Dtab::Parse(text);
  REQUIRE(rules->size() == dtab->size());
  for (size_t i = 0; i < rules->size(); ++i) CHECK((*rules)[i].rule == (*dtab)[i]);
}

}  // namespace
}  // namespace heddle
