#include "lib/mesh/traffic_reporter.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "lib/mesh/convert.h"
#include "lib/mesh/limits.h"
#include "lib/mesh/traffic_proto.h"
#include "proto/mesh.pb.h"

namespace heddle {
namespace {

using Rows = std::vector<TrafficRow>;

TrafficRow Row(const std::string& service, uint64_t requests) {
  TrafficRow row{{"web", service, "/#/x"}, {}};
  row.counts.requests = row.counts.successes = requests;
  return row;
}

struct Fixture {
  // What the reporter would send now: "/svc/a 3, /svc/b 1 answers 7", a line a message.
  std::vector<std::string> Drain() {
    std::vector<std::string> lines;
    mesh::v1::FromProxy message;
    while (reporter.NextMessage(&message)) {
      std::string line;
      for (const auto& row : message.traffic().services()) {
        absl::StrAppend(&line, FromProto(row.service())->Show(), " ", row.requests(), ", ");
      }
      absl::StrAppend(&line, "answers ", message.traffic().answers());
      interval_ms = message.traffic().interval_ms();
      lines.push_back(line);
    }
    return lines;
  }
  void Report() {
    reporter.SetSource([this](auto done) {
      ++asked;
      done(std::exchange(counted, {}));
    });
  }
  void Advance(Millis by) {
    clock.Advance(by);
    loop.RunReady();
  }

  FakeClock clock;
  Loop loop{clock};
  int woken = 0;
  int asked = 0;
  uint32_t interval_ms = 0;
  Rows counted;
  TrafficReporter reporter{loop, 1, [this] { ++woken; }};
};

using Lines = std::vector<std::string>;

TEST_CASE_METHOD(Fixture, "a report goes out once an interval, if there is something to report") {
  Report();
  reporter.StartStream(Millis(5000));
  counted = {Row("/svc/a", 3), Row("/svc/b", 1)};
  Advance(Millis(5000));
  CHECK(woken == 1);
  CHECK(Drain() == Lines{"/svc/a 3, /svc/b 1, answers 0"});
  const int so_far = asked;
  Advance(Millis(5000));
  CHECK(asked == so_far + 1);
  CHECK(woken == 1);
  CHECK(Drain().empty());
  counted = {Row("/svc/a", 2)};
  Advance(Millis(5000));
  CHECK(Drain() == Lines{"/svc/a 2, answers 0"});
  CHECK(interval_ms == 5000);
}

TEST_CASE_METHOD(Fixture, "a namerd that wants no reports gets them when it asks") {
  Report();
  reporter.StartStream(Millis(0));
  counted = {Row("/svc/a", 3)};
  Advance(Millis(60'000));
  CHECK(asked == 0);
  reporter.Asked(7);
  CHECK(Drain() == Lines{"/svc/a 3, answers 7"});
  reporter.Asked(8);
  CHECK(Drain() == Lines{"answers 8"});
}

TEST_CASE_METHOD(Fixture, "the last report has what was counted until now, behind one that is on its way") {
  Report();
  reporter.StartStream(Millis(0));
  CHECK(reporter.finished());
  counted = {Row("/svc/a", 3)};
  reporter.Asked(7);
  counted = {Row("/svc/a", 2)};
  reporter.Finish();
  CHECK_FALSE(reporter.finished());
  CHECK(Drain() == Lines{"/svc/a 3, answers 7", "/svc/a 2, answers 0"});
  CHECK(reporter.finished());
  CHECK(Drain().empty());
  reporter.Finish();  // nothing new
  CHECK(reporter.finished());
}

TEST_CASE_METHOD(Fixture, "who has no source answers with nothing") {
  reporter.StartStream(Millis(5000));
  reporter.Asked(1);
  CHECK(woken == 1);
  CHECK(Drain() == Lines{"answers 1"});
}

TEST_CASE_METHOD(Fixture, "a request that comes while a report is on its way is answered by the next") {
  Report();
  reporter.StartStream(Millis(0));
  counted = {Row("/svc/a", 1)};
  reporter.Asked(1);
  counted = {Row("/svc/a", 2)};
  reporter.Asked(2);
  reporter.Asked(3);
  CHECK(asked == 1);
  CHECK(Drain() == Lines{"/svc/a 1, answers 1", "/svc/a 2, answers 3"});
}

TEST_CASE_METHOD(Fixture, "a source may take its time, and may answer after everything has gone") {
  std::function<void(Rows)> answer;
  auto short_lived = std::make_unique<TrafficReporter>(loop, 1, [this] { ++woken; });
  short_lived->SetSource([&](auto done) { answer = std::move(done); });
  short_lived->StartStream(Millis(0));
  short_lived->Asked(1);
  mesh::v1::FromProxy message;
  CHECK_FALSE(short_lived->NextMessage(&message));
  short_lived->EndStream();
  short_lived->StartStream(Millis(0));
  answer({Row("/svc/a", 1)});
  REQUIRE(short_lived->NextMessage(&message));
  CHECK(message.traffic().services_size() == 1);
  CHECK(message.traffic().answers() == 0);  // it was another stream that asked
  short_lived->Asked(2);
  short_lived.reset();
  answer({Row("/svc/a", 1)});
}

TEST_CASE_METHOD(Fixture, "what was not sent when the stream broke is sent on the next, and nothing twice") {
  Report();
  reporter.StartStream(Millis(0));
  for (int i = 0; i < mesh_limits::kMaxTrafficRows + 1; ++i)
    counted.push_back(Row(absl::StrCat("/svc/", i), 1));
  reporter.Asked(1);
  mesh::v1::FromProxy message;
  REQUIRE(reporter.NextMessage(&message));
  CHECK(message.traffic().services_size() == mesh_limits::kMaxTrafficRows);
  CHECK(message.traffic().answers() == 0);  // more is to come
  reporter.EndStream();
  CHECK_FALSE(reporter.NextMessage(&message));
  const int before = woken;
  reporter.StartStream(Millis(0));
  CHECK(woken == before + 1);
  reporter.Asked(1);
  CHECK(Drain() == Lines{absl::StrCat("/svc/", mesh_limits::kMaxTrafficRows, " 1, answers 0"), "answers 1"});
}

TEST_CASE("a row is the same after its way as a message") {
  TrafficRow row = Row("/svc/a", 5);
  row.counts.successes = 3;
  row.counts.failures = {{"x.Y", 1}, {"Z", 1}};
  for (const size_t bucket : {3, 70, 70, 70, 1023}) row.counts.latency.AddBucket(bucket, 1);
  row.counts.latency.AddSum(12345);
  mesh::v1::ServiceTraffic message;
  REQUIRE(ToProto(row, &message).ok());
  const auto back = FromProto(message);
  REQUIRE(back.ok());
  CHECK(back->key == row.key);
  CHECK(back->counts.requests == 5);
  CHECK(back->counts.successes == 3);
  CHECK(back->counts.failures == row.counts.failures);
  CHECK(back->counts.latency.buckets() == row.counts.latency.buckets());
  CHECK(back->counts.latency.sum() == 12345);
  CHECK_FALSE(ToProto(Row("no path", 1), &message).ok());
}

TEST_CASE("rows that are beyond the limits or do not add up are refused") {
  mesh::v1::ServiceTraffic message;
  REQUIRE(ToProto(Row("/svc/a", 5), &message).ok());
  const auto refused = [&] {
    return FromProto(message).status().code() == absl::StatusCode::kInvalidArgument;
  };
  REQUIRE_FALSE(refused());
  SECTION("more successes than requests") { message.set_successes(6); }
  SECTION("kinds of failures") {
    for (int i = 0; i <= mesh_limits::kMaxFailureKinds; ++i) {
      (*message.mutable_failures())[absl::StrCat("k", i)] = 1;
    }
  }
  SECTION("texts") { message.set_namespace_(std::string(mesh_limits::kMaxTextBytes + 1, 'x')); }
  SECTION("latencies without counts") { message.add_latency_bucket(1); }
  CHECK(refused());
}

}  // namespace
}  // namespace heddle
