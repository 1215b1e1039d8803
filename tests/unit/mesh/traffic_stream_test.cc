// Traffic reports over the wire: from a proxy's source to namerd's book.
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "lib/mesh/client.h"
#include "namerd/mesh_api/server.h"
#include "tests/unit/mesh/support.h"

namespace heddle::namerd {
namespace {

struct Server {
  explicit Server(Loop& loop)
      : namerd(loop, {{"web", "/svc => /#/t"}}),
        server(loop, namerd.namespaces, namerd.fleet, namerd.names_in_use, namerd.traffic) {
    const auto ports = server.Serve({*SocketAddress::Parse("127.0.0.1", 0)});
    REQUIRE(ports.ok());
    target = absl::StrCat("127.0.0.1:", ports->front());
  }
  // Requests by service, everything collected first.
  std::map<std::string, uint64_t> Collect(Loop& loop) {
    bool done = false;
    const Subscription collecting = namerd.traffic.Collect(Millis(60'000), [&](const auto& missing) {
      CHECK(missing.empty());
      done = true;
    });
    REQUIRE(RunUntil(loop, [&] { return done; }));
    std::map<std::string, uint64_t> requests;
    for (const auto& [key, counts] : namerd.traffic.Totals("web")) requests[key.first] += counts.requests;
    return requests;
  }

  TestNamerd namerd;
  MeshServer server;
  std::string target;
};

TEST_CASE("What proxies have counted is in the book once all have been asked") {
  Loop loop;
  Server server(loop);
  MeshClient first(loop, {.target = server.target, .proxy_id = "first"});
  MeshClient second(loop, {.target = server.target, .proxy_id = "second"});
  MeshClient silent(loop, {.target = server.target, .proxy_id = "silent"});
  uint64_t calls = 0;
  const auto source = [&calls](const std::string& service) {
    return [&calls, service](const auto& done) {
      ++calls;
      TrafficRow row{{"web", service, "/#/t/a"}, {}};
      row.counts.requests = row.counts.successes = 2;
      done({row});
    };
  };
  first.ReportTraffic(source("/svc/a"));
  second.ReportTraffic(source("/svc/b"));
  REQUIRE(RunUntil(loop, [&] { return server.namerd.fleet.Members().size() == 3; }));
  const auto requests = server.Collect(loop);
  REQUIRE(calls >= 2);
  CHECK(requests.at("/svc/a") + requests.at("/svc/b") == 2 * calls);
}

TEST_CASE("A client that finishes has its last counts in the book before it is told so") {
  Loop loop;
  Server server(loop);
  MeshClient client(loop, {.target = server.target, .proxy_id = "p"});
  uint64_t fresh = 0;
  client.ReportTraffic([&fresh](const auto& done) {
    std::vector<TrafficRow> rows{{{"web", "/svc/a", "/#/t/a"}, {}}};
    rows[0].counts.requests = rows[0].counts.successes = std::exchange(fresh, 0);
    done(rows);
  });
  REQUIRE(RunUntil(loop, [&] { return client.connected()->Get(); }));
  fresh = 5;
  bool finished = false;
  client.Finish([&] { finished = true; });
  CHECK_FALSE(finished);
  REQUIRE(RunUntil(loop, [&] { return finished; }));
  const auto requests = server.Collect(loop);
  REQUIRE(requests.contains("/svc/a"));
  CHECK(requests.at("/svc/a") == 5);
}

TEST_CASE("A client that namerd does not know has nothing to finish") {
  Loop loop;
  MeshClient client(loop, {.target = "127.0.0.1:1"});
  bool finished = false;
  client.Finish([&] { finished = true; });
  CHECK(finished);
}

TEST_CASE("A report too long for one message is whole when it answers") {
  Loop loop;
  Server server(loop);
  MeshClient client(loop, {.target = server.target, .proxy_id = "p"});
  constexpr size_t kRows = 2100;  // three messages
  bool counted = false;
  client.ReportTraffic([&](const auto& done) {
    std::vector<TrafficRow> rows;
    for (size_t i = 0; i < kRows && !counted; ++i) {
      rows.push_back({{"web", absl::StrCat("/svc/", i), "/#/t/a"}, {}});
      rows.back().counts.requests = 1;
    }
    counted = true;
    done(std::move(rows));
  });
  REQUIRE(RunUntil(loop, [&] { return server.namerd.fleet.Members().size() == 1; }));
  CHECK(server.Collect(loop).size() == kRows);
}

}  // namespace
}  // namespace heddle::namerd
