#include "k8s/helloworld/app.h"

#include <catch2/catch.hpp>
#include <memory>
#include <optional>
#include <string>

#include "lib/session/http_client.h"
#include "lib/session/http_server.h"

namespace heddle {
namespace {

HelloOptions World(const std::string& text) {
  HelloOptions options;
  options.listen = *SocketAddress::Parse("127.0.0.1", 0);
  options.text = text;
  return options;
}

struct Fixture {
  std::unique_ptr<HelloApp> Start(const HelloOptions& options) {
    auto app = std::make_unique<HelloApp>(loop, options, Random(1));
    REQUIRE(app->Listen().ok());
    return app;
  }
  void Until(const std::function<bool()>& done) {
    while (!done()) loop.RunOnce(std::chrono::seconds(10));
  }
  HttpResponse Ask(const SocketAddress& server, HttpRequest request = {"GET", "/", {}, "", {}}) {
    std::optional<absl::StatusOr<HttpResponse>> result;
    auto call = client.Fetch({server, Millis(0)}, std::move(request),
                             [&](absl::StatusOr<HttpResponse> r) { result = std::move(r); });
    Until([&] { return result.has_value(); });
    REQUIRE(result->ok());
    return **std::move(result);
  }

  FakeClock clock;
  Loop loop{clock};
  HttpClient client{loop};
};

TEST_CASE("world says its word, hello asks world", "[helloworld]") {
  Fixture f;
  const auto world = f.Start(World("world"));
  HelloOptions options = World("Hello");
  options.target = world->address().ToString();
  options.ip = "10.0.0.7";
  const auto hello = f.Start(options);
  const std::string said = "world (" + world->address().ToString() + ")!!";
  REQUIRE(f.Ask(world->address()).body == said);
  REQUIRE(f.Ask(hello->address()).body ==
          "Hello (10.0.0.7:" + std::to_string(hello->address().port()) + ") " + said);
}

TEST_CASE("the target is asked through the proxy, with the context", "[helloworld]") {
  Fixture f;
  HttpRequest seen;
  HttpServer proxy(f.loop, [&](const HttpRequest& request, std::shared_ptr<ResponseWriter> writer) {
    seen = request;
    writer->SendText(200, "earth!!");
  });
  REQUIRE(proxy.Listen(*SocketAddress::Parse("127.0.0.1", 0)).ok());
  HelloOptions options = World("Hello");
  options.target = "world";
  options.proxy = "http://" + proxy.address().ToString();
  options.json = true;
  const auto hello = f.Start(options);
  const HttpResponse response = f.Ask(
      hello->address(),
      {"GET", "/", {{"L5d-Ctx-Dtab", "/a => /b"}, {"l5d-ctx-x", "y"}, {"l5d-dst-service", "z"}}, "", {}});
  REQUIRE_THAT(response.body,
               Catch::StartsWith("{\"api_result\":\"Hello (127.0.0.1:") && Catch::EndsWith(") earth!!\"}"));
  REQUIRE(*FindHeader(seen.headers, "host") == "world");
  REQUIRE(*FindHeader(seen.headers, "l5d-ctx-dtab") == "/a => /b");
  REQUIRE(*FindHeader(seen.headers, "l5d-ctx-x") == "y");
  REQUIRE(FindHeader(seen.headers, "l5d-dst-service") == nullptr);
}

TEST_CASE("a target that fails or is not there is a 503 that says so", "[helloworld]") {
  Fixture f;
  HelloOptions failing = World("world");
  failing.failure_rate = 1;
  const auto world = f.Start(failing);
  REQUIRE(f.Ask(world->address()).status == 500);
  HelloOptions options = World("Hello");
  options.target = world->address().ToString();
  const auto hello = f.Start(options);
  const HttpResponse response = f.Ask(hello->address());
  REQUIRE(response.status == 503);
  REQUIRE_THAT(response.body, Catch::Contains("answered 500"));
  options.target = "127.0.0.1:1";
  REQUIRE_THAT(f.Ask(f.Start(options)->address()).body, Catch::Contains("connect to 127.0.0.1:1"));
}

TEST_CASE("latency and failures can be set while it runs", "[helloworld]") {
  Fixture f;
  const auto world = f.Start(World("world"));
  const auto post = [&](const std::string& target) {
    return f.Ask(world->address(), {"POST", target, {}, "", {}});
  };
  REQUIRE(post("/setLatency?latency=50ms").status == 200);
  std::optional<int> status;
  auto call = f.client.Fetch({world->address(), Millis(0)}, {"GET", "/", {}, "", {}},
                             [&](absl::StatusOr<HttpResponse> r) { status = r->status; });
  for (int i = 0; i < 10; ++i) f.loop.RunOnce(Millis(1));
  REQUIRE_FALSE(status.has_value());
  f.clock.Advance(Millis(50));
  f.Until([&] { return status.has_value(); });
  REQUIRE(post("/setLatency?latency=0").status == 200);
  REQUIRE(post("/setFailureRate?failureRate=1").status == 200);
  REQUIRE(f.Ask(world->address()).status == 500);
  REQUIRE(post("/setLatency?latency=soon").status == 400);
  REQUIRE(post("/setFailureRate?failureRate=2").status == 400);
  REQUIRE(f.Ask(world->address(), {"GET", "/setLatency?latency=1s", {}, "", {}}).status == 405);
}

TEST_CASE("latencies", "[helloworld]") {
  REQUIRE(*ParseLatency("10ms") == Millis(10));
  REQUIRE(*ParseLatency("1.5s") == Millis(1500));
  REQUIRE(*ParseLatency("0") == Millis(0));
  for (const char* bad : {"", "10", "-1s", "1h", "inf", "soon"}) {
    CAPTURE(bad);
    REQUIRE_FALSE(ParseLatency(bad).ok());
  }
}

}  // namespace
}  // namespace heddle
