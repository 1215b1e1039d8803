#include "namerd/fleet/fleet.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

namespace heddle::namerd {
namespace {

constexpr DtabVersion kOne{7, 1}, kTwo{7, 2}, kOther{8, 1};

std::vector<std::string> Ids(const Fleet& fleet) {
  std::vector<std::string> ids;
  for (const FleetMember* member : fleet.Members()) ids.push_back(member->info.id);
  return ids;
}

TEST_CASE("Progress counts the connected proxies that follow a namespace") {
  FakeClock clock;
  Loop loop(clock);
  Fleet fleet(loop);
  auto a = fleet.Join({.id = "a", .node = "", .version = "", .peer = ""});
  auto b = fleet.Join({.id = "b", .node = "", .version = "", .peer = ""});
  auto idle = fleet.Join({.id = "idle", .node = "", .version = "", .peer = ""});
  a->Follows("web");
  b->Follows("web");
  b->Synced("web", kTwo);
  a->Applied("web", kTwo);
  b->Applied("web", kOne);
  b->Applied("never followed", kTwo);

  Convergence progress = fleet.ProgressOf("web", kTwo);
  CHECK(progress.following == 2);
  CHECK(progress.applied == 1);
  CHECK(progress.behind == std::vector<std::string>{"b"});
  CHECK(fleet.ProgressOf("web", kOne).applied == 2);
  CHECK(fleet.ProgressOf("web", kOther).applied == 0);  // versions of other epochs say nothing
  CHECK(fleet.ProgressOf("never followed", kOne).following == 0);

  a.reset();
  b->Left("web");
  CHECK(fleet.ProgressOf("web", kOne).following == 0);
}

TEST_CASE("A proxy that comes back takes its own place, and its old stream is mute") {
  FakeClock clock;
  Loop loop(clock);
  Fleet fleet(loop);
  auto old_stream = fleet.Join({.id = "a", .node = "n", .version = "1", .peer = "old"});
  auto new_stream = fleet.Join({.id = "a", .node = "n", .version = "1", .peer = "new"});
  new_stream->Follows("web");
  old_stream->Applied("web", kOne);
  old_stream.reset();
  REQUIRE(fleet.Members().size() == 1);
  const FleetMember& member = *fleet.Members()[0];
  CHECK(member.connected);
  CHECK(member.info.peer == "new");
  CHECK(member.namespaces.at("web").applied == DtabVersion{});
}

TEST_CASE("Proxies that have gone are remembered for a while, and not too many") {
  FakeClock clock;
  Loop loop(clock);
  Fleet fleet(loop);
  fleet.Join({.id = "early", .node = "", .version = "", .peer = ""});
  CHECK(Ids(fleet) == std::vector<std::string>{"early"});
  CHECK_FALSE(fleet.Members()[0]->connected);
  clock.Advance(Fleet::kRememberGone + Millis(1));
  const auto now = fleet.Join({.id = "now", .node = "", .version = "", .peer = ""});
  CHECK(Ids(fleet) == std::vector<std::string>{"now"});
  for (size_t i = 0; i < 2 * Fleet::kMaxGone; ++i) {
    fleet.Join({.id = std::to_string(i), .node = "", .version = "", .peer = ""});
  }
  CHECK(fleet.Members().size() == Fleet::kMaxGone + 1);
}

TEST_CASE("The page shows who, since when, how far, and what went wrong") {
  FakeClock clock;
  Loop loop(clock);
  Fleet fleet(loop);
  auto a =
      fleet.Join({.id = "a", .node = "node-1", .version = "0.1", .peer = "ipv4:1.2.3.4:5", .started_ms = 42});
  a->Follows("web");
  a->Synced("web", kTwo);
  a->Applied("web", kOne);
  a->Rejected("bad \xff");
  NamesInUse in_use;
  const Subscription name = in_use.Follow("web", *Path::Parse("/svc/a"), Dtab());
  const auto json = nlohmann::json::parse(fleet.StateJson(in_use));
  CHECK(json["namesInUse"] == nlohmann::json{{"web", 1}});
  CHECK(json["connected"] == 1);
  const auto& proxy = json["proxies"][0];
  CHECK(proxy["id"] == "a");
  CHECK(proxy["node"] == "node-1");
  CHECK(proxy["startedMs"] == 42);
  CHECK(proxy["sinceMs"] == 1'700'000'001'000);
  CHECK(proxy["namespaces"]["web"]["synced"]["revision"] == 2);
  CHECK(proxy["namespaces"]["web"]["applied"]["revision"] == 1);
  CHECK_FALSE(proxy["lastError"].get<std::string>().empty());
}

}  // namespace
}  // namespace heddle::namerd
