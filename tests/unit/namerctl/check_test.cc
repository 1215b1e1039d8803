// What `namerctl dtab check` and the checked writes print, to the character, and how they end.
#include <catch2/catch.hpp>

#include "tests/unit/namerctl/scripted_namerd.h"

namespace heddle::namerctl {
namespace {

constexpr char kLost[] = R"({"namespace":"web","version":"AAAAAAAAAAE=","rules":2,"ok":false,"complete":true,
 "findings":[{"severity":"warning","kind":"shadowed","rules":[
   {"rule":1,"line":2,"column":1,"text":"/svc/a => /srv"},{"rule":2,"line":3,"column":1,"text":"/svc => !"}],
   "message":"is never used: the later rule /svc => ! takes every name that it matches and lets none through",
   "remedy":"Delete it, or move it below that rule: the last rule that matches wins."}],
 "counts":{"all":3,"unchanged":1,"changed":1,"lost":1,"gained":0,"absent":0,"unknown":0},
 "names":[
  {"path":"/svc/web","dtab":"","followers":2,"effect":"lost",
   "before":{"state":"served","clients":[{"id":"/#/io.l5d.fs/v1","path":"/","share":0.9,"endpoints":3},
                                         {"id":"/#/io.l5d.fs/canary","path":"/","share":0.1,"endpoints":1}]},
   "after":{"state":"absent","why":"no rule and no namer has /srv/wbe"}},
  {"path":"/svc/world","dtab":"/a=>/b","followers":1,"effect":"changed",
   "before":{"state":"served","clients":[{"id":"/#/io.l5d.fs/v1","path":"/","share":1.0,"endpoints":3}]},
   "after":{"state":"served","clients":[{"id":"/#/io.l5d.fs/v2","path":"/","share":1.0,"endpoints":1}]}}],
 "left_out":{"findings":0,"names":4}})";
constexpr char kFine[] =
    R"({"namespace":"web","version":null,"rules":1,"ok":true,"complete":true,"findings":[],
 "counts":{"all":1,"unchanged":1,"changed":0,"lost":0,"gained":0,"absent":0,"unknown":0},
 "names":[],"left_out":{"findings":0,"names":0}})";

TEST_CASE("check prints what is wrong, what would change, and the sum of it") {
  ScriptedNamerd namerd;
  namerd.in = "# mine\n/svc/a => /srv ;\n/svc => ! ;\n";
  namerd.Answer(200, kLost);
  CHECK(namerd.Run({"dtab", "check", "web", "-", "--path", "/svc/a b", "--path", "/x"}) == kRefused);
  CHECK(namerd.Asked(0) ==
        "POST /api/1/check/web?path=/svc/a%20b&path=/x | Content-Type: application/dtab | " + namerd.in);
  CHECK("\n" + namerd.out == R"(
standard input:2:1: warning: /svc/a => /srv is never used: the later rule /svc => ! takes every name that it matches and lets none through
    see standard input:3:1: /svc => !
    Delete it, or move it below that rule: the last rule that matches wins.

Compared with version AAAAAAAAAAE=:
  lost: /svc/web (2 followers)
    before  90 %  /#/io.l5d.fs/v1      3 endpoints
            10 %  /#/io.l5d.fs/canary  1 endpoint
    after   absent: no rule and no namer has /srv/wbe
  changed: /svc/world (1 follower) with /a=>/b
    before  100 %  /#/io.l5d.fs/v1  3 endpoints
    after   100 %  /#/io.l5d.fs/v2  1 endpoint
  and 4 more names
3 names in use: 1 unchanged, 1 changed, 1 lost.
)");
}

TEST_CASE("check of what hurts nobody ends with 0, as JSON too") {
  ScriptedNamerd namerd;
  namerd.in = "[]";
  namerd.Answer(200, kFine);
  CHECK(namerd.Run({"dtab", "check", "web", "-"}) == kDone);
  CHECK(namerd.Asked(0) == "POST /api/1/check/web | Content-Type: application/json | []");
  CHECK(namerd.out ==
        "There is no dtab 'web' yet. Compared with no rules at all:\n"
        "1 name in use: 1 unchanged.\n");
  namerd.Answer(200, kFine);
  CHECK(namerd.Run({"dtab", "check", "web", "-", "--json"}) == kDone);
  CHECK(namerd.out == std::string(kFine) + "\n");
  namerd.Answer(200, kLost);
  CHECK(namerd.Run({"dtab", "check", "web", "-", "--json"}) == kRefused);
}

TEST_CASE("check tells what is absent now, and ends with 0 as nobody is hurt") {
  ScriptedNamerd namerd;
  namerd.in = "/host => /srv ;\n/host/web => /srv/wbe ;\n";
  namerd.Answer(200, R"({"namespace":"web","version":"AAAAAAAAAAE=","rules":2,"ok":true,"complete":true,
 "findings":[{"severity":"warning","kind":"absent_now",
   "rules":[{"rule":2,"line":2,"column":1,"text":"/host/web => /srv/wbe"}],
   "message":"leads to /srv/wbe, which is absent now (no rule and no namer has /#/fs/wbe); /host => /srv serves /svc/web instead",
   "remedy":"Deploy it, or correct the rule; did you mean /srv/web?"}],
 "counts":{"all":1,"unchanged":1,"changed":0,"lost":0,"gained":0,"absent":0,"unknown":0},
 "names":[],"left_out":{"findings":0,"names":0}})");
  CHECK(namerd.Run({"dtab", "check", "web", "-"}) == kDone);
  CHECK("\n" + namerd.out == R"(
standard input:2:1: warning: /host/web => /srv/wbe leads to /srv/wbe, which is absent now (no rule and no namer has /#/fs/wbe); /host => /srv serves /svc/web instead
    Deploy it, or correct the rule; did you mean /srv/web?

Compared with version AAAAAAAAAAE=:
1 name in use: 1 unchanged.
)");
}

TEST_CASE("check of what is no dtab is a mistake of usage, with its place") {
  ScriptedNamerd namerd;
  namerd.in = "/a => /b ;\n/c = /d\n";
  namerd.Answer(400,
                R"({"error":"the dtab does not parse: line 2, column 5: expected '>'","line":2,"column":5})");
  CHECK(namerd.Run({"dtab", "check", "web", "-"}) == kUsage);
  CHECK_THAT(namerd.err, Catch::Contains("  2 | /c = /d\n    |     ^\n"));
  CHECK(namerd.Run({"dtab", "check", "web", "-"}) == kUnreachable);
  CHECK(namerd.Run({"dtab", "check", "web", "/nonexistent/file"}) == kUsage);
  CHECK(namerd.Run({"dtab", "check", "web"}) == kUsage);
  namerd.Answer(200, "[]");
  CHECK(namerd.Run({"dtab", "check", "web", "-"}) == kRefused);  // no namerd of ours
}

TEST_CASE("update --check is refused with the names that would be lost, and tells the next step") {
  ScriptedNamerd namerd;
  namerd.in = "/svc => !";
  namerd.Answer(422, kLost);
  CHECK(namerd.Run({"dtab", "update", "web", "-", "--check", "--version", "3"}) == kRefused);
  CHECK(
      namerd.Asked(0) ==
      "PUT /api/1/dtabs/web?check=true | Content-Type: application/dtab | If-Match: 3 | Heddle-Author: ada | "
      "/svc => !");
  CHECK("\n" + namerd.err == R"(
namerctl: nothing was stored: names in use that are served now would not be:
  lost: /svc/web (2 followers)
    before  90 %  /#/io.l5d.fs/v1      3 endpoints
            10 %  /#/io.l5d.fs/canary  1 endpoint
    after   absent: no rule and no namer has /srv/wbe
  See all of it: namerctl dtab check web FILE. To store it all the same, leave out --check.
)");
  CHECK(namerd.out.empty());
  namerd.Answer(204);
  CHECK(namerd.Run({"dtab", "update", "web", "-", "--check"}) == kDone);
  CHECK(namerd.out == "Updated web\n");
}

TEST_CASE("rollback --check is done by namerd, too") {
  ScriptedNamerd namerd;
  const std::string latest = R"([{"version":"AAAAAAAAAAI=","number":2,"dtab":"/a=>/c","deleted":false}])";
  const std::string older = R"([{"version":"AAAAAAAAAAE=","number":1,"dtab":"/a=>/b","deleted":false}])";
  namerd.Answer(200, latest);
  namerd.Answer(200, older);
  namerd.Answer(422, kLost);
  CHECK(namerd.Run({"dtab", "rollback", "web", "--check"}) == kRefused);
  CHECK_THAT(namerd.Asked(2), Catch::StartsWith("PUT /api/1/dtabs/web?check=true |"));
  CHECK_THAT(namerd.err, Catch::Contains("lost: /svc/web"));
}

TEST_CASE("a file without rules is stored only if that is said") {
  ScriptedNamerd namerd;
  for (const char* text : {"", "\n", "# rules to come\n"}) {
    namerd.in = text;
    for (const char* command : {"update", "create"}) {
      CHECK(namerd.Run({"dtab", command, "web", "-"}) == kUsage);
      CHECK(namerd.requests.empty());
    }
  }
  CHECK_THAT(namerd.err, Catch::Contains("standard input holds no rule") && Catch::Contains("--allow-empty"));
  namerd.Answer(204);
  CHECK(namerd.Run({"dtab", "update", "web", "-", "--allow-empty"}) == kDone);
  namerd.in = "[]";  // says what it means
  namerd.Answer(204);
  CHECK(namerd.Run({"dtab", "update", "web", "-"}) == kDone);
}

}  // namespace
}  // namespace heddle::namerctl
