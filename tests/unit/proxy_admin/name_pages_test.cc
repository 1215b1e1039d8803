#include "proxy/admin/name_pages.h"

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>

#include "proxy/route/route_table.h"
#include "tests/support/response_recorder.h"

namespace heddle {
namespace {

using State = Activity<Binding>;

class FakeInterpreter : public Interpreter {
 public:
  std::shared_ptr<Watch<State>> Bind(const Dtab&, const Path& path) override { return names.at(path.Show()); }
  Subscription Explain(const Dtab&, const Path&, ExplainDetail,
                       std::function<void(absl::StatusOr<std::string>)>) override {
    return Subscription();
  }
  std::map<std::string, std::shared_ptr<Source<State>>> names;
};

struct Waiter : RouteWaiter {
  void OnRouteChanged() override {}
};

BoundTree Leaf(const char* id, Addr addr, const char* residual = "/") {
  return BoundTree::Leaf({*Path::Parse(id), Constant(std::move(addr)), *Path::Parse(residual)});
}

struct Fixture {
  Fixture() {
    const Addr one = Addr::Bound({{*SocketAddress::Parse("127.0.0.1", 80), 1, {}}});
    Set("/svc/web",
        State::Ok({BoundTree::Union({{1, Leaf("/#/a", one, "/x")},
                                     {3, Leaf("/#/b", Addr::Absent())},
                                     {3, Leaf("/$/io.buoyant.http.status/503", Addr::Bound({}))}}),
                   {1, 7}}));
    Set("/svc/gone", State::Ok({BoundTree::Neg(), {}}));
    Set("/svc/slow", State::Pending());
    Set("/svc/err", State::Failed(absl::UnavailableError("away")));
    Set("/svc/stale",
        State::Failed(absl::UnavailableError("away"), Binding{Leaf("/#/c", Addr::Pending()), {}}));
    for (int i = 0; i < 4; ++i) {
      control.RunReady();
      loop.RunReady();
    }
    clock.Advance(Millis(5));
    control.RunReady();
    MountNamePages(server, {{"http", &binder}}, namers);
  }
  void Set(const std::string& name, State state) {
    interpreter.names[name] = std::make_shared<Source<State>>(std::move(state));
    Route* route = *table.Add(name, *Path::Parse(name), Dtab());
    REQUIRE(table.Wait(*route, waiter).ok());
  }
  nlohmann::json Get(const std::string& target) {
    HttpRequest request;
    request.method = "GET";
    request.target = target;
    const auto writer = std::make_shared<ResponseRecorder>();
    server.Handle(request, writer);
    return nlohmann::json::parse(writer->answer.body);
  }

  FakeClock clock;
  MetricsTree metrics;
  Loop control{clock};
  Loop loop{clock};
  FakeInterpreter interpreter;
  RouteConfig config;
  ByPrefix<ClientConfig> clients;
  ByPrefix<ServiceConfig> services;
  Scope scope = metrics.root().Child("rt");
  Binder binder{interpreter, control, config, scope};
  Waiter waiter;
  RouteTable table{loop, binder, config, clients, services, scope, 1};
  std::vector<PrefixedNamer> namers;
  AdminServer server{control, "test"};
};

TEST_CASE("each name, where it leads now, and what is known of it") {
  Fixture f;
  const auto names = f.Get("/name_state.json").at("http");
  REQUIRE(names.size() == 5);
  CHECK(f.Get("/name_state.json?router=other").empty());
  const auto one = [&](const std::string& name) {
    const auto found = f.Get("/name_state.json?router=http&name=" + name).at("http");
    REQUIRE(found.size() == 1);
    return found[0];
  };
  CHECK(one("/svc/web") == nlohmann::json::parse(R"({
    "name": "/svc/web", "state": "bound", "revision": 7, "workers": 1, "ageMs": 5,
    "targets": [{"client": "/#/a", "residual": "/x", "share": 0.25},
                {"client": "/#/b", "share": 0.0},
                {"client": "/$/io.buoyant.http.status/503", "status": 503, "share": 0.75}]})"));
  CHECK(one("/svc/gone").at("state") == "neg");
  CHECK(one("/svc/slow").at("state") == "pending");
  CHECK(one("/svc/err").at("state") == "failed");
  CHECK(one("/svc/err").at("error") == "away");
  CHECK(one("/svc/stale").at("state") == "bound");
  CHECK(one("/svc/stale").at("error") == "away");
}

TEST_CASE("clients and their endpoints, as Linkerd shows them") {
  Fixture f;
  const auto clients = f.Get("/client_state.json");
  CHECK(clients.at("/#/a") == nlohmann::json::parse(R"({"state": "bound", "addresses": ["127.0.0.1:80"]})"));
  CHECK(clients.at("/#/b").at("state") == "Neg");
  CHECK(clients.at("/#/c").at("state") == "Pending");
}

class ListingNamer : public Namer {
 public:
  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path&) override { return nullptr; }
  std::shared_ptr<Watch<std::vector<Path>>> Enumerate() override {
    return Constant(std::vector<Path>{*Path::Parse("/#/fs/b"), *Path::Parse("/#/fs/a")});
  }
};

TEST_CASE("every client that a namer can list") {
  Fixture f;
  CHECK(f.Get("/bound-names.json").empty());
  f.namers.push_back({*Path::Parse("/#/fs"), std::make_shared<ListingNamer>()});
  CHECK(f.Get("/bound-names.json") == nlohmann::json::parse(R"(["/#/fs/a", "/#/fs/b"])"));
}

}  // namespace
}  // namespace heddle
