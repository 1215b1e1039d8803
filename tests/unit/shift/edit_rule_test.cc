#include "namerd/shift/edit_rule.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/random.h"

namespace heddle::namerd {
namespace {

std::string Destination(const std::string& dtab, const std::string& prefix) {
  const auto destination = DestinationOf(dtab, prefix);
  return destination.ok() ? *destination : absl::StrCat("error: ", destination.status().message());
}

TEST_CASE("The destination of a rule is what is written, without what is around it") {
  CHECK(Destination("/a=>/b", "/a") == "/b");
  CHECK(Destination("/svc => /host ;\n/host/world =>\t90 * /srv/v1  &10*/srv/v2 # shift\n ; /x => /y",
                    "/host/world") == "90 * /srv/v1  &10*/srv/v2");
  CHECK(Destination("/a => # why\n /b | # or\n (/c & /d) # end; of it", "/a") == "/b | # or\n (/c & /d)");
  CHECK(Destination("/a => /#/io.l5d.fs#x;", "/a") == "/#/io.l5d.fs#x");
  CHECK(Destination("/a => $#x;\n;", "/a") == "$");
  CHECK(Destination("/a => 0.5#x\n*/b & /c", "/a") == "0.5#x\n*/b & /c");
}

TEST_CASE("Of several rules for one prefix, it is the last that counts; others are not taken for it") {
  CHECK(Destination("/a => /b ; /a => /c ; /a/b => /d ; /ab => /e ; /*=>/f", "/a") == "/c");
  CHECK(Destination("/host/world2 => /v ; /host/world => /w ; /host/world2/x => /y", "/host/world") == "/w");
  CHECK(Destination("/host/*/a => /w ; /host/x/a => /y", "/host/*/a") == "/w");
  CHECK(Destination("/ => /w ; /a => /y", "/") == "/w");
  CHECK(Destination("/h\\x6fst => /w", "/host") == "/w");
}

TEST_CASE("A later rule that takes all of its names first is named") {
  CHECK(OverriddenBy("/host => /srv ; /host/world => /v1", "/host/world") == "");
  CHECK(OverriddenBy("/host/world => /v1 ; /host => /srv ; /x => /y", "/host/world") == "/host=>/srv");
  CHECK(OverriddenBy("/host/world => /v1 ; / => /a ; /host/* => /b", "/host/world") == "/host/*=>/b");
  CHECK(OverriddenBy("/host/world => /v0 ; /host/world => /v1", "/host/world") == "");
  CHECK(OverriddenBy("/host/world => /v1 ; /host/world/a => /b ; /hos => /c ; /*/moon => /d",
                     "/host/world") == "");
  CHECK(OverriddenBy("/host/*/a => /v1 ; /host/x => /b", "/host/*/a") == "");
  CHECK(OverriddenBy("/host/* => /v1 ; /*/* => /b", "/host/*") == "/*/*=>/b");
  CHECK(OverriddenBy("/host/* => /v1", "/x") == "");
}

TEST_CASE("A rule that is not there is told with those that take its names instead") {
  const auto missing = DestinationOf("/host => /srv ; /hos/world => /b ; /*/world => /c", "/host/world");
  CHECK(missing.status().code() == absl::StatusCode::kNotFound);
  CHECK(missing.status().message() ==
        "the dtab has no rule for /host/world (its names are those of /host=>/srv; /*/world=>/c); write one "
        "that leads to what serves them now: /host/world => ...");
  CHECK(absl::StrContains(Destination("", "/host"), "no other rule takes its names"));
}

TEST_CASE("What is no dtab, prefix or destination is refused with its place") {
  CHECK(DestinationOf("/a => ", "/a").status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(absl::StartsWith(Destination("/a = /b", "/a"), "error: the dtab: line 1, column 5"));
  CHECK(absl::StartsWith(Destination("/a => /b", "a"), "error: the rule's prefix: line 1, column 1"));
  CHECK(absl::StrContains(Destination("/a => /b | # \xff\n /c", "/a"), "not UTF-8"));
  CHECK(DestinationOf("/a => /b # \xff\n", "/a").ok());
  for (const char* bad : {"", "/x ; /y => /z", "/x ;", "# only", "/x )", "/x\xff"}) {
    INFO(bad);
    CHECK(WithDestination("/a => /b", "/a", bad).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("Only the destination changes") {
  const std::string dtab = "# ours\n/a=>/b#x;/a => # why\n ~#was /c ;\n;\r\n/c=>/d # end";
  const auto changed = WithDestination(dtab, "/a", "  # before\n 90 * /x & 10 * /y # after");
  REQUIRE(changed.ok());
  CHECK(*changed == "# ours\n/a=>/b#x;/a => # why\n (90 * /x & 10 * /y)#was /c ;\n;\r\n/c=>/d # end");
  CHECK(WithDestination(*changed, "/a", "~").value() == dtab);
  CHECK(WithDestination("/a=>/b", "/a", "/c").value() == "/a=>/c");
  CHECK(WithDestination("/a=>(/b)#;", "/a", "/c | !").value() == "/a=>/c | !#;");
}

TEST_CASE("Destinations are the same in whatever way they are written") {
  CHECK(SameDestination("90 * /a & 10 * /b", "90.00*/a #x\n&10*(/b)"));
  CHECK(SameDestination("1 * /a & /b", " /a & 1.0 * /b # x"));
  CHECK(SameDestination("/h\\x6fst", "/host"));
  CHECK(SameDestination("no tree", "no tree"));
  CHECK_FALSE(SameDestination("90 * /a & 10 * /b", "10 * /b & 90 * /a"));
  CHECK_FALSE(SameDestination("90 * /a & 10 * /b", "0.9 * /a & 0.1 * /b"));
  CHECK_FALSE(SameDestination("/a | /b", "/a"));
  CHECK_FALSE(SameDestination("no tree", "other"));
}

// Tables in all spellings.
class Writer {
 public:
  explicit Writer(uint64_t seed) : random_(seed) {}

  std::string Pick(std::initializer_list<const char*> choices) {
    return choices.begin()[random_.Below(static_cast<uint32_t>(choices.size()))];
  }
  std::string Space() { return Pick({"", "", " ", "  ", "\n", "\t\r\n", " # a; b => /c\n", "\n#\n"}); }
  std::string Prefix() {
    return Pick({"/host/world", "/host/world2", "/host", "/host/*", "/*/world", "/", "/h\\x6fst/world"});
  }
  std::string Name() {
    return Pick({"/srv/v1", "/srv/v2", "/#/io.l5d.fs/a#b", "/$/inet/127.1/80", "/", "/\\x20"});
  }
  // What ends in a path is followed by white space before a comment.
  std::string Tree(int depth = 0) {
    switch (random_.Below(depth > 2 ? 3 : 6)) {
      case 0:
        return Pick({"~", "!", "$"}) + Space();
      case 1:
      case 2:
        return Name() + Pick({"", " ", "\n", " # x\n"});
      case 3:
        return "(" + Space() + Tree(depth + 1) + ")" + Space();
      case 4:
        return Tree(depth + 1) + "|" + Space() + Tree(depth + 1);
      default:
        return Weight() + "(" + Tree(depth + 1) + ")&" + Space() + Weight() + "(" + Tree(depth + 1) + ")";
    }
  }
  std::string Weight() { return Pick({"", "10 * ", "0.5*", ".5#x\n* ", "1*", "0 *"}); }
  std::string Dtab() {
    std::string text = Space();
    for (uint32_t i = random_.Below(6); i > 0; --i) {
      text += Prefix() + Pick({" ", "\n", " # x\n"}) + "=>" + Space() + Tree() + Space() + ";" + Space();
    }
    text += Prefix() + "=>" + Tree() + Pick({"", " ", ";", "\n; # end", "#end", " # end"});
    return text;
  }

 private:
  Random random_;
};

TEST_CASE("Whatever the dtab is: what was set is read, the other rules stay, and the original comes back") {
  size_t found = 0, wrapped = 0;
  for (uint64_t seed = 1; seed <= 4000; ++seed) {
    Writer writer(seed);
    const std::string text = writer.Dtab();
    const auto dtab = Dtab::Parse(text);
    INFO(seed << ": " << text);
    if (!dtab.ok()) continue;  // a path ran into what followed it
    const std::string prefix = writer.Prefix();
    const auto original = DestinationOf(text, prefix);
    if (!original.ok()) {
      CHECK(original.status().code() == absl::StatusCode::kNotFound);
      continue;
    }
    ++found;
    const std::string destination = writer.Tree();
    const auto changed = WithDestination(text, prefix, destination);
    REQUIRE(changed.ok());
    INFO(*changed);
    const auto again = DestinationOf(*changed, prefix);
    REQUIRE(again.ok());
    CHECK(SameDestination(*again, destination));
    if (!absl::StrContains(destination, *again)) ++wrapped;
    const auto changed_dtab = Dtab::Parse(*changed);
    REQUIRE(changed_dtab.ok());
    REQUIRE(changed_dtab->size() == dtab->size());
    size_t differ = 0;
    for (size_t i = 0; i < dtab->size(); ++i) differ += (*changed_dtab)[i] == (*dtab)[i] ? 0 : 1;
    CHECK(differ <= 1);
    CHECK(WithDestination(*changed, prefix, *original).value() == text);
  }
  CHECK(found > 1000);
  CHECK(wrapped > 10);
}

}  // namespace
}  // namespace heddle::namerd
