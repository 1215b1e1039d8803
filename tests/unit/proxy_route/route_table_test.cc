// The queue between a worker and the control loop, which runs here only when the test lets it.
#include "proxy/route/route_table.h"

#include <catch2/catch.hpp>
#include <map>

#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

class CountingInterpreter : public Interpreter {
 public:
  using State = Activity<Binding>;
  std::shared_ptr<Watch<State>> Bind(const Dtab&, const Path& path) override {
    asked.push_back(path.Show());
    return state;
  }
  Subscription Explain(const Dtab&, const Path&, ExplainDetail,
                       std::function<void(absl::StatusOr<std::string>)>) override {
    return Subscription();
  }

  std::vector<std::string> asked;
  std::shared_ptr<Source<State>> state = std::make_shared<Source<State>>(State::Ok({BoundTree::Neg(), {}}));
};

struct Waiter : RouteWaiter {
  void OnRouteChanged() override { ++told; }
  int told = 0;
};

struct Fixture {
  // A name that somebody waits for.
  Route* Ask(int i, Waiter& waiter) {
    const auto route = table.Add(absl::StrCat("k", i), *Path::Parse(absl::StrCat("/svc/n", i)), Dtab());
    REQUIRE(route.ok());
    REQUIRE(table.Wait(**route, waiter).ok());
    return *route;
  }
  // All that there is to do, on both sides.
  void Settle() {
    for (int i = 0; i < 20; ++i) {
      control.RunReady();
      loop.RunReady();
    }
  }

  FakeClock clock;
  MetricsTree metrics;
  Loop control{clock};
  Loop loop{clock};
  CountingInterpreter interpreter;
  RouteConfig config;
  ByPrefix<ClientConfig> clients;
  ByPrefix<ServiceConfig> services;
  Scope scope = metrics.root().Child("rt");
  Binder binder{interpreter, control, config, scope};
  RouteTable table{loop, binder, config, clients, services, scope, 1};
};

TEST_CASE("a worker has so many names on their way at once, first come, first served") {
  Fixture f;
  std::vector<Waiter> waiters(200);
  for (int i = 0; i < 200; ++i) f.Ask(i, waiters[i]);
  f.control.RunReady();
  CHECK(f.interpreter.asked.size() == 64);
  f.loop.RunReady();
  f.control.RunReady();
  CHECK(f.interpreter.asked.size() == 128);
  f.Settle();
  REQUIRE(f.interpreter.asked.size() == 200);
  for (int i = 0; i < 200; ++i) {
    CHECK(f.interpreter.asked[i] == absl::StrCat("/svc/n", i));
    CHECK(waiters[i].told == 1);
  }
}

TEST_CASE("a name is not looked up if who asked for it has gone before its turn") {
  Fixture f;
  Waiter steady;
  Waiter fickle;
  for (int i = 0; i < 64; ++i) f.Ask(i, steady);
  Route* gone = f.Ask(64, fickle);
  f.table.StopWaiting(*gone, fickle);
  Route* back = f.Ask(65, fickle);
  f.table.StopWaiting(*back, fickle);
  f.Ask(66, steady);
  REQUIRE(f.table.Wait(*back, steady).ok());
  f.Settle();
  REQUIRE(f.interpreter.asked.size() == 66);
  CHECK(f.interpreter.asked[64] == "/svc/n66");
  CHECK(f.interpreter.asked[65] == "/svc/n65");
  CHECK(fickle.told == 0);
  CHECK(steady.told == 66);
}

TEST_CASE("requesters that ask and go leave no more behind than there may be") {
  Fixture f;
  f.config.max_waiting = 100;
  Waiter waiter;
  for (int i = 0; i < 5000; ++i) f.table.StopWaiting(*f.Ask(i, waiter), waiter);
  CHECK(f.table.size() == 100);
  f.control.RunReady();
  CHECK(f.interpreter.asked.size() == 64);
  f.Settle();
  CHECK(f.interpreter.asked.size() == 64);
}

TEST_CASE("a name asked for again while it is on its way is looked up once") {
  Fixture f;
  Waiter waiter;
  Route* route = f.Ask(1, waiter);
  f.table.StopWaiting(*route, waiter);
  CHECK(f.table.Find("k1") == route);
  REQUIRE(f.table.Wait(*route, waiter).ok());
  f.Settle();
  CHECK(f.interpreter.asked.size() == 1);
  CHECK(waiter.told == 1);
}

TEST_CASE("evicted on its way: the answer is dropped, the binding let go") {
  Fixture f;
  f.config.max_waiting = 1;
  Waiter waiter;
  f.table.StopWaiting(*f.Ask(1, waiter), waiter);
  f.Ask(2, waiter);
  CHECK(f.table.Find("k1") == nullptr);
  f.Settle();
  CHECK(waiter.told == 1);
  f.config.max_unknowns = 0;
  f.clock.Advance(Millis(1000));
  f.table.Sweep(f.clock.Now());
  f.Settle();
  CHECK_FALSE(f.interpreter.state->has_subscribers());
}

TEST_CASE("names with a request's own rules take each other's place, and nobody else's") {
  Fixture f;
  Waiter waiter;
  for (int i = 0; i < 10; ++i) f.Ask(i, waiter);
  f.Settle();
  const Dtab rules = *Dtab::Parse("/svc => /a");
  for (int i = 0; i < 1000; ++i) {
    const auto route = f.table.Add(absl::StrCat("own", i), Path{"svc", "web"}, rules);
    REQUIRE(f.table.Wait(**route, waiter).ok());
    f.Settle();
  }
  CHECK(f.table.size() == 210);
  for (int i = 0; i < 10; ++i) CHECK(f.table.Find(absl::StrCat("k", i)) != nullptr);
  f.clock.Advance(f.config.unknown_ttl + Millis(2000));
  f.table.Sweep(f.clock.Now());
  CHECK(f.table.size() == 0);
}

TEST_CASE("what every waiter may wait for is bounded") {
  Fixture f;
  f.config.max_waiting = 3;
  std::vector<Waiter> waiters(3);
  for (int i = 0; i < 3; ++i) f.Ask(i, waiters[i]);
  CHECK(f.table.Add("k4", *Path::Parse("/svc/n4"), Dtab()).status().code() ==
        absl::StatusCode::kResourceExhausted);
  Waiter another;
  CHECK(f.table.Wait(*f.table.Find("k1"), another).code() == absl::StatusCode::kResourceExhausted);
}

}  // namespace
}  // namespace heddle
