// The API behind the real server, asked by the real client over loopback.
#include <catch2/catch.hpp>

#include "lib/naming/local_interpreter.h"
#include "lib/session/http_client.h"
#include "lib/session/http_server.h"
#include "namerd/http_api/http_api.h"
#include "namerd/store/memory_store.h"

namespace heddle::namerd {
namespace {

struct OverHttp {
  OverHttp() {
    REQUIRE(server.Listen(*SocketAddress::Parse("127.0.0.1", 0)).ok());
    options.server = server.address();
  }

  void RunUntil(const std::function<bool()>& ready) {
    for (int i = 0; i < 600 && !ready(); ++i) loop.RunOnce(Millis(100));
    REQUIRE(ready());
  }
  HttpResponse Ask(const std::string& method, const std::string& target, const std::string& body = "") {
    std::optional<absl::StatusOr<HttpResponse>> answer;
    const auto call =
        client.Fetch(options, {method, target, {{"Content-Type", "application/dtab"}}, body, {}},
                     [&](absl::StatusOr<HttpResponse> r) { answer = std::move(r); });
    RunUntil([&] { return answer.has_value(); });
    INFO(answer->status());
    REQUIRE(answer->ok());
    return **answer;
  }

  Loop loop;
  std::unique_ptr<Store> store = MakeMemoryStore(loop);
  Namespaces namespaces{*store, {}};
  NamesInUse in_use;
  Fleet fleet{loop};
  TrafficBook traffic{loop};
  Shifts shifts{loop, namespaces, fleet, traffic, "namerd-1"};
  std::unique_ptr<HttpApi> api = std::make_unique<HttpApi>(loop, namespaces, in_use, fleet, traffic, shifts);
  HttpServer server{loop, [this](const HttpRequest& request, std::shared_ptr<ResponseWriter> writer) {
                      api->Handle(request, std::move(writer));
                    }};
  HttpClient client{loop};
  HttpClient::Options options;
};

TEST_CASE("Over HTTP: a dtab is written, read, and asked for by HEAD") {
  OverHttp http;
  CHECK(http.Ask("PUT", "/api/1/dtabs/a/b%20c", "/a => /b").status == 204);
  const HttpResponse got = http.Ask("GET", "/api/1/dtabs/a/b%20c");
  CHECK(got.status == 200);
  CHECK(got.body == "[{\"prefix\":\"/a\",\"dst\":\"/b\"}]\n");
  const HttpResponse head = http.Ask("HEAD", "/api/1/dtabs/a/b%20c");
  CHECK(head.status == 200);
  CHECK(head.body.empty());
  CHECK(*FindHeader(head.headers, "Content-Length") == std::to_string(got.body.size()));
  CHECK(*FindHeader(head.headers, "ETag") == "AAAAAAAAAAE=");
  CHECK(http.Ask("GET", "/api/1/dtabs/a/b%20c/history").status == 200);
  CHECK(
      http.Ask("GET", "/api/1/delegate/a/b%20c?path=/a").body ==
      R"({"type":"delegate","path":"/a","delegate":{"type":"neg","path":"/b","dentry":{"prefix":"/a","dst":"/b"}}})");
}

TEST_CASE("Over HTTP: a write that waits ends when its client goes") {
  OverHttp http;
  const auto proxy = http.fleet.Join({.id = "p", .node = "", .version = "", .peer = ""});
  proxy->Follows("web");
  auto waiting = http.client.Fetch(
      http.options,
      {"PUT", "/api/1/dtabs/web?wait=10m", {{"Content-Type", "application/dtab"}}, "/a => /b", {}},
      [](const absl::StatusOr<HttpResponse>&) {});
  http.RunUntil([&] { return http.api->open() == 1; });
  waiting.reset();
  http.RunUntil([&] { return http.api->open() == 0; });
  CHECK(http.Ask("GET", "/api/1/dtabs").body == "[\"web\"]\n");
}

TEST_CASE("Over HTTP: a watch is a stream of lines that ends with namerd, or with its reader") {
  OverHttp http;
  std::string seen, other;
  bool ended = false;
  absl::Status end;
  const auto call = http.client.Stream(
      http.options, {"GET", "/api/1/dtabs?watch=true", {}, "", {}},
      [](const HttpResponse& head) {
        CHECK(*FindHeader(head.headers, "Content-Type") == "application/json");
      },
      [&](absl::string_view data) { seen.append(data.data(), data.size()); },
      [&](absl::Status status) {
        ended = true;
        end = std::move(status);
      });
  auto leaving = http.client.Stream(
      http.options, {"GET", "/api/1/dtabs?watch=true", {}, "", {}}, [](const HttpResponse&) {},
      [&](absl::string_view data) { other.append(data.data(), data.size()); }, [](const absl::Status&) {});
  http.RunUntil([&] { return seen == "[]\n" && other == "[]\n"; });
  CHECK(http.api->open() == 2);
  leaving.reset();
  http.RunUntil([&] { return http.api->open() == 1; });

  CHECK(http.Ask("POST", "/api/1/dtabs/web", "/a => /b").status == 204);
  http.RunUntil([&] { return seen == "[]\n[\"web\"]\n"; });
  http.api.reset();
  http.RunUntil([&] { return ended; });
  CHECK(end.ok());
}

}  // namespace
}  // namespace heddle::namerd
