#include "lib/dtab/dtab.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <string>

#include "lib/dtab/dtab_json.h"
#include "lib/dtab/parse_error.h"

namespace heddle {
namespace {

Dtab Parsed(absl::string_view text) {
  const auto dtab = Dtab::Parse(text);
  REQUIRE(dtab.ok());
  return *dtab;
}

// Paths and prefixes over few labels, so that they meet often.
Path RandomPath(std::mt19937& random, size_t longest) {
  std::vector<std::string> labels(random() % (longest + 1));
  for (std::string& label : labels) label = std::string(1, static_cast<char>('a' + random() % 3));
  return Path(std::move(labels));
}

Prefix RandomPrefix(std::mt19937& random) {
  std::vector<Prefix::Elem> elems;
  for (const std::string& label : RandomPath(random, 4)) {
    elems.push_back(random() % 4 == 0 ? Prefix::Elem() : Prefix::Elem(label));
  }
  return Prefix(std::move(elems));
}

TEST_CASE("The index finds the rules that a scan finds, the last first") {
  std::mt19937 random(7);  // NOLINT: the same every time
  for (int round = 0; round < 200; ++round) {
    std::vector<Dentry> dentries(random() % 30);
    for (Dentry& dentry : dentries) {
      dentry = {RandomPrefix(random), NameTree<Path>::Leaf(RandomPath(random, 2))};
    }
    const Dtab dtab(dentries);
    const Path path = RandomPath(random, 6);
    std::vector<size_t> scanned;
    for (size_t i = dentries.size(); i-- > 0;) {
      if (dentries[i].prefix.Matches(path)) scanned.push_back(i);
    }
    CHECK(dtab.Matches(path) == scanned);
  }
}

TEST_CASE("Whatever text parses means the same when it is shown and read again; no text does harm") {
  const std::vector<std::string> tokens = {
      "/a", "/b/c", "/*",  "/", "=>", " ",  "\n", ";",     "|", "&", "(",    ")",  "~", "!",
      "$",  "#",    "0.5", "3", "*",  "\\", "x",  "\\x2a", "=", ">", "\xc3", "\t", ".", "/$/inet/80"};
  std::mt19937 random(11);  // NOLINT: the same every time
  int parsed = 0;
  for (int round = 0; round < 20000; ++round) {
    std::string text = round % 2 == 0 ? "/a=>" : "";
    for (size_t n = random() % 12; n > 0; --n) text += tokens[random() % tokens.size()];
    const auto dtab = Dtab::Parse(text);
    if (!dtab.ok()) {
      REQUIRE(ParseErrorOf(dtab.status()).has_value());
      REQUIRE(!ShowPlace(text, *ParseErrorOf(dtab.status())).empty());
      continue;
    }
    ++parsed;
    const auto again = Dtab::Parse(dtab->Show());
    REQUIRE(again.ok());
    REQUIRE(*again == *dtab);
    REQUIRE(*DtabFromJson(DtabToJson(*dtab)) == *dtab);
  }
  CHECK(parsed > 1000);
}

TEST_CASE("Copies of a dtab are equal and share their rules") {
  const Dtab dtab = Parsed("/a=>/b;/a/*=>/c | ~");
  const Dtab copy = dtab;
  CHECK(copy == dtab);
  CHECK(&copy[0] == &dtab[0]);
  CHECK(Parsed("/a=>/b;/a/*=>/c | ~") == dtab);
  CHECK(Parsed("/a=>/b") != dtab);
  CHECK(Dtab() == Parsed("  # nothing\n"));
}

TEST_CASE("An override is tried first") {
  const Dtab both = Parsed("/svc=>/a").Concat(Parsed("/svc/x=>/b"));
  CHECK(Show(both.Lookup(Path{"svc", "x"})) == "/b | /a/x");
  CHECK(both.StripPrefix(Parsed("/svc=>/a")).Show() == "/svc/x=>/b");
  CHECK(both.StripPrefix(Parsed("/svc=>/other")) == both);
}

TEST_CASE("A dtab survives JSON") {
  const Dtab dtab = Parsed("/a/*=>0.123456*/b & /c\\x20;/=>!");
  const std::string json = DtabToJson(dtab);
  CHECK(json == R"([{"prefix":"/a/*","dst":"0.123456*/b & /\\x63\\x20"},{"prefix":"/","dst":"!"}])");
  const auto again = DtabFromJson(json);
  REQUIRE(again.ok());
  CHECK(*again == dtab);
}

TEST_CASE("JSON that is no dtab is refused by rule and key") {
  const auto message = [](absl::string_view json) {
    return std::string(DtabFromJson(json).status().message());
  };
  CHECK(message(R"([{"prefix":"/a","dst":"/b"},{"prefix":"/a","dst":"b"}])") ==
        "rule 2: \"dst\": line 1, column 1: expected a path, '(', '!', '~' or '$', found 'b'");
  CHECK(message(R"([{"prefix":"/a"}])") == "rule 1: \"dst\" is missing");
  CHECK(message(R"([{"prefix":1,"dst":"/b"}])") == "rule 1: \"prefix\" is a number, expected a string");
  CHECK(message(R"([{"prefix":"/a","dest":"/b"}])") ==
        "rule 1: unknown key \"dest\", a rule has \"prefix\" and \"dst\"");
  CHECK(message("[null]") == "rule 1: expected {\"prefix\", \"dst\"}, found null");
  for (const char* text : {"", "[", "{}", "\"/a=>/b\"", "[[]]", "\xff", "[{\"\xff\":1}]"}) {
    CHECK_FALSE(DtabFromJson(text).ok());
  }
  const std::string deep(100000, '[');
  CHECK_FALSE(DtabFromJson(deep).ok());
  CHECK(message("[1,]").starts_with(
      "a dtab as JSON is [{\"prefix\": \"/a\", \"dst\": \"/b\"}, ...]: line 1, column 4: "));
  const auto bad = DtabFromJson(R"([{"prefix":"/a","dst":"b"}])");
  REQUIRE(ParseErrorOf(bad.status()).has_value());
}

}  // namespace
}  // namespace heddle
