#include "namerd/fleet/traffic_book.h"

#include <catch2/catch.hpp>
#include <optional>

#include "absl/strings/str_cat.h"

namespace heddle::namerd {
namespace {

using Ids = std::vector<std::string>;
constexpr Millis kSecond{1000};

TrafficRow Row(const std::string& client, uint64_t requests, uint64_t failures = 0, uint64_t micros = 1000) {
  TrafficRow row{{"web", "/svc/a", client}, {}};
  row.counts.requests = requests;
  row.counts.successes = requests - failures;
  if (failures > 0) row.counts.failures["timeout"] = failures;
  row.counts.latency.AddBucket(BucketIndex(micros), requests);
  row.counts.latency.AddSum(requests * micros);
  return row;
}

struct Fixture {
  void Pass(Millis time) {
    clock.Advance(time);
    loop.RunReady();
  }
  TrafficCounts Total(const std::string& client) { return book.Totals("web")[{"/svc/a", client}]; }
  uint64_t Recent(Millis window, const std::string& client = "/#/v1") {
    return book.Recent("web", window)[{"/svc/a", client}].requests;
  }
  Subscription Collect(Millis limit = kSecond) {
    return book.Collect(limit, [this](const Ids& missing) { told.push_back(missing); });
  }

  FakeClock clock;
  Loop loop{clock};
  TrafficBook book{loop};
  std::vector<Ids> told;
};

TEST_CASE("Reports of all proxies add up, by service and client, a namespace for itself") {
  Fixture f;
  f.book.Add({Row("/#/v1", 10, 2), Row("/#/v2", 5)});
  f.book.Add({Row("/#/v1", 20, 1, 50'000), Row("/#/idle", 0)});
  TrafficRow elsewhere = Row("/#/v1", 100);
  elsewhere.key.ns = "api";
  f.book.Add({elsewhere});
  CHECK(f.book.Totals("web").size() == 2);
  const TrafficCounts v1 = f.Total("/#/v1");
  CHECK(v1.requests == 30);
  CHECK(v1.successes == 27);
  CHECK(v1.failures == std::map<std::string, uint64_t>{{"timeout", 3}});
  CHECK(v1.latency.count() == 30);
  CHECK(v1.latency.sum() == 10 * 1000 + 20 * 50'000);
  CHECK(f.book.Totals("nobody's").empty());
}

TEST_CASE("The difference of two readings is what came between them") {
  Fixture f;
  f.book.Add({Row("/#/v1", 10, 2), Row("/#/v2", 5)});
  const auto earlier = f.book.Totals("web");
  f.book.Add({Row("/#/v1", 7, 3), Row("/#/new", 1)});
  const auto since = Since(f.book.Totals("web"), earlier);
  REQUIRE(since.size() == 2);
  const TrafficCounts& v1 = since.at({"/svc/a", "/#/v1"});
  CHECK(v1.requests == 7);
  CHECK(v1.successes == 4);
  CHECK(v1.failures.at("timeout") == 3);
  CHECK(v1.latency.count() == 7);
  CHECK(since.at({"/svc/a", "/#/new"}).requests == 1);

  // A row that has been forgotten and begun anew: nothing is taken away from it.
  f.Pass(TrafficBook::kForget);
  f.book.Add({Row("/#/v1", 1)});
  CHECK(Since(f.book.Totals("web"), earlier).at({"/svc/a", "/#/v1"}).requests == 1);
}

TEST_CASE("The last seconds are what came in them, and say how long they were") {
  Fixture f;
  f.Pass(100 * kSecond);
  f.book.Add({Row("/#/v1", 1)});
  f.Pass(5 * kSecond);
  f.book.Add({Row("/#/v1", 10, 4, 5000)});
  CHECK(f.Recent(3 * kSecond) == 10);
  CHECK(f.Recent(10 * kSecond) == 11);
  CHECK(f.book.RecentCovers(10 * kSecond) == 10 * kSecond);
  const TrafficCounts row = f.book.Recent("web", kSecond)[{"/svc/a", "/#/v1"}];
  CHECK(row.successes == 6);
  CHECK(row.failures.at("timeout") == 4);
  CHECK(BucketIndex(row.latency.Quantile(0.5)) == BucketIndex(5000));
  f.Pass(Millis(700));
  CHECK(f.book.RecentCovers(10 * kSecond) == Millis(10'700));
  f.Pass(TrafficBook::kMaxWindow + kSecond);
  CHECK(f.Recent(1000 * kSecond) == 0);
  CHECK(f.Total("/#/v1").requests == 11);
}

TEST_CASE("A report counts in the middle of the time it covers") {
  Fixture f;
  f.Pass(100 * kSecond);
  f.book.Add({Row("/#/v1", 50)}, 8 * kSecond);
  CHECK(f.Recent(2 * kSecond) == 0);
  CHECK(f.Recent(5 * kSecond) == 50);
  f.book.Add({Row("/#/v1", 7)}, std::chrono::hours(5));  // of a proxy that was cut off for long
  CHECK(f.Recent(TrafficBook::kMaxWindow) == 50);
  CHECK(f.Total("/#/v1").requests == 57);
}

TEST_CASE("What was counted before namerd started counts as of its start") {
  Fixture f;
  f.Pass(2 * kSecond);
  f.book.Add({Row("/#/v1", 50)}, 20 * kSecond);
  CHECK(f.Recent(10 * kSecond) == 50);
  CHECK(f.book.RecentCovers(10 * kSecond) == 2 * kSecond);
}

TEST_CASE("Rows are bounded: the one longest without a request goes") {
  Fixture f;
  f.book.Add({Row("/#/old", 1)});
  f.book.Add({Row("/#/used", 1)});
  f.book.Add({Row("/#/old", 1)});
  std::vector<TrafficRow> many;
  for (size_t i = 0; i + 1 < TrafficBook::kMaxRows; ++i) many.push_back(Row(absl::StrCat("/#/", i), 1, 0, 1));
  f.book.Add(many);
  const auto rows = f.book.Totals("web");
  CHECK(rows.size() == TrafficBook::kMaxRows);
  CHECK(rows.contains({"/svc/a", "/#/old"}));
  CHECK_FALSE(rows.contains({"/svc/a", "/#/used"}));
  CHECK_FALSE(f.book.Recent("web", kSecond).contains({"/svc/a", "/#/used"}));
  f.Pass(TrafficBook::kForget);
  CHECK(f.book.Totals("web").empty());
}

TEST_CASE("Hours of reports of clients that come and go leave the last hour's") {
  Fixture f;
  for (int minute = 0; minute < 24 * 60; ++minute) {
    for (int report = 0; report < 12; ++report) {
      f.book.Add({Row("/#/v1", 1), Row(absl::StrCat("/#/release-", minute), 1)}, 5 * kSecond);
      f.Pass(5 * kSecond);
    }
    REQUIRE(f.book.Totals("web").size() <= 62);
    REQUIRE(f.book.Recent("web", TrafficBook::kMaxWindow).size() <= 3);
  }
  CHECK(f.Total("/#/v1").requests == 24 * 60 * 12);
}

TEST_CASE("Kinds of failures are bounded, and none of their counts is lost") {
  Fixture f;
  for (int kind = 0; kind < 100; ++kind) {
    TrafficRow row = Row("/#/v1", 1, 1);
    row.counts.failures = {{absl::StrCat("kind-", kind), 1}};
    f.book.Add({row});
  }
  for (const TrafficCounts& row : {f.Total("/#/v1"), f.book.Recent("web", kSecond)[{"/svc/a", "/#/v1"}]}) {
    CHECK(row.failures.size() == TrafficBook::kMaxKinds);
    CHECK(row.failures.at("kind-0") == 1);
    CHECK(row.failures.at("other") == 100 - (TrafficBook::kMaxKinds - 1));
  }
}

TEST_CASE("Sums that a proxy makes up stay far from their end") {
  Fixture f;
  for (int i = 0; i < 100; ++i) f.book.Add({Row("/#/v1", uint64_t{1} << 59)});
  CHECK(f.Total("/#/v1").requests == uint64_t{1} << 60);
}

TEST_CASE("The last minute takes a bounded room: what is earliest goes, and the window says so") {
  Fixture f;
  f.Pass(100 * kSecond);
  std::vector<TrafficRow> wide;
  for (int i = 0; i < 1000; ++i) {
    wide.push_back(Row(absl::StrCat("/#/", i), 1));
    for (size_t bucket = 0; bucket < kHistogramBuckets; ++bucket) {
      wide.back().counts.latency.AddBucket(bucket, 1);
    }
  }
  for (int second = 0; second < 8; ++second) {  // about 16 MiB each
    f.book.Add(wide);
    f.Pass(kSecond);
  }
  const uint64_t seen = f.Recent(10 * kSecond, "/#/7");
  CHECK(seen > 0);
  CHECK(seen < 8);
  CHECK(f.book.RecentCovers(10 * kSecond) == static_cast<int64_t>(seen) * kSecond);
  CHECK(f.Total("/#/7").requests == 8);
}

TEST_CASE("A collection asks every proxy and is over when all have answered") {
  Fixture f;
  std::vector<uint64_t> a_asked, b_asked;
  const Subscription a = f.book.Join("a", [&](uint64_t id) { a_asked.push_back(id); });
  Subscription b = f.book.Join("b", [&](uint64_t id) { b_asked.push_back(id); });
  const Subscription first = f.Collect();
  const Subscription second = f.Collect();
  REQUIRE(a_asked.size() == 2);
  CHECK(a_asked == b_asked);
  f.book.Answered("a", a_asked[1]);  // answers both
  f.book.Answered("nobody", a_asked[1]);
  f.book.Answered("b", b_asked[0]);
  CHECK(f.told.empty());  // never inside a call
  f.loop.RunReady();
  CHECK(f.told == std::vector<Ids>{{}});
  SECTION("or gone") {
    b.Cancel();
    f.loop.RunReady();
    CHECK(f.told == std::vector<Ids>{{}, {}});
  }
  SECTION("or have had their time") {
    f.Pass(kSecond);
    CHECK(f.told == std::vector<Ids>{{}, {"b"}});
    f.book.Answered("b", b_asked[1]);
    f.Pass(kSecond);
    CHECK(f.told.size() == 2);
  }
}

TEST_CASE("A proxy that comes back while it is asked is asked again, and its old stream's end is no answer") {
  Fixture f;
  std::optional<Subscription> old = f.book.Join("a", [](uint64_t) {});
  const Subscription collection = f.Collect();
  uint64_t asked = 0;
  const Subscription now = f.book.Join("a", [&](uint64_t id) { asked = id; });
  CHECK(asked != 0);
  old.reset();
  f.loop.RunReady();
  CHECK(f.told.empty());
  f.book.Answered("a", asked);
  f.loop.RunReady();
  CHECK(f.told == std::vector<Ids>{{}});
}

TEST_CASE("A collection of nobody is over at once; one that is given up is never told") {
  Fixture f;
  const Subscription nobody = f.Collect();
  CHECK(f.told.empty());
  f.loop.RunReady();
  CHECK(f.told == std::vector<Ids>{{}});
  const Subscription a = f.book.Join("a", [&](uint64_t id) { f.book.Answered("a", id); });  // at once
  Subscription given_up = f.Collect();
  given_up.Cancel();
  f.Pass(2 * kSecond);
  CHECK(f.told.size() == 1);
}

TEST_CASE("What outlives the book is silent") {
  FakeClock clock;
  Loop loop(clock);
  auto book = std::make_unique<TrafficBook>(loop);
  bool told = false;
  const Subscription proxy = book->Join("a", [](uint64_t) {});
  const Subscription collection = book->Collect(kSecond, [&](const Ids&) { told = true; });
  book.reset();
  clock.Advance(2 * kSecond);
  loop.RunReady();
  CHECK_FALSE(told);
}

}  // namespace
}  // namespace heddle::namerd
