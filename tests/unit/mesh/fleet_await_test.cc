// When is a version live everywhere, who is behind, and for how long.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "namerd/fleet/fleet.h"

namespace heddle::namerd {
namespace {

using Ids = std::vector<std::string>;
constexpr DtabVersion kOne{7, 1}, kTwo{7, 2}, kThree{7, 3};
constexpr Millis kLimit{1000};

struct Fixture {
  std::unique_ptr<Fleet::Handle> Join(const std::string& id, DtabVersion applied = {}) {
    auto proxy = fleet.Join({.id = id, .node = "", .version = "", .peer = ""});
    proxy->Follows("web");
    proxy->Applied("web", applied);
    return proxy;
  }
  Subscription Await(DtabVersion version, const std::string& ns = "web") {
    return fleet.Await(ns, version, kLimit, [this](const Convergence& done) { told.push_back(done); });
  }
  void Pass(Millis time) {
    clock.Advance(time);
    loop.RunReady();
  }
  nlohmann::json Shown(const std::string& ns = "web") {
    return nlohmann::json::parse(fleet.StateJson())["proxies"][0]["namespaces"][ns];
  }

  FakeClock clock;
  Loop loop{clock};
  Fleet fleet{loop};
  std::vector<Convergence> told;
};

TEST_CASE("A wait ends with the last acknowledgement, later than the call that brings it") {
  Fixture f;
  const auto a = f.Join("a"), b = f.Join("b");
  const Subscription wait = f.Await(kTwo);
  a->Applied("web", kTwo);
  f.Pass(Millis(30));
  CHECK(f.told.empty());
  b->Applied("web", kOne);
  b->Applied("web", kThree);  // a later one is as good
  CHECK(f.told.empty());
  f.loop.RunReady();
  REQUIRE(f.told.size() == 1);
  CHECK(f.told[0].complete());
  CHECK(f.told[0].following == 2);
  CHECK(f.told[0].applied == 2);
  CHECK(f.told[0].took == Millis(30));
  f.Pass(2 * kLimit);
  CHECK(f.told.size() == 1);
}

TEST_CASE("What is everywhere already, or followed by nobody, is not waited for") {
  Fixture f;
  const auto a = f.Join("a", kTwo);
  const Subscription everywhere = f.Await(kOne);
  const Subscription nowhere = f.Await(kTwo, "nobody's");
  CHECK(f.told.empty());  // never inside the call
  f.loop.RunReady();
  REQUIRE(f.told.size() == 2);
  CHECK(f.told[0].following == 1);
  CHECK(f.told[1].following == 0);
  CHECK(f.told[1].took == Millis(0));
}

TEST_CASE("What a version took counts from when it came, also where all have it when somebody asks") {
  Fixture f;
  const auto a = f.Join("a", kOne), b = f.Join("b", kOne);
  f.fleet.OnVersion("web", kTwo);
  f.Pass(Millis(2));
  a->Applied("web", kTwo);
  f.Pass(Millis(3));
  b->Applied("web", kTwo);
  f.Pass(Millis(100));
  const Subscription wait = f.Await(kTwo);
  f.loop.RunReady();
  REQUIRE(f.told.size() == 1);
  CHECK(f.told[0].took == Millis(5));
}

TEST_CASE("At its limit a wait names those who are behind") {
  Fixture f;
  const auto a = f.Join("a", kTwo), b = f.Join("b", kOne), c = f.Join("c", {8, 2});
  const Subscription wait = f.Await(kTwo);
  f.Pass(kLimit - Millis(1));
  CHECK(f.told.empty());
  f.Pass(Millis(1));
  REQUIRE(f.told.size() == 1);
  CHECK(f.told[0].behind == Ids{"b", "c"});
  CHECK(f.told[0].applied == 1);
  CHECK(f.told[0].took == kLimit);
  b->Applied("web", kTwo);
  f.loop.RunReady();
  CHECK(f.told.size() == 1);
}

TEST_CASE("A proxy that goes is not waited for, but named; one that comes is waited for") {
  Fixture f;
  auto a = f.Join("a"), b = f.Join("b"), c = f.Join("c");
  const Subscription wait = f.Await(kOne);
  const auto late = f.Join("late");
  a.reset();
  b->Left("web");
  f.Pass(Millis(10));
  CHECK(f.told.empty());
  SECTION("until all who are there run it") {
    late->Applied("web", kOne);
    c->Applied("web", kOne);
    f.loop.RunReady();
    REQUIRE(f.told.size() == 1);
    CHECK(f.told[0].following == 2);
    CHECK(f.told[0].gone == Ids{"a"});
  }
  SECTION("and one that comes back is as if it had not gone") {
    const auto again = f.Join("a");
    const auto over = f.Join("c");  // before its old stream has ended
    c.reset();
    late->Applied("web", kOne);
    again->Applied("web", kOne);
    f.loop.RunReady();
    CHECK(f.told.empty());
    over->Applied("web", kOne);
    f.loop.RunReady();
    REQUIRE(f.told.size() == 1);
    CHECK(f.told[0].following == 3);
    CHECK(f.told[0].gone.empty());
  }
}

TEST_CASE("A wait can be given up, also between its end and its telling, and inside it") {
  Fixture f;
  const auto a = f.Join("a");
  Subscription wait = f.Await(kOne);
  wait.Cancel();
  wait = f.Await(kOne);
  a->Applied("web", kOne);
  wait.Cancel();
  f.Pass(2 * kLimit);
  CHECK(f.told.empty());

  Subscription inside;
  int calls = 0;
  inside = f.fleet.Await("web", kOne, kLimit, [&](const Convergence&) {
    ++calls;
    inside.Cancel();
  });
  f.Pass(2 * kLimit);
  CHECK(calls == 1);
}

TEST_CASE("A namerd that has come back waits for its proxies to find it, not longer than asked to") {
  Fixture f;
  f.fleet.ExpectReturns(Millis(500));
  const Subscription wait = f.Await(kOne);
  f.Pass(Millis(100));
  CHECK(f.told.empty());
  SECTION("all come") {
    const auto a = f.Join("a", kOne);
    f.Pass(Millis(100));
    CHECK(f.told.empty());
    f.Pass(Millis(300));
    f.loop.RunReady();
    REQUIRE(f.told.size() == 1);
    CHECK(f.told[0].applied == 1);
  }
  SECTION("one lags") {
    const auto a = f.Join("a");
    f.Pass(Millis(500));
    CHECK(f.told.empty());
    a->Applied("web", kOne);
    f.loop.RunReady();
    CHECK(f.told.size() == 1);
  }
  SECTION("there is no time") {
    const Subscription shorter =
        f.fleet.Await("web", kOne, Millis(50), [&](const Convergence& done) { f.told.push_back(done); });
    f.Pass(Millis(50));
    CHECK(f.told.size() == 1);
  }
}

TEST_CASE("A wait that outlives the fleet is silent") {
  FakeClock clock;
  Loop loop(clock);
  bool told = false;
  Subscription wait;
  {
    Fleet fleet(loop);
    wait = fleet.Await("web", kOne, kLimit, [&](const Convergence&) { told = true; });
  }
  loop.RunReady();
  CHECK_FALSE(told);
}

TEST_CASE("Lags are counted in versions and time, from when a version came") {
  Fixture f;
  const auto a = f.Join("a");
  f.fleet.OnVersion("web", {7, 10});
  CHECK(f.Shown()["lagVersions"] == 1);  // of all there have been, the proxy lacks the latest
  f.Pass(Millis(3));
  a->Applied("web", {7, 10});
  CHECK(f.Shown()["lagVersions"] == 0);
  CHECK(f.Shown()["lagMs"] == 0);
  CHECK(f.Shown()["tookMs"] == 3);
  CHECK(f.Shown()["latest"]["revision"] == 10);

  f.fleet.OnVersion("web", {7, 12});  // another document took 11
  f.Pass(Millis(20));
  f.fleet.OnVersion("web", {7, 13});
  f.fleet.OnVersion("web", {7, 13});  // each session tells it
  f.Pass(Millis(5));
  CHECK(f.Shown()["lagVersions"] == 2);
  CHECK(f.Shown()["lagMs"] == 25);
  a->Applied("web", {7, 12});
  CHECK(f.Shown()["lagVersions"] == 1);
  CHECK(f.Shown()["lagMs"] == 5);
  CHECK(f.Shown()["tookMs"] == 25);

  // One that comes now lacks what there is, since now.
  const auto new_one = f.Join("b");
  const FleetMember& member = *f.fleet.Members()[1];
  f.Pass(Millis(1));
  CHECK(f.fleet.LagOf(member, "web").versions == 1);
  CHECK(f.fleet.LagOf(member, "web").time == Millis(1));
  new_one->Applied("web", {7, 13});
  CHECK(member.namespaces.at("web").took == Millis(1));
  new_one->Applied("web", {7, 99});  // that nobody has heard of
  CHECK_FALSE(member.namespaces.at("web").took);
}

TEST_CASE("The lag of a proxy that has gone stands still, and what nobody remembers is not kept") {
  Fixture f;
  auto a = f.Join("a");
  f.fleet.OnVersion("web", kOne);
  f.Pass(Millis(7));
  a.reset();
  f.Pass(Millis(50));
  CHECK(f.Shown()["lagMs"] == 7);
  CHECK(f.fleet.LatestOf("web") == kOne);
  f.Pass(Fleet::kRememberGone + Millis(1));
  f.fleet.Join({.id = "b", .node = "", .version = "", .peer = ""});
  CHECK(f.fleet.LatestOf("web") == DtabVersion{});
}

TEST_CASE("However many versions come, a lag is counted and memory is not used up") {
  Fixture f;
  const auto a = f.Join("a");
  for (uint64_t revision = 1; revision <= 10 * VersionLog::kKept; ++revision) {
    f.fleet.OnVersion("web", {7, revision});
  }
  CHECK(f.Shown()["lagVersions"] == 10 * VersionLog::kKept);
  a->Applied("web", {7, 1});  // forgotten long ago
  CHECK(f.Shown()["lagVersions"] == 10 * VersionLog::kKept);
  a->Applied("web", {7, 10 * VersionLog::kKept});
  CHECK(f.Shown()["lagVersions"] == 0);
}

TEST_CASE(
    "Followers of the fleet hear of changes, not more often than they can use, and of a lag that grows") {
  Fixture f;
  std::vector<uint64_t> heard;
  const Subscription follow =
      f.fleet.Changes()->Subscribe([&](uint64_t generation) { heard.push_back(generation); });
  heard.clear();
  const auto a = f.Join("a");
  for (uint64_t revision = 1; revision <= 50; ++revision) f.fleet.OnVersion("web", {7, revision});
  f.Pass(Millis(1));
  CHECK(heard == std::vector<uint64_t>{1});
  a->Applied("web", {7, 20});
  f.Pass(Fleet::kTellEvery);
  CHECK(heard.size() == 2);
  f.Pass(Fleet::kLagEvery);  // it is still behind
  CHECK(heard.size() == 3);
  a->Applied("web", {7, 50});
  f.Pass(Fleet::kTellEvery);
  CHECK(heard.size() == 4);
  f.Pass(10 * Fleet::kLagEvery);
  CHECK(heard.size() == 4);
}

}  // namespace
}  // namespace heddle::namerd
