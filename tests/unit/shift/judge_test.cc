#include "namerd/shift/judge.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace heddle::namerd {
namespace {

ShiftPlan PlanWith(ShiftGates gates) {
  ShiftPlan plan;
  plan.ns = "internal";
  plan.prefix = "/host/world";
  plan.from = "/srv/v1";
  plan.to = "/srv/v2";
  plan.steps = {{10, false}};
  plan.gates = gates;
  return plan;
}

SideSummary Side(uint64_t requests, uint64_t successes, double p99_ms = 0) {
  SideSummary side;
  side.requests = requests;
  side.successes = successes;
  side.p99_ms = p99_ms;
  return side;
}

std::string Show(const Verdict& verdict) {
  const char* kinds[] = {"pass: ", "fail: ", "too few: "};
  return absl::StrCat(kinds[static_cast<int>(verdict.kind)], verdict.reason);
}

std::string Judged(ShiftGates gates, const SideSummary& from, const SideSummary& to,
                   const SideSummary* baseline = nullptr) {
  return Show(Judge(PlanWith(gates), {from, to}, baseline));
}

TEST_CASE("Without gates everything passes, with them nobody's requests do not") {
  CHECK(Judged({}, {}, {}) == "pass: there are no gates");
  CHECK(Judged({}, {}, Side(3, 0)) == "pass: there are no gates");
  ShiftGates gates;
  gates.min_success_rate = 0;
  CHECK(Judged(gates, {}, {}) == "too few: /srv/v2 has had 0 of at least 1 requests, /srv/v1 none");
  gates = {};
  gates.min_requests = 50;
  CHECK(Judged(gates, Side(1000, 1000), Side(49, 49)) ==
        "too few: /srv/v2 has had 49 of at least 50 requests");
  CHECK(Judged(gates, {}, Side(50, 0)) == "pass: there are no gates");
}

TEST_CASE("The success rate, absolute") {
  ShiftGates gates;
  gates.min_success_rate = 0.99;
  CHECK(Judged(gates, {}, Side(1000, 990)) ==
        "pass: success rate 0.99 of /srv/v2 is at least 0.99 (990 of 1000 requests)");
  CHECK(Judged(gates, {}, Side(1000, 812)) ==
        "fail: success rate 0.812 of /srv/v2 is below 0.99 (812 of 1000 requests)");
  CHECK(Judged(gates, {}, Side(1'000'000, 989'999)) ==
        "fail: success rate 0.9899 of /srv/v2 is below 0.99 (989999 of 1000000 requests)");
  CHECK(absl::StartsWith(Judged(gates, {}, Side(1, 0)), "fail: success rate 0.0 of"));
  gates.min_success_rate = 1;
  CHECK(absl::StartsWith(Judged(gates, {}, Side(3, 3)), "pass: success rate 1.0 of"));
}

TEST_CASE("The success rate, relative to the old side's of this dwell or of an earlier one") {
  ShiftGates gates;
  gates.min_relative_success_rate = 0.9;
  gates.min_requests = 10;
  CHECK(Judged(gates, Side(1000, 800), Side(100, 72)) ==
        "pass: success rate 0.72 of /srv/v2 is at least 0.9 times the 0.8 of /srv/v1 (72 of 100 requests)");
  CHECK(Judged(gates, Side(1000, 800), Side(100, 71)) ==
        "fail: success rate 0.71 of /srv/v2 is below 0.9 times the 0.8 of /srv/v1 (71 of 100 requests)");
  const SideSummary earlier = Side(500, 500);
  CHECK(absl::StartsWith(Judged(gates, Side(9, 0), Side(100, 71), &earlier), "fail:"));
  CHECK(absl::StartsWith(Judged(gates, Side(10, 0), Side(100, 71), &earlier), "pass:"));
  CHECK(Judged(gates, Side(9, 9), Side(100, 0)) ==
        "pass: there is no success rate of /srv/v1 to compare with");
  const SideSummary nobody;
  CHECK(absl::StartsWith(Judged(gates, Side(9, 9), Side(100, 0), &nobody), "pass: there is no success rate"));
  CHECK(absl::StartsWith(Judged(gates, Side(100, 0), Side(100, 0)), "pass: success rate 0.0"));
}

TEST_CASE("The p99, absolute and relative") {
  ShiftGates gates;
  gates.max_p99 = Millis(250);
  CHECK(Judged(gates, {}, Side(100, 100, 250)) ==
        "pass: p99 of /srv/v2 is 250.0 ms, at most 250 ms (100 requests)");
  CHECK(Judged(gates, {}, Side(100, 100, 250.5)) ==
        "fail: p99 of /srv/v2 is 250.5 ms, above 250 ms (100 requests)");
  gates = {};
  gates.max_relative_p99 = 1.5;
  CHECK(Judged(gates, Side(900, 900, 20), Side(100, 100, 30)) ==
        "pass: p99 of /srv/v2 is 30.0 ms, at most 1.5 times the 20.0 ms of /srv/v1 (100 requests)");
  CHECK(Judged(gates, Side(900, 900, 20), Side(100, 100, 200)) ==
        "fail: p99 of /srv/v2 is 200.0 ms, above 1.5 times the 20.0 ms of /srv/v1 (100 requests)");
  CHECK(Judged(gates, Side(900, 900, 0), Side(100, 100, 200)) ==
        "pass: there is no p99 of /srv/v1 to compare with");
  const SideSummary earlier = Side(500, 500, 10);
  CHECK(absl::StartsWith(Judged(gates, {}, Side(100, 100, 200), &earlier), "fail: p99"));
}

TEST_CASE("All gates have to pass; those that failed are told") {
  ShiftGates gates{0.9, 0.9, Millis(100), 2.0, 10};
  CHECK(
      Judged(gates, Side(90, 90, 50), Side(10, 9, 100)) ==
      "pass: success rate 0.9 of /srv/v2 is at least 0.9 (9 of 10 requests); success rate 0.9 of /srv/v2 is "
      "at least 0.9 times the 1.0 of /srv/v1 (9 of 10 requests); p99 of /srv/v2 is 100.0 ms, at most 100 ms "
      "(10 requests); p99 of /srv/v2 is 100.0 ms, at most 2 times the 50.0 ms of /srv/v1 (10 requests)");
  CHECK(Judged(gates, Side(90, 90, 50), Side(10, 10, 101)) ==
        "fail: p99 of /srv/v2 is 101.0 ms, above 100 ms (10 requests); p99 of /srv/v2 is 101.0 ms, above 2 "
        "times the 50.0 ms of /srv/v1 (10 requests)");
}

// The least number of successes of `requests` that JudgeEarly does not fail by a gate of `rate`.
uint64_t LeastTolerated(double rate, uint64_t requests) {
  ShiftGates gates;
  gates.min_success_rate = rate;
  for (uint64_t successes = 0; successes <= requests; ++successes) {
    const Verdict verdict = JudgeEarly(PlanWith(gates), {{}, Side(requests, successes)}, nullptr);
    if (verdict.kind == Verdict::Kind::kTooFew) return successes;
    CHECK(verdict.kind == Verdict::Kind::kFail);
  }
  return requests + 1;
}

TEST_CASE("Before the end of the dwell only what is beyond reasonable doubt fails") {
  // By fractions, from the bound's definition: the greatest u with (u - p)^2 <= z^2 u (1 - u) / n.
  CHECK(LeastTolerated(0.5, 20) == 4);
  CHECK(LeastTolerated(0.5, 50) == 15);
  CHECK(LeastTolerated(0.5, 100) == 35);
  CHECK(LeastTolerated(0.5, 1000) == 453);
  CHECK(LeastTolerated(0.5, 10000) == 4850);
  CHECK(LeastTolerated(0.9, 20) == 14);
  CHECK(LeastTolerated(0.9, 50) == 39);
  CHECK(LeastTolerated(0.9, 100) == 81);
  CHECK(LeastTolerated(0.9, 1000) == 872);
  CHECK(LeastTolerated(0.9, 10000) == 8910);
  CHECK(LeastTolerated(0.95, 20) == 17);
  CHECK(LeastTolerated(0.95, 50) == 43);
  CHECK(LeastTolerated(0.95, 100) == 89);
  CHECK(LeastTolerated(0.95, 1000) == 930);
  CHECK(LeastTolerated(0.95, 10000) == 9435);
  CHECK(LeastTolerated(0.99, 20) == 19);
  CHECK(LeastTolerated(0.99, 50) == 48);
  CHECK(LeastTolerated(0.99, 100) == 97);
  CHECK(LeastTolerated(0.99, 1000) == 981);
  CHECK(LeastTolerated(0.99, 10000) == 9871);
  CHECK(LeastTolerated(0.999, 20) == 20);
  CHECK(LeastTolerated(0.999, 50) == 50);
  CHECK(LeastTolerated(0.999, 100) == 99);
  CHECK(LeastTolerated(0.999, 1000) == 997);
  CHECK(LeastTolerated(0.999, 10000) == 9981);
}

TEST_CASE("Early verdicts need requests, and never pass") {
  ShiftGates gates;
  gates.min_success_rate = 0.99;
  CHECK(Show(JudgeEarly(PlanWith(gates), {{}, Side(19, 0)}, nullptr)) == "too few: ");
  CHECK(Show(JudgeEarly(PlanWith(gates), {{}, Side(20, 0)}, nullptr)) ==
        "fail: success rate 0.0 of /srv/v2 is below 0.99 (0 of 20 requests), beyond reasonable doubt before "
        "the dwell is over");
  CHECK(Show(JudgeEarly(PlanWith(gates), {{}, Side(1000, 1000)}, nullptr)) == "too few: ");
  gates.min_requests = 100;
  CHECK(Show(JudgeEarly(PlanWith(gates), {{}, Side(99, 0)}, nullptr)) == "too few: ");
  CHECK(Show(JudgeEarly(PlanWith({}), {{}, Side(1000, 0)}, nullptr)) == "too few: ");
  gates = {};
  gates.max_p99 = Millis(1);
  CHECK(Show(JudgeEarly(PlanWith(gates), {{}, Side(1000, 1000, 5000)}, nullptr)) == "too few: ");
}

TEST_CASE("Early verdicts relative to the old side allow for what is not known of it, either") {
  ShiftGates gates;
  gates.min_relative_success_rate = 1;
  const auto early = [&](const SideSummary& from, const SideSummary& to, const SideSummary* baseline) {
    return Show(JudgeEarly(PlanWith(gates), {from, to}, baseline));
  };
  CHECK(early(Side(9000, 9000), Side(100, 80), nullptr) ==
        "fail: success rate 0.8 of /srv/v2 is below 1 times the 1.0 of /srv/v1 (80 of 100 requests), beyond "
        "reasonable doubt before the dwell is over");
  CHECK(early(Side(5, 5), Side(100, 80), nullptr) == "too few: ");
  CHECK(early({}, Side(100, 80), nullptr) == "too few: ");
  const SideSummary earlier = Side(9000, 9000);
  CHECK(absl::StartsWith(early({}, Side(100, 80), &earlier), "fail:"));
  CHECK(early(Side(9000, 7200), Side(100, 80), nullptr) == "too few: ");
}

}  // namespace
}  // namespace heddle::namerd
