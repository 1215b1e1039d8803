#include "proxy/traffic/traffic_ledger.h"

#include <atomic>
#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace heddle {
namespace {

constexpr char kRefused[] = "com.twitter.finagle.ConnectionFailedException";

// What one worker counts of a name at a client, as a route's target does.
struct Target {
  Target(TrafficLedger& ledger, const std::string& service, const std::string& client)
      : entry(std::in_place, ledger, service, client, stats) {}
  void Succeed(int times = 1) {
    for (int i = 0; i < times; ++i) {
      stats.OnRequest();
      stats.OnDone(200, true, Nanos(3'000'000));
    }
  }
  void Refuse() {
    stats.OnRequest();
    stats.OnDone(0, false, Nanos(1'000'000), FailureName::kConnect);
  }

  RequestStats stats{UnshownScope(), RequestStats::Detail::kPlain};
  std::optional<TrafficLedger::Entry> entry;
};

std::vector<TrafficRow> Take(TrafficLedger& ledger) {
  std::vector<TrafficRow> rows;
  ledger.Take(&rows);
  return rows;
}

// "web /svc/a /#/x 3: 2 ok, 1 com.twitter...".
std::string Shown(const std::vector<TrafficRow>& rows) {
  std::vector<std::string> lines;
  for (const TrafficRow& row : rows) {
    lines.push_back(absl::StrCat(row.key.ns, " ", row.key.service, " ", row.key.client, " ",
                                 row.counts.requests, ": ", row.counts.successes, " ok"));
    for (const auto& [kind, count] : row.counts.failures)
      absl::StrAppend(&lines.back(), ", ", count, " ", kind);
    CHECK(row.counts.latency.count() == row.counts.requests);
  }
  return absl::StrJoin(lines, "; ");
}

TEST_CASE("each request is given out once, with its outcome and its latency") {
  TrafficLedger ledger("web");
  Target target(ledger, "/svc/a", "/#/x");
  CHECK(Shown(Take(ledger)).empty());
  target.stats.OnRequest();  // under way: no request yet
  CHECK(Shown(Take(ledger)).empty());
  target.stats.OnDone(500, false, Nanos(2'000'000));
  target.Succeed(2);
  target.Refuse();
  const auto rows = Take(ledger);
  CHECK(Shown(rows) ==
        absl::StrCat("web /svc/a /#/x 4: 2 ok, 1 ", kRefused, ", 1 ", ExceptionName(FailureName::kResponse)));
  CHECK(rows[0].counts.latency.sum() == 2'000 + 2 * 3'000 + 1'000);
  CHECK(Shown(Take(ledger)).empty());
  target.Succeed();
  CHECK(Shown(Take(ledger)) == "web /svc/a /#/x 1: 1 ok");
}

TEST_CASE("workers add up, and what one counted last is given out after it has gone") {
  TrafficLedger ledger("web");
  Target a(ledger, "/svc/a", "/#/x");
  auto b = std::make_unique<Target>(ledger, "/svc/a", "/#/x");
  auto other = std::make_unique<Target>(ledger, "/svc/a", "/#/y");
  a.Succeed();
  b->Succeed(2);
  other->Succeed(4);
  CHECK(Shown(Take(ledger)) == "web /svc/a /#/x 3: 3 ok; web /svc/a /#/y 4: 4 ok");
  a.Succeed();
  b->Refuse();
  other->Succeed();
  b.reset();
  other.reset();
  CHECK(Shown(Take(ledger)) ==
        absl::StrCat("web /svc/a /#/x 2: 1 ok, 1 ", kRefused, "; web /svc/a /#/y 1: 1 ok"));
  CHECK(Shown(Take(ledger)).empty());
}

TEST_CASE("a target that goes and comes again between two reports loses nothing, and counts nothing twice") {
  TrafficLedger ledger("web");
  auto target = std::make_unique<Target>(ledger, "/svc/a", "/#/x");
  target->Succeed(5);
  CHECK(Shown(Take(ledger)) == "web /svc/a /#/x 5: 5 ok");
  target->Succeed(2);
  target = nullptr;
  target = std::make_unique<Target>(ledger, "/svc/a", "/#/x");
  target->Succeed(1);
  target = nullptr;
  target = std::make_unique<Target>(ledger, "/svc/a", "/#/x");
  CHECK(Shown(Take(ledger)) == "web /svc/a /#/x 3: 3 ok");
  target->Succeed(1);
  CHECK(Shown(Take(ledger)) == "web /svc/a /#/x 1: 1 ok");
}

TEST_CASE("while nobody takes, what has gone is bounded; what is live is not touched") {
  TrafficLedger ledger("web");
  Target live(ledger, "/svc/live", "/#/x");
  live.Succeed();
  for (size_t i = 0; i < TrafficLedger::kMaxGone + 10; ++i) {
    Target(ledger, absl::StrCat("/svc/", i), "/#/x").Succeed();
  }
  const auto rows = Take(ledger);
  CHECK(rows.size() == TrafficLedger::kMaxGone + 1);
  CHECK(rows.back().key.service == "/svc/live");
  CHECK(Take(ledger).empty());
  Target(ledger, "/svc/new", "/#/x").Succeed();
  CHECK(Shown(Take(ledger)) == "web /svc/new /#/x 1: 1 ok");
}

TEST_CASE("requests are successes and failures whenever they are read, and none is lost on the way") {
  TrafficLedger ledger("web");
  constexpr int kRounds = 2000;
  std::atomic<bool> done = false;
  std::thread worker([&] {
    for (int i = 0; i < kRounds; ++i) {
      Target target(ledger, "/svc/a", i % 3 == 0 ? "/#/x" : "/#/y");
      target.Succeed(3);
      target.Refuse();
    }
    done = true;
  });
  TrafficCounts total;
  for (bool last = false; !last;) {
    last = done;
    for (const TrafficRow& row : Take(ledger)) {
      uint64_t failures = 0;
      for (const auto& [kind, count] : row.counts.failures) failures += count;
      REQUIRE(row.counts.successes + failures == row.counts.requests);
      total.Add(row.counts);
    }
  }
  worker.join();
  CHECK(total.requests == 4 * kRounds);
  CHECK(total.successes == 3 * kRounds);
  CHECK(total.latency.count() == 4 * kRounds);
}

}  // namespace
}  // namespace heddle
