#include <catch2/catch.hpp>

#include "lib/config/errors.h"
#include "lib/config/node.h"

namespace heddle {
namespace {

std::string ErrorsOf(absl::string_view text) {
  ConfigErrors errors;
  const auto document = ConfigDocument::Parse(text, "f.yaml", errors);
  CHECK((document != nullptr || !errors.ok()));
  return errors.ToString();
}

TEST_CASE("nodes know their place and path") {
  ConfigErrors errors;
  const auto document = ConfigDocument::Parse("a: 1\nb:\n- c: x\n  d: [p, q]\n", "f.yaml", errors);
  REQUIRE(document != nullptr);
  const ConfigNode& root = document->root();
  REQUIRE(root.is_map());
  CHECK(root.Path().empty());
  CHECK(root.Find("a")->AsInt() == 1);
  CHECK(root.Find("nothing") == nullptr);
  const ConfigNode& q = *root.Find("b")->items()[0]->Find("d")->items()[1];
  CHECK(q.Path() == "b[0].d[1]");
  CHECK(q.Place() == "f.yaml:4:10");
  CHECK(q.AsString() == "q");
}

TEST_CASE("JSON is read as it is") {
  ConfigErrors errors;
  const auto document =
      ConfigDocument::Parse("{\"a\": [1, -2.5, true, null, \"x\\ny\"],\n\t\"b\": {}}", "f.json", errors);
  INFO(errors.ToString());
  REQUIRE(document != nullptr);
  const auto& a = document->root().Find("a")->items();
  REQUIRE(a.size() == 5);
  CHECK(a[0]->AsUint() == 1u);
  CHECK(a[1]->AsDouble() == -2.5);
  CHECK(a[2]->AsBool() == true);
  CHECK(a[3]->is_null());
  CHECK(a[4]->text() == "x\ny");
  CHECK(document->root().Find("b")->is_map());
}

TEST_CASE("scalars convert or do not") {
  ConfigErrors errors;
  const auto document = ConfigDocument::Parse(
      "[9223372036854775807, 9223372036854775808, 18446744073709551615, '80', 1.5, yes, .inf, nan, x]", "f",
      errors);
  REQUIRE(document != nullptr);
  const auto& items = document->root().items();
  CHECK(items[0]->AsInt() == INT64_MAX);
  CHECK(!items[1]->AsInt());
  CHECK(items[2]->AsUint() == UINT64_MAX);
  CHECK(items[3]->AsInt() == 80);
  CHECK(!items[4]->AsInt());
  CHECK(items[4]->AsDouble() == 1.5);
  CHECK(!items[5]->AsBool());
  CHECK(!items[6]->AsDouble());
  CHECK(!items[7]->AsDouble());
  CHECK(!items[8]->AsDouble());
}

TEST_CASE("an empty document has a null root") {
  for (const char* text : {"", "# only a comment\n", "---\n"}) {
    ConfigErrors errors;
    const auto document = ConfigDocument::Parse(text, "f", errors);
    REQUIRE(document != nullptr);
    CHECK(document->root().is_null());
    CHECK(document->root().Path().empty());
  }
}

TEST_CASE("what is not one YAML document of text keys is refused with its place") {
  CHECK(ErrorsOf("a: [1, 2\nb: 3").find("f.yaml:2:") == 0);
  CHECK(ErrorsOf("a: 1\n---\nb: 2\n") == "f.yaml: more than one document; keep one and its '---' or none\n");
  CHECK(ErrorsOf("? [x]\n: 1\n") == "f.yaml:1:3: a key must be text\n");
  CHECK(ErrorsOf("~: 1\n") == "f.yaml:1:1: a key must be text\n");
  CHECK(ErrorsOf("a: *nothing\n").find("f.yaml:1:") == 0);
  CHECK(ErrorsOf("a: 1\nb: 2\na: 3\nb: 4\n") ==
        "f.yaml:3:1: the key 'a' is here a second time; keep one of them\n"
        "f.yaml:4:1: the key 'b' is here a second time; keep one of them\n");
}

TEST_CASE("aliases are copies with paths of their own") {
  ConfigErrors errors;
  const auto document = ConfigDocument::Parse("a: &x {k: [v]}\nb: *x\n", "f", errors);
  REQUIRE(document != nullptr);
  const ConfigNode& v = *document->root().Find("b")->Find("k")->items()[0];
  CHECK(v.text() == "v");
  CHECK(v.Path() == "b.k[0]");
}

TEST_CASE("documents that would grow are refused") {
  std::string bomb = "a0: &a0 [x, x]\n";
  for (int i = 1; i < 40; ++i) {
    const std::string n = std::to_string(i), before = std::to_string(i - 1);
    bomb += "a" + n + ": &a" + n + " [*a" + before + ", *a" + before + "]\n";
  }
  CHECK(ErrorsOf(bomb).find("more than 200000 values") != std::string::npos);
  CHECK(ErrorsOf("a: &a [*a]\n").find("an alias inside of what it stands for") != std::string::npos);
  CHECK(ErrorsOf(std::string(65, '[') + std::string(65, ']')).find("nested more than 64") !=
        std::string::npos);
  CHECK_FALSE(ErrorsOf(std::string(100'000, '[')).empty());
  CHECK(ErrorsOf(std::string(ConfigDocument::kMaxBytes + 1, ' ')) == "f.yaml: more than 4194304 bytes\n");
}

TEST_CASE("a file that cannot be read is an error") {
  ConfigErrors errors;
  CHECK(ConfigDocument::Load("/nonexistent/f.yaml", errors) == nullptr);
  CHECK(ConfigDocument::Load("/", errors) == nullptr);
  CHECK(errors.Lines() ==
        std::vector<std::string>{"/nonexistent/f.yaml: cannot be read: No such file or directory",
                                 "/: cannot be read: is it a folder?"});
}

}  // namespace
}  // namespace heddle
