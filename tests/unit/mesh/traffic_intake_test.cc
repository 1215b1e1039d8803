// Traffic reports as they come over the wire: honest ones reach the book, others do no harm.
#include "namerd/mesh_api/traffic_intake.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "lib/mesh/convert.h"
#include "lib/mesh/limits.h"
#include "namerd/mesh_api/proxy_session.h"
#include "proto/mesh.pb.h"
#include "tests/unit/mesh/support.h"

namespace heddle::namerd {
namespace {

using mesh::v1::FromNamerd;
using mesh::v1::FromProxy;
using mesh::v1::ServiceTraffic;
using mesh::v1::Traffic;

ServiceTraffic* AddRow(Traffic& report, absl::string_view client = "/#/t/a", uint64_t requests = 10) {
  ServiceTraffic* row = report.add_services();
  row->set_namespace_("web");
  ToProto(P("/svc/a"), row->mutable_service());
  ToProto(P(client), row->mutable_client());
  row->set_requests(requests);
  row->set_successes(requests);
  return row;
}

struct Fixture {
  std::string Receive() { return std::string(intake.Receive(report).message()); }
  uint64_t Requests(const std::string& client = "/#/t/a") {
    return book.Totals("web")[{"/svc/a", client}].requests;
  }

  FakeClock clock;
  Loop loop{clock};
  TrafficBook book{loop};
  TrafficIntake intake{book, "p", [] {}};
  Traffic report;
};

TEST_CASE("A report is in the book as it was counted") {
  Fixture f;
  ServiceTraffic* row = AddRow(f.report);
  row->set_successes(7);
  (*row->mutable_failures())["timeout"] = 3;
  row->add_latency_bucket(static_cast<uint32_t>(BucketIndex(1000)));
  row->add_latency_count(10);
  row->set_latency_sum(10'500);
  CHECK(f.Receive().empty());
  const TrafficCounts counts = f.book.Totals("web")[{"/svc/a", "/#/t/a"}];
  CHECK(counts.successes == 7);
  CHECK(counts.failures.at("timeout") == 3);
  CHECK(counts.latency.count() == 10);
  CHECK(counts.latency.sum() == 10'500);
}

TEST_CASE("A row that does not add up is left out with the reason, the others count") {
  Fixture f;
  ServiceTraffic* bad = AddRow(f.report, "/#/t/bad");
  std::string why;
  SECTION("latencies without counts") {
    bad->add_latency_bucket(1);
    why = "latencies";
  }
  SECTION("more latencies than there are buckets") {
    for (size_t i = 0; i <= kHistogramBuckets; ++i) {
      bad->add_latency_bucket(0);
      bad->add_latency_count(1);
    }
    why = "latencies";
  }
  SECTION("more successes than requests") {
    bad->set_successes(11);
    why = "successes";
  }
  SECTION("counts that overflow") {
    const uint64_t most = ~uint64_t{0};
    SECTION("requests") { bad->set_requests(most); }
    SECTION("failures") { (*bad->mutable_failures())["x"] = most; }
    SECTION("latencies, whose sum is small again") {
      for (const uint64_t count : {most, uint64_t{11}}) {
        bad->add_latency_bucket(3);
        bad->add_latency_count(count);
      }
    }
    why = "a count of more than";
  }
  SECTION("names of a megabyte") {
    bad->mutable_client()->add_elems(std::string(60'000, 'x'));
    why = "bytes";
  }
  SECTION("kinds of failures with names of a kilobyte") {
    (*bad->mutable_failures())[std::string(1000, 'x')] = 1;
    why = "kind of failure";
  }
  SECTION("a hundred kinds of failures") {
    for (int i = 0; i < 100; ++i) (*bad->mutable_failures())[absl::StrCat(i)] = 1;
    why = "kinds of failures";
  }
  SECTION("no namespace") {
    bad->clear_namespace_();
    why = "no namespace";
  }
  SECTION("no service") {
    bad->mutable_service()->add_elems("");
    why = "empty";
  }
  AddRow(f.report);
  CHECK_THAT(f.Receive(), Catch::Contains(why));
  CHECK(f.book.Totals("web").size() == 1);
  CHECK(f.Requests() == 10);
}

TEST_CASE("A bucket beyond the last counts as the last") {
  Fixture f;
  ServiceTraffic* row = AddRow(f.report);
  row->add_latency_bucket(~uint32_t{0});
  row->add_latency_count(10);
  CHECK(f.Receive().empty());
  const TrafficCounts counts = f.book.Totals("web")[{"/svc/a", "/#/t/a"}];
  CHECK(counts.latency.buckets().size() == kHistogramBuckets);
  CHECK(counts.latency.Quantile(1.0) <= kMaxHistogramValue);
}

TEST_CASE("Of a report with too many rows the first count, and it still answers") {
  Fixture f;
  std::vector<std::string> missing{"not told"};
  const Subscription collection = f.book.Collect(Millis(1000), [&](const auto& of) { missing = of; });
  const uint64_t asked = f.intake.NextRequest();
  REQUIRE(asked != 0);
  CHECK(f.intake.NextRequest() == 0);
  for (int i = 0; i < mesh_limits::kMaxTrafficRows; ++i) AddRow(f.report, absl::StrCat("/#/t/", i));
  AddRow(f.report, "/#/t/last");
  f.report.set_answers(asked);
  CHECK_THAT(f.Receive(), Catch::Contains("rows in one message"));
  f.loop.RunReady();
  CHECK(missing.empty());
  CHECK(f.Requests("/#/t/last") == 0);
  CHECK(f.Requests("/#/t/0") == 10);
}

struct Stream {
  Stream() {
    FromProxy hello;
    hello.mutable_hello()->set_proxy_id("p");
    REQUIRE(session.Receive(hello).ok());
  }
  FromNamerd Next() {
    FromNamerd message;
    session.NextMessage(&message);
    return message;
  }

  FakeClock clock;
  Loop loop{clock};
  TestNamerd namerd{loop};
  int woken = 0;
  ProxySession session{namerd.namespaces, namerd.fleet, namerd.names_in_use,
                       namerd.traffic,    "peer",       [this] { ++woken; }};
};

TEST_CASE("A proxy is told how often to report, and asked between reports") {
  Stream s;
  const FromNamerd welcome = s.Next();
  REQUIRE(welcome.has_welcome());
  CHECK(Millis(welcome.welcome().traffic_interval_ms()) == ProxySession::kTrafficInterval);
  int told = 0;
  const auto done = [&](const std::vector<std::string>& missing) {
    CHECK(missing.empty());
    ++told;
  };
  const Subscription first = s.namerd.traffic.Collect(Millis(1000), done);
  const Subscription second = s.namerd.traffic.Collect(Millis(1000), done);
  CHECK(s.woken > 0);
  const FromNamerd request = s.Next();  // one for both: a slow reader is not sent a queue of them
  REQUIRE(request.has_traffic_request());
  CHECK(s.Next().message_case() == FromNamerd::MESSAGE_NOT_SET);

  FromProxy report;
  AddRow(*report.mutable_traffic());
  report.mutable_traffic()->set_answers(request.traffic_request().id());
  REQUIRE(s.session.Receive(report).ok());
  s.loop.RunReady();
  CHECK(told == 2);
  CHECK(s.namerd.traffic.Totals("web").size() == 1);
}

TEST_CASE("A report that is wrong is shown with the fleet and leaves the stream as it was") {
  Stream s;
  FromProxy report;
  AddRow(*report.mutable_traffic())->set_successes(11);
  CHECK(s.session.Receive(report).ok());
  CHECK_THAT(s.namerd.fleet.Members()[0]->last_error, Catch::Contains("traffic report"));
}

TEST_CASE("A version that is stored is what proxies lag behind") {
  Stream s;
  s.Next();  // welcome
  FromProxy message;
  message.mutable_resumed();
  REQUIRE(s.session.Receive(message).ok());
  s.namerd.Put("web", "/svc => /#/t");
  message.mutable_subscribe()->set_id(1);
  message.mutable_subscribe()->set_namespace_("web");
  ToProto(P("/nothing"), message.mutable_subscribe()->mutable_path());
  REQUIRE(s.session.Receive(message).ok());
  s.namerd.Put("web", "/svc => /#/t/a");
  const FleetMember& proxy = *s.namerd.fleet.Members()[0];
  CHECK(s.namerd.fleet.LatestOf("web").revision == 2);
  CHECK(s.namerd.fleet.LagOf(proxy, "web").versions == 2);
  while (s.Next().message_case() != FromNamerd::MESSAGE_NOT_SET) {
  }
  message.mutable_applied()->set_namespace_("web");
  message.mutable_applied()->mutable_version()->set_epoch(s.namerd.store->epoch());
  message.mutable_applied()->mutable_version()->set_revision(2);
  REQUIRE(s.session.Receive(message).ok());
  CHECK(s.namerd.fleet.LagOf(proxy, "web").versions == 0);
}

}  // namespace
}  // namespace heddle::namerd
