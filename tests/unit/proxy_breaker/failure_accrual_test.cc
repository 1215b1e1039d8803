#include "proxy/breaker/failure_accrual.h"

#include <catch2/catch.hpp>

#include "proxy/breaker/accrual_stats.h"

namespace heddle {
namespace {

using std::chrono::seconds;
using Change = FailureAccrual::Change;

AccrualConfig Consecutive(uint32_t failures, BackoffConfig backoff = BackoffConfig::Constant(Millis(1000))) {
  AccrualConfig config;
  config.failures = failures;
  config.backoff = backoff;
  return config;
}

AccrualConfig Rate(double rate, uint32_t requests) {
  AccrualConfig config = Consecutive(0);
  config.kind = AccrualConfig::Kind::kSuccessRate;
  config.success_rate = rate;
  config.requests = requests;
  return config;
}

AccrualConfig RateWindowed(double rate, seconds window) {
  AccrualConfig config = Rate(rate, 1);
  config.kind = AccrualConfig::Kind::kSuccessRateWindowed;
  config.window = window;
  return config;
}

// One request from beginning to end.
Change Request(FailureAccrual& accrual, bool success, Nanos now) {
  accrual.OnBegin(now);
  return accrual.OnEnd(success, now);
}

void Remove(FailureAccrual& accrual, Nanos now) {
  while (accrual.closed()) Request(accrual, false, now);
}

TEST_CASE("failures one after another remove, a success between them starts the count anew") {
  const AccrualConfig config = Consecutive(3);
  FailureAccrual accrual(config, 1);
  for (const bool success : {false, false, true, false, false, true}) {
    CHECK(Request(accrual, success, seconds(1)) == Change::kNone);
  }
  CHECK(Request(accrual, false, seconds(2)) == Change::kNone);
  CHECK(Request(accrual, false, seconds(3)) == Change::kNone);
  CHECK(accrual.Admits(seconds(4)));
  CHECK(Request(accrual, false, seconds(4)) == Change::kRemoved);
  CHECK_FALSE(accrual.closed());
  CHECK(accrual.removed_since() == seconds(4));
  CHECK(accrual.removed_for() == seconds(1));
  CHECK_FALSE(accrual.Admits(seconds(4)));
  CHECK_FALSE(accrual.Admits(seconds(5) - Nanos(1)));
  CHECK(accrual.Admits(seconds(5)));
}

TEST_CASE("a probe is one request, and others are refused until it is over") {
  const AccrualConfig config = Consecutive(1);
  FailureAccrual accrual(config, 1);
  Remove(accrual, seconds(0));
  CHECK(accrual.OnBegin(seconds(1)));
  CHECK_FALSE(accrual.Admits(seconds(1)));
  CHECK_FALSE(accrual.Admits(seconds(100)));
  CHECK_FALSE(accrual.OnBegin(seconds(2)));
  CHECK(accrual.OnEnd(true, seconds(3)) == Change::kRevived);
  CHECK(accrual.closed());
  CHECK(accrual.Admits(seconds(3)));
}

TEST_CASE("a probe that fails keeps it out for the next wait, a revival begins the waits anew") {
  const AccrualConfig config = Consecutive(2, BackoffConfig::EqualJittered(seconds(5), seconds(300)));
  FailureAccrual accrual(config, 5);
  for (int round = 0; round < 3; ++round) {
    Nanos now = seconds(10'000 * round);
    Remove(accrual, now);
    CHECK(accrual.removed_for() == seconds(5));
    Millis half(2500);
    for (int probe = 0; probe < 10; ++probe) {
      REQUIRE_FALSE(accrual.Admits(now + accrual.removed_for() - Nanos(1)));
      now += accrual.removed_for();
      REQUIRE(accrual.Admits(now));
      REQUIRE(accrual.OnBegin(now));
      REQUIRE(accrual.OnEnd(false, now) == Change::kProbeFailed);
      half = std::min<Millis>(2 * half, seconds(300));
      REQUIRE(accrual.removed_for() >= half);
      REQUIRE(accrual.removed_for() <= std::min<Millis>(2 * half, seconds(300)));
    }
    CHECK(accrual.removed_since() == seconds(10'000 * round));
    now += accrual.removed_for();
    REQUIRE(accrual.OnBegin(now));
    REQUIRE(accrual.OnEnd(true, now) == Change::kRevived);
    CHECK(Request(accrual, false, now) == Change::kNone);  // the count is new as well
    CHECK(Request(accrual, true, now) == Change::kNone);
  }
}

TEST_CASE("a probe without an outcome is tried again at once") {
  const AccrualConfig config = Consecutive(1);
  FailureAccrual accrual(config, 1);
  Remove(accrual, seconds(0));
  REQUIRE(accrual.OnBegin(seconds(1)));
  accrual.OnAbandoned();
  CHECK(accrual.Admits(seconds(2)));
  CHECK_FALSE(accrual.closed());
  CHECK(accrual.OnBegin(seconds(2)));
  CHECK(accrual.OnEnd(false, seconds(2)) == Change::kProbeFailed);
}

TEST_CASE("what is sent to it before its time, for no endpoint is left, takes it back in if it succeeds") {
  const AccrualConfig config = Consecutive(1);
  FailureAccrual accrual(config, 1);
  Remove(accrual, seconds(0));
  CHECK(accrual.OnBegin(Millis(500)));
  CHECK(accrual.OnEnd(true, Millis(600)) == Change::kRevived);
  CHECK(accrual.Admits(Millis(600)));
}

TEST_CASE("what is sent to it before its time, and fails or is abandoned, keeps it out for no longer") {
  const AccrualConfig config = Consecutive(1, BackoffConfig::EqualJittered(seconds(5), seconds(300)));
  FailureAccrual accrual(config, 1);
  Remove(accrual, seconds(0));
  for (int i = 1; i <= 100; ++i) {
    CHECK(accrual.OnBegin(Millis(10 * i)));
    if (i % 2 == 0) {
      CHECK(accrual.OnEnd(false, Millis(10 * i)) == Change::kNone);
    } else {
      accrual.OnAbandoned();
    }
    CHECK_FALSE(accrual.Admits(Millis(10 * i)));
  }
  CHECK(accrual.removed_for() == seconds(5));
  CHECK_FALSE(accrual.Admits(seconds(5) - Nanos(1)));
  CHECK(accrual.Admits(seconds(5)));
}

TEST_CASE("what is abandoned says nothing while closed or out") {
  const AccrualConfig config = Consecutive(2);
  FailureAccrual accrual(config, 1);
  accrual.OnAbandoned();
  CHECK(Request(accrual, false, seconds(0)) == Change::kNone);
  accrual.OnAbandoned();
  CHECK(Request(accrual, false, seconds(0)) == Change::kRemoved);
  accrual.OnAbandoned();
  CHECK_FALSE(accrual.Admits(Millis(999)));
}

TEST_CASE("what ends while it is out and no probe is under way changes nothing") {
  const AccrualConfig config = Consecutive(1);
  FailureAccrual accrual(config, 1);
  accrual.OnBegin(seconds(0));
  accrual.OnBegin(seconds(0));
  Remove(accrual, seconds(0));
  CHECK(accrual.OnEnd(true, Millis(500)) == Change::kNone);
  CHECK(accrual.OnEnd(false, Millis(600)) == Change::kNone);
  CHECK_FALSE(accrual.closed());
  CHECK(accrual.Admits(seconds(1)));
}

TEST_CASE("success rate: nothing is judged before a whole window of requests") {
  const AccrualConfig config = Rate(0.9, 50);
  FailureAccrual accrual(config, 1);
  for (int i = 0; i < 49; ++i) REQUIRE(Request(accrual, false, seconds(i)) == Change::kNone);
  CHECK(Request(accrual, false, seconds(49)) == Change::kRemoved);
}

TEST_CASE("success rate: a rate that is high enough stays, a lower one goes") {
  const AccrualConfig config = Rate(0.8, 100);
  for (const int every : {3, 4, 6, 10, 100}) {  // each of so many requests fails
    FailureAccrual accrual(config, 1);
    bool removed = false;
    for (int i = 1; i <= 3000; ++i) {
      removed = removed || Request(accrual, i % every != 0, seconds(i)) == Change::kRemoved;
    }
    INFO("every " << every);
    CHECK(removed == (every < 5));
  }
}

TEST_CASE("success rate: later requests count for more, and only a failure removes") {
  const AccrualConfig config = Rate(0.8, 20);
  FailureAccrual accrual(config, 1);
  for (int i = 0; i < 1000; ++i) Request(accrual, true, seconds(0));
  int failures = 0;
  while (accrual.closed()) {
    Request(accrual, false, seconds(0));
    ++failures;
  }
  // exp(-n / 20) < 0.8 from n = 5 on.
  CHECK(failures == 5);
}

TEST_CASE("success rate: the first request counts no more than another") {
  const AccrualConfig config = Rate(0.8, 100);
  FailureAccrual accrual(config, 1);
  Request(accrual, false, seconds(0));
  for (int i = 0; i < 98; ++i) Request(accrual, true, seconds(0));
  CHECK(Request(accrual, false, seconds(0)) == Change::kNone);  // 98 of 100
}

TEST_CASE("success rate: after a revival a whole window has to pass again") {
  const AccrualConfig config = Rate(1, 10);
  FailureAccrual accrual(config, 1);
  Remove(accrual, seconds(0));
  REQUIRE(Request(accrual, true, seconds(1)) == Change::kRevived);
  for (int i = 0; i < 9; ++i) CHECK(Request(accrual, false, seconds(1)) == Change::kNone);
  CHECK(Request(accrual, false, seconds(1)) == Change::kRemoved);
}

TEST_CASE("windowed success rate: nothing is judged before the window has passed") {
  const AccrualConfig config = RateWindowed(0.9, seconds(30));
  FailureAccrual accrual(config, 1);
  for (int i = 0; i < 30; ++i) REQUIRE(Request(accrual, false, seconds(100 + i)) == Change::kNone);
  CHECK(Request(accrual, false, seconds(130)) == Change::kRemoved);
}

TEST_CASE("windowed success rate: a few requests are no evidence") {
  const AccrualConfig config = RateWindowed(0.9, seconds(30));
  FailureAccrual accrual(config, 1);
  for (int i = 0; i < 100; ++i) REQUIRE(Request(accrual, false, seconds(10 * i)) == Change::kNone);
  for (int i = 0; i < 4 && accrual.closed(); ++i) Request(accrual, false, seconds(1000));
  CHECK_FALSE(accrual.closed());
}

TEST_CASE("windowed success rate: requests of one instant count alike") {
  const AccrualConfig config = RateWindowed(0.8, seconds(10));
  for (const int failed : {10, 30}) {  // of a hundred
    FailureAccrual accrual(config, 1);
    bool removed = false;
    for (int second = 0; second < 60; ++second) {
      for (int i = 1; i <= 100; ++i) {
        removed = removed || Request(accrual, i > failed, seconds(second)) == Change::kRemoved;
      }
    }
    CHECK(removed == (failed == 30));
  }
}

TEST_CASE("windowed success rate: what is long ago is forgotten") {
  const AccrualConfig config = RateWindowed(0.5, seconds(10));
  FailureAccrual accrual(config, 1);
  for (int i = 0; i < 1000; ++i) Request(accrual, true, seconds(0));
  int failures = 0;
  while (accrual.closed()) {
    Request(accrual, false, std::chrono::hours(1));
    ++failures;
  }
  CHECK(failures == 5);
}

TEST_CASE("none: never") {
  AccrualConfig config = Consecutive(1);
  config.kind = AccrualConfig::Kind::kNone;
  FailureAccrual accrual(config, 1);
  for (int i = 0; i < 10'000; ++i) REQUIRE(Request(accrual, false, seconds(i)) == Change::kNone);
  CHECK(accrual.Admits(seconds(10'000)));
}

TEST_CASE("a rate of 0 removes nothing, windows of nothing do no harm") {
  const AccrualConfig lenient = Rate(0, 5);
  FailureAccrual accrual(lenient, 1);
  for (int i = 0; i < 100; ++i) REQUIRE(Request(accrual, false, seconds(i)) == Change::kNone);
  const AccrualConfig no_requests = Rate(1, 0);
  FailureAccrual at_once(no_requests, 1);
  CHECK(Request(at_once, false, seconds(0)) == Change::kRemoved);
  const AccrualConfig no_time = RateWindowed(1, seconds(0));
  FailureAccrual soon(no_time, 1);
  for (int i = 0; i < 5; ++i) Request(soon, false, seconds(i));
  CHECK(soon.closed());  // each second is many windows
}

TEST_CASE("the metrics say how often and for how long") {
  MetricsTree tree;
  MetricSet set(tree.root());
  AccrualStats stats(set);
  const AccrualConfig config = Consecutive(1);
  FailureAccrual accrual(config, 1);
  const auto request = [&](bool success, Nanos now) {
    if (accrual.OnBegin(now)) stats.probes.Increment();
    stats.Count(accrual.OnEnd(success, now), accrual);
  };
  request(true, seconds(0));
  request(false, seconds(0));
  request(false, seconds(1));
  request(false, seconds(2));
  request(true, seconds(3));
  request(true, seconds(3));
  request(false, seconds(4));
  CHECK(stats.removals.value() == 2);
  CHECK(stats.probes.value() == 3);
  CHECK(stats.revivals.value() == 1);
  CHECK(stats.removed_for_ms.value() == 4000);
}

// Whatever happens: what is out is probed in the end, by one request at a time, and a success brings it back.
TEST_CASE("at random: it is never stuck, and lets in one probe at a time") {
  Random random(11);
  for (int round = 0; round < 60; ++round) {
    AccrualConfig config = round % 3 == 0   ? Consecutive(1 + random.Below(4))
                           : round % 3 == 1 ? Rate(0.5 + 0.1 * random.Below(6), 1 + random.Below(20))
                                            : RateWindowed(0.9, seconds(1 + random.Below(5)));
    config.backoff = BackoffConfig::EqualJittered(Millis(1 + random.Below(2000)), seconds(3));
    FailureAccrual accrual(config, random.Next());
    Nanos now(0);
    Nanos out_until(0);
    int under_way = 0;
    bool probing = false;
    bool early = false;
    for (int step = 0; step < 2000; ++step) {
      now += Millis(random.Below(200));
      const bool out = !accrual.closed();
      REQUIRE(accrual.Admits(now) == (!out || (!probing && now >= out_until)));
      const uint32_t what = random.Below(5);
      if (what < 2 || under_way == 0) {
        const bool probe = out && !probing;
        REQUIRE(accrual.OnBegin(now) == probe);
        if (probe) early = now < out_until;
        probing = probing || probe;
        ++under_way;
      } else if (what == 2) {
        accrual.OnAbandoned();
        probing = false;
        --under_way;
      } else {
        const bool success = random.Below(3) != 0;
        const Change change = accrual.OnEnd(success, now);
        --under_way;
        if (probing) {
          REQUIRE(change == (success ? Change::kRevived : early ? Change::kNone : Change::kProbeFailed));
        } else {
          REQUIRE((change == Change::kNone || (change == Change::kRemoved && !out && !success)));
        }
        if (change == Change::kRemoved || change == Change::kProbeFailed) {
          REQUIRE(accrual.removed_for() >= config.backoff.min);
          REQUIRE(accrual.removed_for() <= config.backoff.max);
          out_until = now + accrual.removed_for();
        }
        probing = false;
      }
    }
    // Back to health within the longest wait, by one success.
    for (; under_way > 0; --under_way) accrual.OnAbandoned();
    now += seconds(3);
    REQUIRE(accrual.Admits(now));
    Request(accrual, true, now);
    REQUIRE(accrual.closed());
  }
}

TEST_CASE("an endpoint's breaker is small") { CHECK(sizeof(FailureAccrual) <= 160); }

}  // namespace
}  // namespace heddle
