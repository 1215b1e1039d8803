// `namerctl shift`: what is asked of namerd, what is refused before, what is shown.
#include <catch2/catch.hpp>
#include <fstream>

#include "absl/strings/str_replace.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/namerctl/scripted_namerd.h"
#include "tests/unit/namerctl/shift_json.h"

namespace heddle::namerctl {
namespace {

std::string FileOf(const TempDir& folder, const std::string& text) {
  const std::string path = folder / "plan.yaml";
  std::ofstream(path) << text;
  return path;
}

TEST_CASE("start sends the plan that the flags say") {
  ScriptedNamerd namerd;
  namerd.Answer(201, ShiftScript().Json({"writing 0"}));
  CHECK(namerd.Run({"shift",
                    "start",
                    "internal",
                    "/host/world",
                    "--from",
                    "/srv/v1",
                    "--to",
                    "/srv/v2",
                    "--steps",
                    "10,50%, 100",
                    "--manual",
                    "50",
                    "--dwell",
                    "1m30s",
                    "--min-success-rate",
                    "0.99",
                    "--min-relative-success-rate",
                    "0.9",
                    "--max-p99",
                    "250ms",
                    "--max-relative-p99",
                    "1.5",
                    "--min-requests",
                    "50",
                    "--deadline",
                    "1h",
                    "--convergence",
                    "5s",
                    "--on-failure",
                    "pause",
                    "-m",
                    "why"}) == kDone);
  CHECK(
      namerd.Asked(0) ==
      R"(POST /api/1/shifts/internal | Content-Type: application/json | Heddle-Author: ada | Heddle-Message: why | )"
      R"({"prefix":"/host/world","from":"/srv/v1","to":"/srv/v2","steps":[10,{"percent":50,"manual":true},100],)"
      R"("dwellMs":90000,"gates":{"minSuccessRate":0.99,"minRelativeSuccessRate":0.9,"maxP99Ms":250,)"
      R"("maxRelativeP99":1.5,"minRequests":50},"deadlineMs":3600000,"convergenceMs":5000,"onFailure":"pause"})");
  CHECK(namerd.out ==
        "Started the shift of internal /host/world to /srv/v2. To follow it: namerctl shift status internal "
        "/host/world --wait\n");
}

TEST_CASE("a file has the keys of the API, and flags win over it") {
  ScriptedNamerd namerd;
  const TempDir folder;
  const std::string file =
      FileOf(folder,
             "namespace: internal\nprefix: /host/world\nto: /srv/v2\nsteps: [10, {percent: 100, "
             "manual: true}]\ndwell: 5m\ngates: {minSuccessRate: 0.9, maxP99Ms: 300}\n");
  const std::string answer = ShiftScript().Json({"writing 0"});
  namerd.Answer(201, answer);
  CHECK(namerd.Run({"shift", "start", "-f", file, "--dwell", "1s"}) == kDone);
  CHECK(namerd.requests.at(0).target == "/api/1/shifts/internal");
  CHECK(namerd.requests.at(0).body ==
        R"({"prefix":"/host/world","to":"/srv/v2","steps":[10,{"percent":100,"manual":true}],"dwellMs":1000,)"
        R"("gates":{"minSuccessRate":0.9,"maxP99Ms":300}})");
  namerd.in = R"({"to": "/srv/v3", "steps": [100], "onFailure": "revert"})";
  namerd.Answer(201, answer);
  CHECK(namerd.Run({"shift", "start", "other/one", "/host/x", "-f", "-", "--steps", "50,100", "--json"}) ==
        kDone);
  CHECK(namerd.requests.at(0).target == "/api/1/shifts/other/one");
  CHECK(namerd.requests.at(0).body ==
        R"({"prefix":"/host/x","to":"/srv/v3","steps":[50,100],"onFailure":"revert"})");
  CHECK(namerd.out == answer + "\n");
}

TEST_CASE("every mistake of a file is told with file, line and key") {
  ScriptedNamerd namerd;
  const TempDir folder;
  const std::string file =
      FileOf(folder, "steps: [10, x]\ndwell: 30\ngates:\n  minSucessRate: 0.9\nonFailure: no\n");
  CHECK(namerd.Run({"shift", "start", "internal", "/host/world", "--to", "/x", "-f", file}) == kUsage);
  for (const char* said :
       {"plan.yaml:1:13: steps[1]: is no step; give a percentage, or {percent: 50, manual: true}",
        "plan.yaml:2:8: dwell: '30' is no length of time: the unit is missing",
        "plan.yaml:4:3: gates.minSucessRate: unknown key; did you mean 'minSuccessRate'",
        "plan.yaml:5:12: onFailure"}) {
    CHECK_THAT(namerd.err, Catch::Contains(said));
  }
  CHECK(namerd.Run({"shift", "start", "a", "/b", "--to", "/x", "-f", "/nonexistent"}) == kUsage);
  CHECK(namerd.requests.empty());
}

TEST_CASE("what cannot be is refused before namerd is asked") {
  ScriptedNamerd namerd;
  struct Case {
    std::vector<std::string> more;
    const char* said;
  };
  for (const Case& c :
       {Case{{}, "where to?"}, Case{{"--to", "/x"}, "in which steps?"},
        Case{{"--to", "/x", "--steps", "0,100"}, "'0' is no percentage"},
        Case{{"--to", "/x", "--steps", "10,100", "--manual", "20"}, "the steps are 10, 100"},
        Case{{"--to", "/x", "--dwell", "30"}, "the unit is missing"},
        Case{{"--to", "/x", "--dwell", "5 min"}, "' min' is no unit"},
        Case{{"--to", "/x", "--dwell", "2000d"}, "longer than 1000 days"},
        Case{{"--to", "/x", "--steps", "100", "--abort-on-disconnect"}, "needs --wait"},
        Case{{"--to", "/x", "--steps", "100", "--abort-on-disconnect", "--wait", "--until-waiting"},
             "--until-waiting"},
        Case{{"--min-requests", "-3"}, "'-3' is no whole number, 0 or more"},
        Case{{"--min-requests", "1.5"}, "'1.5' is no whole number"},
        Case{{"--min-success-rate", "99"}, "'99' is not from 0 to 1; write 99 % as 0.99"},
        Case{{"--min-relative-success-rate", "nan"}, "'nan' is not from 0 to 1"},
        Case{{"--on-failure", "stop"}, "--on-failure"}, Case{{"--stpes", "10"}, "Did you mean --steps?"}}) {
    std::vector<std::string> args{"shift", "start", "internal", "/host/world"};
    args.insert(args.end(), c.more.begin(), c.more.end());
    CHECK(namerd.Run(args) == kUsage);
    CHECK_THAT(namerd.err, Catch::Contains(c.said));
  }
  CHECK(namerd.Run({"shift", "start"}) == kUsage);
  CHECK(namerd.Run({"shift", "status", "internal", "host"}) == kUsage);
  CHECK(namerd.Run({"shift", "stauts", "internal", "/host"}) == kUsage);
  CHECK_THAT(namerd.err, Catch::Contains("Did you mean status?"));
  CHECK(namerd.requests.empty());
}

TEST_CASE("what namerd refuses to begin") {
  ScriptedNamerd namerd;
  const std::vector<std::string> start{"shift", "start", "internal", "/host/*",
                                       "--to",  "/x",    "--steps",  "100"};
  namerd.Answer(409, "a shift of /host/* is under way");
  CHECK(namerd.Run(start) == kRefused);
  CHECK(namerd.err ==
        "namerctl: a shift of /host/* is under way\n  See where it stands: namerctl shift status internal "
        "'/host/*'; "
        "namerctl dtab get internal\n");
  namerd.Answer(412, "the rule leads to /srv/v3");
  CHECK(namerd.Run(start) == kRefused);
  namerd.Answer(404, "there is no dtab 'internal'");
  CHECK(namerd.Run(start) == kRefused);
  namerd.Answer(400, "steps do not grow: 50, 10");
  CHECK(namerd.Run(start) == kUsage);
  CHECK(namerd.Run(start) == kUnreachable);
  CHECK_THAT(namerd.err, Catch::EndsWith("the shift may have begun: namerctl shift list\n"));
}

TEST_CASE("a dry run shows each step's rules and what they change, and stores nothing") {
  ScriptedNamerd namerd;
  const auto step = [](const char* head, const char* dst, bool ok) {
    return absl::StrCat(R"({)", head, R"(,"destination":")", dst, R"(","dtab":"/host/world => )", dst,
                        R"( ;\n","check":{"namespace":"internal","version":"AAAAAAAAAAE=","ok":)",
                        ok ? "true" : "false",
                        R"(,"complete":true,"findings":[],"counts":{"all":1,"changed":1},"names":[]}})");
  };
  const auto run = [&](bool ok) {
    return absl::StrCat(R"({"namespace":"internal","prefix":"/host/world","original":"/srv/v1","steps":[)",
                        step(R"("percent":10)", "90 * /srv/v1 & 10 * /srv/v2", true), ",",
                        step(R"("final":true)", "/srv/v2", ok), "]}");
  };
  const std::vector<std::string> args{"shift",   "start",   "internal", "/host/world", "--to",
                                      "/srv/v2", "--steps", "10",       "--dry-run"};
  namerd.Answer(200, run(true));
  CHECK(namerd.Run(args) == kDone);
  CHECK(namerd.requests.at(0).target == "/api/1/shifts/internal?dry-run=true");
  CHECK("\n" + namerd.out == R"(
/host/world leads to /srv/v1 now. A dry run: nothing is stored.

10 %:  /host/world => 90 * /srv/v1 & 10 * /srv/v2
    /host/world => 90 * /srv/v1 & 10 * /srv/v2 ;
  Compared with version AAAAAAAAAAE=:
  1 name in use: 1 changed.

The end:  /host/world => /srv/v2
    /host/world => /srv/v2 ;
  Compared with version AAAAAAAAAAE=:
  1 name in use: 1 changed.
)");
  namerd.Answer(200, run(false));
  CHECK(namerd.Run(args) == kRefused);
  namerd.Answer(200, absl::StrReplaceAll(run(true), {{R"("changed":1)", R"("unchanged":1)"}}));
  CHECK(namerd.Run(args) == kDone);
  CHECK_THAT(namerd.out,
             Catch::EndsWith("\nWarning: no step changes where any name in use leads, so that a shift "
                             "would see no requests.\n"));
  namerd.Answer(200,
                absl::StrReplaceAll(run(true), {{R"("steps")", R"("overriddenBy":"/host=>/srv","steps")"}}));
  CHECK(namerd.Run(args) == kDone);
  CHECK_THAT(namerd.out,
             Catch::Contains("\nWarning: its names are first those of the later rule /host=>/srv: "));
  namerd.Answer(200, "[]");
  CHECK(namerd.Run(args) == kRefused);
  CHECK_THAT(namerd.err, Catch::Contains("is no dry run"));
}

TEST_CASE("actions ask for themselves, and tell the change") {
  ScriptedNamerd namerd;
  struct Case {
    std::vector<std::string> words;
    const char* action;
  };
  for (const Case& c :
       {Case{{"promote"}, "promote"}, Case{{"promote", "--full"}, "promote-full"}, Case{{"pause"}, "pause"},
        Case{{"resume"}, "resume"}, Case{{"abort", "-m", "no"}, "abort"}}) {
    std::vector<std::string> args{"shift", c.words[0], "internal", "/host/world"};
    args.insert(args.end(), c.words.begin() + 1, c.words.end());
    namerd.Answer(200, ShiftScript().Json({"writing 0", "writing 1 by ada"}));
    CHECK(namerd.Run(args) == kDone);
    CHECK_THAT(namerd.Asked(0), Catch::StartsWith(absl::StrCat(
                                    "POST /api/1/shifts/internal?prefix=/host/world&action=", c.action,
                                    " | Heddle-Author: ada")));
    CHECK(namerd.out == "17:00:01Z  2/2  100 %  writing: by ada\n");
  }
  namerd.Answer(409, "it is over: promoted");
  CHECK(namerd.Run({"shift", "pause", "internal", "/host/world"}) == kRefused);
}

TEST_CASE("a pause is waited for until it is paused, an abort until the rule is back") {
  ScriptedNamerd namerd;
  namerd.Answer(200, ShiftScript().Json({"writing 0"}));
  namerd.streams.push_back({{ShiftScript().Json({"writing 0", "paused 0"})}});
  CHECK(namerd.Run({"shift", "pause", "internal", "/host/world", "--wait"}) == kDone);
  for (const bool to : {false, true}) {
    std::vector<std::string> args{"shift", "abort", "internal", "/host/world", "--wait"};
    if (to) {
      args.insert(args.end(), {"--to", " /srv/v2"});
      namerd.Answer(200, ShiftScript().Json({"dwelling 0"}));
    }
    namerd.Answer(200, ShiftScript().Json({"dwelling 0", "writing 0"}));
    namerd.streams.push_back({{ShiftScript().Json({"dwelling 0", "writing 0", "aborted 0 ada"})}});
    CHECK(namerd.Run(args) == (to ? kDone : kAborted));
    CHECK(namerd.out == "17:00:01Z  1/2  10 %  writing\n17:00:02Z  1/2  10 %  aborted: ada\n");
  }
}

TEST_CASE("abort --to is done when nothing leads there by a shift: for the clean-up of a pipeline") {
  ScriptedNamerd namerd;
  const std::vector<std::string> args{"shift", "abort",   "internal", "/host/world",
                                      "--to",  "/srv/v2", "--wait"};
  namerd.Answer(404, "there has been none");
  CHECK(namerd.Run(args) == kDone);
  CHECK(namerd.out == "Nothing to abort: there has been no shift of /host/world\n");
  namerd.Answer(200, ShiftScript().Json({"reverted 0"}));
  CHECK(namerd.Run(args) == kDone);
  CHECK(namerd.out == "Nothing to abort: the shift of /host/world to /srv/v2 was reverted\n");
  namerd.Answer(200, ShiftScript().Json({"promoted 2"}));
  namerd.Answer(409, "it is over: promoted");
  namerd.Answer(200, ShiftScript().Json({"promoted 2"}));
  CHECK(namerd.Run(args) == kRefused);
  CHECK_THAT(namerd.err, Catch::Contains("it is over: promoted"));
  // It ends while we ask.
  namerd.Answer(200, ShiftScript().Json({"dwelling 0"}));
  namerd.Answer(409, "it is over: reverted");
  namerd.Answer(200, ShiftScript().Json({"reverted 0"}));
  CHECK(namerd.Run(args) == kDone);
  // Somebody else's shift stays as it is.
  namerd.Answer(200, ShiftScript().Json({"dwelling 0"}));
  CHECK(namerd.Run({"shift", "abort", "internal", "/host/world", "--to", "/srv/v7"}) == kDone);
  CHECK(namerd.requests.size() == 1);
  namerd.Answer(200, ShiftScript().Json({"dwelling 0"}));
  CHECK(namerd.Run({"shift", "promote", "internal", "/host/world", "--to", "/srv/v7"}) == kRefused);
  CHECK_THAT(namerd.err, Catch::Contains("the shift of /host/world is to /srv/v2, not to /srv/v7"));
  CHECK(namerd.requests.size() == 1);
}

TEST_CASE("status shows all of it and is 0 whatever the phase") {
  ScriptedNamerd namerd;
  ShiftScript shift;
  shift.plan_more =
      R"(,"gates":{"minSuccessRate":0.99,"maxP99Ms":250,"minRequests":50},"deadlineMs":3600000)";
  shift.more =
      R"(,"convergence":{"following":3,"applied":2,"behind":["host-2"],"tookMs":30000},)"
      R"("traffic":{"from":{"requests":0},"to":{"requests":1,"successes":1,"successRate":1,"p99Ms":0.5}})";
  namerd.Answer(200, shift.Json({"writing 0 started", "reverted 0 p99 is 2 s"}));
  CHECK(namerd.Run({"shift", "status", "internal", "/host/world"}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/shifts/internal?prefix=/host/world");
  CHECK("\n" + namerd.out == R"(
internal /host/world: reverted (p99 is 2 s)
  from      /srv/v1
  to        /srv/v2
  rule      /host/world => 90 * /srv/v1 & 10 * /srv/v2
  steps     10 % (manual), 100 %
  dwell     30 s
  gates     success rate at least 99 %; p99 at most 250 ms; 50 requests before a verdict
  deadline  1 h
  started   2026-11-22 17:00:00Z by ada: v2
  proxies   1 of 3 proxies does not run it after 30 s: host-2
  /srv/v1  0 requests
  /srv/v2   1 request  100 % successful  p99 0.5 ms
17:00:00Z  1/2  10 %  writing: started
17:00:01Z  1/2  10 %  reverted: p99 is 2 s
)");
  namerd.Answer(404, "none");
  CHECK(namerd.Run({"shift", "status", "internal", "/host/world"}) == kRefused);
  namerd.Answer(200, "<html>");
  CHECK(namerd.Run({"shift", "status", "internal", "/host/world"}) == kRefused);
}

TEST_CASE("list and history are tables, or namerd's JSON") {
  ScriptedNamerd namerd;
  const std::string one = ShiftScript().Json({"dwelling 0 live"});
  namerd.Answer(200, absl::StrCat("[", one, "]"));
  CHECK(namerd.Run({"shift", "list"}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/shifts");
  CHECK("\n" + namerd.out == R"(
NAMESPACE  RULE         ID  PHASE     STEP  WEIGHT  TO       STARTED               SINCE                 BY   REASON
internal   /host/world  3   dwelling  1/2     10 %  /srv/v2  2026-11-22 17:00:00Z  2026-11-22 17:00:05Z  ada  live
)");
  namerd.Answer(200, "[]");
  CHECK(namerd.Run({"shift", "ls", "internal"}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/shifts?ns=internal");
  CHECK(namerd.out == "No shift in internal yet.\n");
  namerd.Answer(200, absl::StrCat("[", one, "]"));
  CHECK(namerd.Run({"shift", "history", "internal", "/host/world", "-n", "5", "--output", "json"}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/shifts/internal?prefix=/host/world&history=true&limit=5");
  CHECK_THAT(namerd.out, Catch::StartsWith("[{\"author\":\"ada\"") && Catch::EndsWith("}]\n"));
  namerd.Answer(200, absl::StrCat("[", one, "]"));
  CHECK(namerd.Run({"shift", "log", "internal", "/host/world"}) == kDone);
  CHECK_THAT(namerd.out, Catch::StartsWith("ID  PHASE     STEP"));
}

}  // namespace
}  // namespace heddle::namerctl
