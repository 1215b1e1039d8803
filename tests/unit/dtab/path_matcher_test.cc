#include "lib/dtab/path_matcher.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace heddle {
namespace {

// "A=x B=y", or "no match".
std::string MatchOf(const std::string& pattern, const std::string& path) {
  const auto variables = PathMatcher::Parse(pattern)->Match(*Path::Parse(path));
  return variables ? absl::StrJoin(*variables, " ", absl::PairFormatter("=")) : "no match";
}

TEST_CASE("the first labels of a path are matched", "[dtab]") {
  REQUIRE(MatchOf("/foo/bar", "/foo/bar/bas").empty());
  REQUIRE(MatchOf("foo/bar/", "/foo/bar").empty());
  REQUIRE(MatchOf("/", "/anything").empty());
  REQUIRE(MatchOf("", "/").empty());
  REQUIRE(MatchOf("/foo/bar", "/foo") == "no match");
  REQUIRE(MatchOf("/foo/*", "/foo") == "no match");
  REQUIRE(MatchOf("/foo/*/x", "/foo/any/x").empty());
  REQUIRE(MatchOf("/#/io.l5d.fs/{name}", "/#/io.l5d.fs/web/x") == "name=web");
  REQUIRE(MatchOf("/io.l5d", "/ioxl5d") == "no match");
}

TEST_CASE("variables take as much of a label as they can, those before first", "[dtab]") {
  REQUIRE(MatchOf("/{A}-{B}", "/foo-bar-baz") == "A=foo-bar B=baz");
  REQUIRE(MatchOf("/{A}-{B}-{C}", "/1-2-3-4") == "A=1-2 B=3 C=4");
  REQUIRE(MatchOf("/{A}-{B}-{C}", "/1-2") == "no match");
  REQUIRE(MatchOf("/{A}{B}", "/xy") == "A=xy B=");
  REQUIRE(MatchOf("/{A}:http", "/web:https") == "A=web");
  REQUIRE(MatchOf("/x-{A}", "/ax-b") == "A=b");
  REQUIRE(MatchOf("/aa{A}aa", "/aaa") == "no match");
  REQUIRE(MatchOf("/aa{A}aa", "/aaaaa") == "A=a");
  REQUIRE(MatchOf("/{A}$", "/web$") == "A=web");
  REQUIRE(MatchOf("/{A}/{A}", "/x/y") == "A=y");
}

TEST_CASE("values are text that can be put into a path", "[dtab]") {
  const auto matcher = PathMatcher::Parse("/{port}/*/{name}.svc");
  const auto variables = matcher->Match(*Path::Parse("/http/eu/web.svc"));
  REQUIRE(SubstituteVariables("/k8s/{port}/{name}/{port}", *variables) == "/k8s/http/web/http");
  REQUIRE(SubstituteVariables("/{other}", *variables) == "/{other}");
  REQUIRE(MatchOf("/{A}", "/\\x5b\\x31\\x5d") == "A=\\x5b\\x31\\x5d");
  REQUIRE(matcher->Variables() == std::vector<std::string>{"port", "name"});
  REQUIRE(matcher->size() == 3);
}

TEST_CASE("a segment that could match nothing is refused", "[dtab]") {
  for (const std::string segment : {"{", "}", "{}", "{a", "a}", "{a b}", "web*", "{a}*", "a b", ""}) {
    CAPTURE(segment);
    const auto matcher = PathMatcher::Parse(absl::StrCat("/x/", segment, "/y"));
    REQUIRE(absl::IsInvalidArgument(matcher.status()));
    REQUIRE_THAT(std::string(matcher.status().message()), Catch::Contains(absl::StrCat("'", segment, "'")));
  }
}

}  // namespace
}  // namespace heddle
