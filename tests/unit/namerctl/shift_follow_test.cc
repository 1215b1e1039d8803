// `namerctl shift ... --wait`: what it prints while a shift goes on, what it lives through, how it ends.
#include <catch2/catch.hpp>

#include "tests/unit/namerctl/scripted_namerd.h"
#include "tests/unit/namerctl/shift_json.h"

namespace heddle::namerctl {
namespace {

const std::vector<std::string> kStart{"shift",   "start",  "internal", "/host/world", "--to",  "/srv/v2",
                                      "--steps", "10,100", "--manual", "10",          "--wait"};
constexpr char kTraffic[] =
    R"(,"traffic":{"from":{"requests":900,"successes":900,"successRate":1.0,"p99Ms":12.0},)"
    R"("to":{"requests":100,"successes":99,"successRate":0.99,"failures":{"500":1},"p99Ms":15.5}})";

std::vector<std::string> With(std::vector<std::string> args, const std::vector<std::string>& more) {
  args.insert(args.end(), more.begin(), more.end());
  return args;
}

TEST_CASE("a wait prints a line a change, and ends with the shift") {
  ScriptedNamerd namerd;
  const ShiftScript shift;
  namerd.Answer(201, shift.Json({"writing 0 started by ada"}));
  namerd.streams.push_back(
      {{shift.Json({"writing 0 started by ada"}), shift.Json({"writing 0 started by ada", "converging 0"}),
        shift.Json({"writing 0 started by ada", "converging 0", "dwelling 0 all 3 proxies run it"}),
        shift.Json({"writing 0 started by ada", "converging 0", "dwelling 0 all 3 proxies run it"}),
        shift.Json({"writing 0 started by ada", "converging 0", "dwelling 0 all 3 proxies run it",
                    "waiting 0 10 % is live"}),
        shift.Json({"writing 0 started by ada", "converging 0", "dwelling 0 all 3 proxies run it",
                    "waiting 0 10 % is live", "writing 1", "promoted 2 the rule is /srv/v2"})}});
  CHECK(namerd.Run(kStart) == kDone);
  CHECK(namerd.err.empty());
  CHECK("\n" + namerd.out == R"(
17:00:00Z  1/2  10 %  writing: started by ada
17:00:01Z  1/2  10 %  converging
17:00:02Z  1/2  10 %  dwelling: all 3 proxies run it
17:00:03Z  1/2  10 %  waiting: 10 % is live
  It waits for a person: namerctl shift promote internal /host/world, or abort
17:00:04Z  2/2  100 %  writing
17:00:05Z  end  100 %  promoted: the rule is /srv/v2
)");
  CHECK(namerd.Asked(1) == "GET /api/1/shifts/internal?prefix=/host/world&watch=true");
}

TEST_CASE("a log is told once a change why the shift has not gone on") {
  ScriptedNamerd namerd;
  const ShiftScript shift;
  namerd.Answer(201, shift.Json({"dwelling 0 live"}));
  namerd.streams.push_back(
      {{shift.Json({"dwelling 0 live"}),
        shift.Json({"dwelling 0 live; /srv/v2 has had 3 of at least 20 requests"}),
        shift.Json({"dwelling 0 live; /srv/v2 has had 4 of at least 20 requests"}),
        shift.Json({"dwelling 0 live", "writing 1 passed"}),
        shift.Json({"dwelling 0 live", "writing 1 passed; this cannot be stored: the disk is full"}),
        shift.Json({"dwelling 0 live", "writing 1 passed", "promoted 2 done"})}});
  CHECK(namerd.Run(kStart) == kDone);
  CHECK("\n" + namerd.out == R"(
17:00:00Z  1/2  10 %  dwelling: live
  Not yet: /srv/v2 has had 3 of at least 20 requests
17:00:01Z  2/2  100 %  writing: passed
  Not yet: this cannot be stored: the disk is full
17:00:02Z  end  100 %  promoted: done
)");
}

TEST_CASE("a change tells who is behind, and the numbers of its verdict") {
  ScriptedNamerd namerd;
  std::string json = ShiftScript().Json({"dwelling 0 1 of 3 proxies has not answered"});
  json.insert(
      json.find(R"("}])") + 1,
      absl::StrCat(R"(,"convergence":{"following":3,"applied":2,"behind":["host-2\u001b"],"tookMs":30000})",
                   kTraffic));
  namerd.Answer(201, json);
  namerd.streams.push_back({{ShiftScript().Json({"promoted 2"})}});
  CHECK(namerd.Run(kStart) == kDone);
  CHECK_THAT(namerd.out,
             Catch::StartsWith("17:00:00Z  1/2  10 %  dwelling: 1 of 3 proxies has not answered "
                               "(behind: host-2\\x1b) [old: 900 requests, 100 % successful, p99 12 ms; "
                               "new: 100 requests, 99 % successful, p99 15.5 ms]\n"));
}

TEST_CASE("the exit status says how it ended, and the error why") {
  struct Case {
    const char* last;
    int status;
    const char* said;
  };
  for (const Case& c :
       {Case{"promoted 2", 0, ""},
        Case{"reverted 0 success rate 0.8 is below 0.99", 5,
             "was reverted: success rate 0.8 is below 0.99; it leads to "
             "/srv/v1 as before"},
        Case{"aborted 0 ada has aborted it", 6, "was aborted: ada has aborted it"},
        Case{"aborted 0 aborted by ada: too slow", 6, "was aborted by ada: too slow; it leads to /srv/v1"},
        Case{"expired 0 the deadline of 1 h", 7, "has expired: the deadline of 1 h"},
        Case{"conflicted 0 somebody changed the rule", 1, "has ended: somebody changed the rule"}}) {
    ScriptedNamerd namerd;
    namerd.Answer(201, ShiftScript().Json({"writing 0"}));
    namerd.streams.push_back({{ShiftScript().Json({"writing 0", c.last})}});
    CHECK(namerd.Run(kStart) == c.status);
    CHECK_THAT(namerd.err, Catch::Contains(c.said));
    CHECK(namerd.err.empty() == (c.status == 0));
  }
}

TEST_CASE("--until-waiting ends at a manual gate with 0, at a pause with 8") {
  ScriptedNamerd namerd;
  namerd.Answer(201, ShiftScript().Json({"writing 0"}));
  namerd.streams.push_back({{ShiftScript().Json({"writing 0", "waiting 0"})}});
  CHECK(namerd.Run(With(kStart, {"--until-waiting"})) == kDone);
  CHECK_THAT(namerd.err, Catch::Contains("to go on: namerctl shift promote internal /host/world; to go back: "
                                         "namerctl shift abort internal /host/world"));
  namerd.Answer(201, ShiftScript().Json({"writing 0"}));
  namerd.streams.push_back({{ShiftScript().Json({"writing 0", "paused 0"})}});
  CHECK(namerd.Run(With(kStart, {"--until-waiting"})) == kPaused);
  CHECK_THAT(namerd.err, Catch::Contains("namerctl shift resume internal /host/world"));
  CHECK(namerd.Run(With({"shift", "status", "internal", "/host/world"}, {"--until-waiting"})) == kUsage);
}

TEST_CASE("a restart of namerd does not end a wait") {
  ScriptedNamerd namerd;
  namerd.Answer(201, ShiftScript().Json({"writing 0"}));
  namerd.streams.push_back({{ShiftScript().Json({"writing 0"})}});
  namerd.streams.push_back({{}, absl::UnavailableError("connection refused"), 200, "", 0});
  namerd.streams.push_back({{}, absl::OkStatus(), 503, "starting", 0});
  // The other namerd is behind for a moment.
  namerd.streams.push_back(
      {{ShiftScript().Json({"writing 0"}), ShiftScript().Json({"writing 0", "promoted 2"})}});
  CHECK(namerd.Run(kStart) == kDone);
  CHECK("\n" + namerd.err == R"(
namerctl: cannot reach namerd at http://127.0.0.1:4180: connection refused; waiting for it
namerctl: namerd is back
)");
  CHECK(namerd.out == "17:00:00Z  1/2  10 %  writing\n17:00:01Z  end  100 %  promoted\n");
}

TEST_CASE("after a minute without namerd a wait gives up, and says that the shift goes on") {
  ScriptedNamerd namerd;
  namerd.Answer(201, ShiftScript().Json({"writing 0"}));
  namerd.streams.push_back({{ShiftScript().Json({"writing 0"})}});
  const Nanos begun = namerd.clock.Now();
  CHECK(namerd.Run(kStart) == kUnreachable);
  CHECK(namerd.clock.Now() - begun >= NamerdClient::kGiveUp);
  CHECK(namerd.clock.Now() - begun < NamerdClient::kGiveUp + Millis(5000));
  CHECK(namerd.requests.size() > 10);
  CHECK_THAT(namerd.err,
             Catch::Contains("The shift goes on where namerd runs. To follow it again: namerctl shift "
                             "status internal /host/world --wait"));
}

TEST_CASE("what namerd refuses ends a wait at once") {
  ScriptedNamerd namerd;
  namerd.Answer(201, ShiftScript().Json({"writing 0"}));
  namerd.streams.push_back({{}, absl::OkStatus(), 404, "there is no shift of /host/world", 0});
  CHECK(namerd.Run(kStart) == kRefused);
  CHECK_THAT(namerd.err, Catch::Contains("there is no shift of /host/world"));
  namerd.Answer(201, ShiftScript().Json({"writing 0"}));
  namerd.streams.push_back({{"{}"}});
  CHECK(namerd.Run(kStart) == kRefused);
  CHECK_THAT(namerd.err, Catch::Contains("is no traffic shift"));
}

TEST_CASE("an interrupted wait says that the shift goes on, and how to go back") {
  ScriptedNamerd namerd;
  namerd.Answer(201, ShiftScript().Json({"writing 0"}));
  namerd.streams.push_back({{ShiftScript().Json({"writing 0"})}, absl::OkStatus(), 200, "", 2});
  CHECK(namerd.Run(kStart) == kInterrupted + 2);
  CHECK("\n" + namerd.err == R"(
namerctl: interrupted; the shift of /host/world goes on
  To go back: namerctl shift abort internal /host/world; to follow it again: namerctl shift status internal /host/world --wait
)");
}

TEST_CASE("with --abort-on-disconnect the wait attends, and an interruption says what comes") {
  ScriptedNamerd namerd;
  ShiftScript shift;
  shift.plan_more = R"(,"abortOnDisconnect":true)";
  namerd.Answer(201, shift.Json({"writing 0"}));
  namerd.streams.push_back({{shift.Json({"writing 0"})}, absl::OkStatus(), 200, "", 15});
  CHECK(namerd.Run(With(kStart, {"--abort-on-disconnect"})) == 143);
  CHECK_THAT(namerd.requests.at(0).body, Catch::Contains(R"("abortOnDisconnect":true)"));
  CHECK(namerd.Asked(1) == "GET /api/1/shifts/internal?prefix=/host/world&watch=true&attend=true");
  CHECK_THAT(namerd.err, Catch::Contains("namerd aborts the shift of /host/world in a few seconds"));
}

TEST_CASE("another shift that has begun meanwhile is not taken for the one that is waited for") {
  ScriptedNamerd namerd;
  ShiftScript later;
  later.id = 9;
  namerd.Answer(201, ShiftScript().Json({"writing 0"}));
  namerd.streams.push_back({{later.Json({"writing 0"})}});
  namerd.Answer(200, absl::StrCat("[", later.Json({"writing 0"}), ",",
                                  ShiftScript().Json({"writing 0", "reverted 0 p99 is 2 s"}), "]"));
  CHECK(namerd.Run(kStart) == kReverted);
  CHECK_THAT(namerd.out, Catch::EndsWith("reverted: p99 is 2 s\n"));
  CHECK(namerd.Asked(2) == "GET /api/1/shifts/internal?prefix=/host/world&history=true&limit=100");
  namerd.Answer(201, ShiftScript().Json({"writing 0"}));
  namerd.streams.push_back({{later.Json({"writing 0"})}});
  namerd.Answer(200, "[]");
  CHECK(namerd.Run(kStart) == kRefused);
}

TEST_CASE("--output json prints namerd's JSON, a line a change") {
  ScriptedNamerd namerd;
  const std::string first = ShiftScript().Json({"writing 0"}),
                    last = ShiftScript().Json({"writing 0", "promoted 2"});
  namerd.Answer(201, first);
  namerd.streams.push_back({{first, last}});
  CHECK(namerd.Run(With(kStart, {"--output", "json"})) == kDone);
  CHECK(namerd.out == first + "\n" + last + "\n");
}

TEST_CASE("on a terminal a bar below the changes is drawn in place") {
  ScriptedNamerd namerd;
  namerd.terminal = TerminalSize{60, 24};
  ShiftScript shift;
  shift.more = kTraffic;
  // 15 s before dwellEnds, by the fake clock.
  namerd.clock.Advance(std::chrono::seconds(5));
  namerd.Answer(201, ShiftScript().Json({"writing 0"}));
  namerd.streams.push_back({{shift.Json({"writing 0", "dwelling 0"}),
                             ShiftScript().Json({"writing 0", "dwelling 0", "promoted 2"})}});
  CHECK(namerd.Run(kStart) == kDone);
  CHECK(namerd.out ==
        "17:00:00Z  1/2  10 %  writing\n"
        "[------------------------] step 1 of 2, 10 %: writing\n"
        "\033[1A\r\033[J"
        "17:00:01Z  1/2  10 %  dwelling\n"
        "[######------------------] step 1 of 2, 10 %: dwelling, 15 s\n"
        "  /srv/v1  900 requests  100 % successful  p99 12 ms\n"
        "  /srv/v2  100 requests  99 % successful   p99 15.5 ms\n"
        "\033[3A\r\033[J"
        "17:00:02Z  end  100 %  promoted\n");
}

}  // namespace
}  // namespace heddle::namerctl
