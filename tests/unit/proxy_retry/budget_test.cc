#include "proxy/retry/budget.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <deque>

#include "lib/base/random.h"

namespace heddle {
namespace {

using std::chrono::seconds;

BudgetConfig Config(seconds ttl, double min_retries_per_sec, double percent_can_retry) {
  return {ttl, min_retries_per_sec, percent_can_retry};
}

// How many of `wanted` retries are granted at `now`.
int Granted(RetryBudget& budget, Nanos now, int wanted) {
  int granted = 0;
  for (int i = 0; i < wanted; ++i) granted += budget.TryWithdraw(now) ? 1 : 0;
  return granted;
}

TEST_CASE("a share of the requests may be retried, on top of the reserve") {
  for (const double percent : {0.0001, 0.001, 0.1, 0.2, 0.25, 0.5, 0.75, 0.99, 0.9999, 1.0}) {
    for (const int reserve : {0, 10}) {
      RetryBudget budget(Config(seconds(1), reserve, percent), seconds(5));
      int retried = 0;
      for (int i = 0; i < 10'000; ++i) {
        budget.Deposit(seconds(5));
        retried += budget.TryWithdraw(seconds(5)) ? 1 : 0;
      }
      CHECK(retried == std::min(10'000, static_cast<int>(10'000 * percent + 1e-6) + reserve));
    }
  }
}

TEST_CASE("more than one retry a request") {
  RetryBudget budget(Config(seconds(60), 0, 2), seconds(0));
  for (int i = 0; i < 100; ++i) budget.Deposit(seconds(0));
  CHECK(budget.Balance(seconds(0)) == 200);
  CHECK(Granted(budget, seconds(0), 300) == 200);
}

TEST_CASE("without a share only the reserve counts") {
  RetryBudget budget(Config(seconds(10), 3, 0), seconds(0));
  for (int i = 0; i < 1000; ++i) budget.Deposit(seconds(0));
  CHECK(budget.Balance(seconds(0)) == 30);
  CHECK(Granted(budget, seconds(0), 100) == 30);
  // What was taken comes back when it has expired.
  CHECK(Granted(budget, seconds(8), 100) == 0);
  CHECK(Granted(budget, seconds(10), 100) == 30);
}

TEST_CASE("neither share nor reserve: never") {
  RetryBudget budget(Config(seconds(10), 0, 0), seconds(0));
  for (int i = 0; i < 1000; ++i) budget.Deposit(seconds(0));
  CHECK(Granted(budget, seconds(0), 10) == 0);
  CHECK(budget.Balance(seconds(100)) == 0);
}

TEST_CASE("requests count for the ttl, to a tenth of it") {
  RetryBudget budget(Config(seconds(10), 0, 1), seconds(0));
  budget.Deposit(seconds(0));
  budget.Deposit(Millis(5500));
  CHECK(budget.Balance(Millis(9999)) == 2);
  CHECK(budget.Balance(seconds(10)) == 1);
  CHECK(budget.Balance(Millis(14'999)) == 1);
  CHECK(budget.Balance(seconds(15)) == 0);
  CHECK(budget.Balance(std::chrono::hours(100)) == 0);
  CHECK(Granted(budget, Millis(14'999), 2) == 1);
  budget.Deposit(std::chrono::hours(100));
  CHECK(budget.Balance(std::chrono::hours(100)) == 1);
}

TEST_CASE("retries that outlive the requests they were for are paid for by those that follow") {
  RetryBudget budget(Config(seconds(10), 0, 1), seconds(0));
  for (int i = 0; i < 5; ++i) budget.Deposit(seconds(0));
  CHECK(Granted(budget, seconds(9), 10) == 5);
  CHECK(budget.Balance(seconds(12)) == 0);
  for (int i = 0; i < 6; ++i) budget.Deposit(seconds(12));
  CHECK(budget.Balance(seconds(12)) == 1);
}

TEST_CASE("a worker's share of a reserve may be a fraction") {
  RetryBudget budget(Config(seconds(10), 10.0 / 8, 0), seconds(0));
  CHECK(Granted(budget, seconds(0), 100) == 12);
}

TEST_CASE("absurd values neither overflow nor divide by nothing") {
  RetryBudget none(Config(seconds(0), 1e300, 1e300), seconds(0));
  CHECK_FALSE(none.Balance(seconds(1)) > 0);
  RetryBudget much(Config(seconds(60), 1e300, 1e300), seconds(0));
  for (int i = 0; i < 100'000; ++i) much.Deposit(seconds(i % 7 == 0 ? i : i - i % 7));
  CHECK(much.TryWithdraw(seconds(100'000)));
  RetryBudget negative(Config(seconds(10), -5, -1), seconds(0));
  negative.Deposit(seconds(0));
  CHECK_FALSE(negative.TryWithdraw(seconds(0)));
}

TEST_CASE("the gauge shows whole retries, as of the last withdrawal or slice") {
  Gauge gauge;
  RetryBudget budget(Config(seconds(10), 1, 0.5), seconds(0));
  budget.ShowIn(&gauge);
  CHECK(gauge.value() == 10);
  CHECK(budget.TryWithdraw(seconds(0)));
  CHECK(gauge.value() == 9);
  for (int i = 0; i < 5; ++i) budget.Deposit(seconds(0));
  budget.Deposit(seconds(1));
  CHECK(gauge.value() == 11);
}

TEST_CASE("as a list of what was deposited and taken says, at any times") {
  Random random(7);
  for (int round = 0; round < 20; ++round) {
    const seconds ttl(1 + random.Below(60));
    const double percent = random.Below(5) * 0.25;
    const double reserve = random.Below(4);
    RetryBudget budget(Config(ttl, reserve, percent), seconds(0));
    const Nanos slice = Nanos(ttl) / 10;
    std::deque<std::pair<int64_t, double>> changes;  // the slice, the amount
    double sum = 0;
    Nanos now(0);
    for (int step = 0; step < 5000; ++step) {
      if (random.Below(3) == 0)
        now += Nanos(slice.count() / 7 * random.Below(random.Below(20) == 0 ? 200 : 3));
      const int64_t at = now / slice;
      while (!changes.empty() && changes.front().first <= at - 10) {
        sum -= changes.front().second;
        changes.pop_front();
      }
      const double balance = sum + reserve * static_cast<double>(ttl.count());
      REQUIRE(budget.Balance(now) == Approx(std::max(0.0, balance)).margin(1e-9));
      double change = percent;
      if (random.Below(3) == 0) {
        const bool granted = budget.TryWithdraw(now);
        REQUIRE(granted == (balance >= 1));
        change = granted ? -1 : 0;
      } else {
        budget.Deposit(now);
      }
      changes.emplace_back(at, change);
      sum += change;
    }
  }
}

}  // namespace
}  // namespace heddle
