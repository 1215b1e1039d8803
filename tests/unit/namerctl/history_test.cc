// history, diff and rollback.
#include <algorithm>
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "namerctl/output/diff.h"
#include "namerctl/output/dtab_text.h"
#include "tests/unit/namerctl/scripted_namerd.h"

namespace heddle::namerctl {
namespace {

constexpr char kThird[] =
    R"({"version":"AAAAAAAAAAM=","number":3,"time":"2026-01-31T12:00:00.123Z","author":"ci","message":"50%","from":"p",)"
    R"("deleted":false,"dtab":"/svc => /host ; # all\n/host=>/v2"})";
constexpr char kFirst[] =
    R"({"version":"AAAAAAAAAAE=","number":1,"time":"2026-01-30T12:00:00.000Z","author":"","message":"","from":"p",)"
    R"("deleted":false,"dtab":"/svc=>/host; /host=>/v1"})";
constexpr char kGone[] =
    R"({"version":"AAAAAAAAAAQ=","number":4,"time":"t","author":"x","deleted":true,"dtab":""})";

std::string List(std::initializer_list<const char*> entries) {
  std::string list = "[";
  for (const char* entry : entries) list += (list.size() > 1 ? "," : "") + std::string(entry);
  return list + "]";
}

TEST_CASE("history is a table, or JSON") {
  ScriptedNamerd namerd;
  namerd.Answer(200, List({kGone, kThird, kFirst}));
  CHECK(namerd.Run({"dtab", "history", "web", "-n", "5"}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/dtabs/web/history?limit=5");
  CHECK(namerd.out ==
        "NUMBER  VERSION       TIME                      AUTHOR  MESSAGE\n"
        "4       AAAAAAAAAAQ=  t                         x       (deleted)\n"
        "3       AAAAAAAAAAM=  2026-01-31T12:00:00.123Z  ci      50%\n"
        "1       AAAAAAAAAAE=  2026-01-30T12:00:00.000Z  -       -\n");
  namerd.Answer(200, List({kFirst}));
  CHECK(namerd.Run({"dtab", "history", "a/history", "--json"}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/dtabs/a%2Fhistory/history?limit=20");
  CHECK(namerd.out == List({kFirst}) + "\n");
}

TEST_CASE("long authors and messages are cut in the table, between characters, and whole in JSON") {
  ScriptedNamerd namerd;
  std::string why, some;
  for (int i = 0; i < 100; ++i) why += "é";
  for (int i = 0; i < 77; ++i) some += "é";
  const std::string entry = absl::StrCat(
      R"({"version":"AAAAAAAAAAE=","number":1,"time":"t","author":"adam-of-a-team-of-long-names","message":")",
      why, R"(","from":"p","deleted":false,"dtab":""})");
  namerd.Answer(200, List({entry.c_str(), kFirst}));
  CHECK(namerd.Run({"dtab", "history", "web"}) == kDone);
  CHECK(namerd.out ==
        "NUMBER  VERSION       TIME                      AUTHOR                    MESSAGE\n"
        "1       AAAAAAAAAAE=  t                         adam-of-a-team-of-lon...  " +
            some +
            "...\n"
            "1       AAAAAAAAAAE=  2026-01-30T12:00:00.000Z  -                         -\n");
  namerd.Answer(200, List({entry.c_str()}));
  CHECK(namerd.Run({"dtab", "history", "web", "--json"}) == kDone);
  CHECK(namerd.out == List({entry.c_str()}) + "\n");
}

TEST_CASE("diff shows the last change, by rules") {
  ScriptedNamerd namerd;
  namerd.Answer(200, List({kThird}));
  namerd.Answer(200, List({kThird}));
  namerd.Answer(200, List({kFirst}));
  CHECK(namerd.Run({"dtab", "diff", "web"}) == kDone);
  CHECK(namerd.Asked(2) == "GET /api/1/dtabs/web/history?limit=1&before=3");
  CHECK(namerd.out ==
        "--- web version AAAAAAAAAAE= (number 1)\n+++ web version AAAAAAAAAAM= (number 3)\n@@ -1,2 +1,2 @@\n"
        " /svc => /host ;\n-/host => /v1 ;\n+/host => /v2 ;\n");
}

TEST_CASE("diff between versions, and with a file") {
  ScriptedNamerd namerd;
  namerd.Answer(200, List({kThird}));
  namerd.Answer(200, List({kFirst}));
  CHECK(namerd.Run({"dtab", "diff", "web", "--from", "1", "--to", "AAAAAAAAAAM="}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/dtabs/web/history?limit=1&before=4");
  CHECK(namerd.Asked(1) == "GET /api/1/dtabs/web/history?limit=1&before=2");
  CHECK(namerd.out.find("+/host => /v2 ;\n") != std::string::npos);

  namerd.in = "/svc => /host ; /host => /v2 ; # the same\n";
  namerd.Answer(200, List({kThird}));
  CHECK(namerd.Run({"dtab", "diff", "web", "-"}) == kDone);
  CHECK(namerd.out.empty());

  namerd.in = R"([{"prefix":"/svc","dst":"/host"}])";
  namerd.Answer(200, List({kThird}));
  CHECK(namerd.Run({"dtab", "diff", "web", "-"}) == kDone);
  CHECK(namerd.out.find("@@ -1,2 +1 @@\n /svc => /host ;\n-/host => /v2 ;\n") != std::string::npos);

  namerd.in = "/svc => host";
  CHECK(namerd.Run({"dtab", "diff", "web", "-"}) == kRefused);
  CHECK(namerd.err.find("standard input: line 1, column 9") != std::string::npos);
}

TEST_CASE("rollback writes an old version anew, against the latest") {
  ScriptedNamerd namerd;
  namerd.Answer(200, List({kThird}));
  namerd.Answer(200, List({kFirst}));
  namerd.Answer(204);
  CHECK(namerd.Run({"dtab", "rollback", "web", "1"}) == kDone);
  CHECK(namerd.Asked(1) == "GET /api/1/dtabs/web/history?limit=1&before=2");
  CHECK(namerd.Asked(2) ==
        "PUT /api/1/dtabs/web | Content-Type: application/dtab | If-Match: AAAAAAAAAAM= | Heddle-Author: ada"
        " | Heddle-Message: rollback to AAAAAAAAAAE= (number 1) | /svc=>/host; /host=>/v1");
  CHECK(namerd.out == "Rolled back web to AAAAAAAAAAE= (number 1)\n");
}

TEST_CASE("rollback brings a deleted namespace back") {
  ScriptedNamerd namerd;
  namerd.Answer(200, List({kGone}));
  namerd.Answer(200, List({kThird}));
  namerd.Answer(204);
  CHECK(namerd.Run({"dtab", "rollback", "web", "-m", "it was needed"}) == kDone);
  CHECK(namerd.Asked(1) == "GET /api/1/dtabs/web/history?limit=1&before=4");
  CHECK(namerd.Asked(2).find("POST /api/1/dtabs/web | Content-Type: application/dtab | Heddle-Author: ada | "
                             "Heddle-Message: it was needed | /svc") == 0);
}

TEST_CASE("rollback to what is not there is refused") {
  ScriptedNamerd namerd;
  namerd.Answer(200, List({kThird}));
  namerd.Answer(200, List({kFirst}));
  CHECK(namerd.Run({"dtab", "rollback", "web", "2"}) == kRefused);
  CHECK(namerd.err.find("'web' has no version 2") != std::string::npos);
  namerd.Answer(200, List({kFirst}));
  namerd.Answer(200, "[]");
  CHECK(namerd.Run({"dtab", "rollback", "web"}) == kRefused);
  CHECK(namerd.err.find("no version before") != std::string::npos);
  namerd.Answer(200, List({kGone}));
  namerd.Answer(200, List({kGone}));
  CHECK(namerd.Run({"dtab", "rollback", "web", "AAAAAAAAAAQ="}) == kRefused);
  CHECK(namerd.err.find("is the deletion of 'web'") != std::string::npos);
  namerd.Answer(200, List({kThird}));
  CHECK(namerd.Run({"dtab", "rollback", "web", "yesterday"}) == kRefused);
  CHECK(namerd.err.find("'yesterday' is no version") != std::string::npos);
}

TEST_CASE("versions name numbers") {
  CHECK(VersionNumber("12") == 12u);
  CHECK(VersionNumber("AAAAAAAAAAE=") == 1u);
  CHECK(VersionNumber("AAAAAAAAAQA=") == 256u);
  CHECK_FALSE(VersionNumber("AAAA"));
  CHECK_FALSE(VersionNumber(""));
}

TEST_CASE("rules are laid out as the Go namerctl does") {
  CHECK(PrettyDtab({{"/foo", "/bar"}, {"/foo/bar/baz", "/bah#word"}}) ==
        "/foo          => /bar ;\n/foo/bar/baz  => /bah#word ;\n");
  CHECK(PrettyDtab({}).empty());
}

TEST_CASE("a diff has hunks with three lines of context") {
  std::vector<std::string> before;
  for (int i = 1; i <= 20; ++i) before.push_back(std::to_string(i));
  std::vector<std::string> after = before;
  after[1] = "two";
  after.erase(after.begin() + 17);
  CHECK(UnifiedDiff(before, before, "a", "b", false).empty());
  CHECK(UnifiedDiff(before, after, "a", "b", false) ==
        "--- a\n+++ b\n@@ -1,5 +1,5 @@\n 1\n-2\n+two\n 3\n 4\n 5\n@@ -15,6 +15,5 @@\n 15\n 16\n 17\n-18\n "
        "19\n 20\n");
  CHECK(UnifiedDiff({}, {"x"}, "a", "b", false) == "--- a\n+++ b\n@@ -0,0 +1 @@\n+x\n");
  CHECK(UnifiedDiff({"x"}, {}, "a", "b", true) ==
        "\033[31m--- a\033[0m\n\033[32m+++ b\033[0m\n\033[36m@@ -1 +0,0 @@\033[0m\n\033[31m-x\033[0m\n");
}

TEST_CASE("a diff of two large texts is right, if not short") {
  std::vector<std::string> before(20'000, "a"), after(20'000, "b");
  const std::string diff = UnifiedDiff(before, after, "a", "b", false);
  CHECK(std::count(diff.begin(), diff.end(), '\n') == 40'003);
}

}  // namespace
}  // namespace heddle::namerctl
