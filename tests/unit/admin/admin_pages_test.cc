#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "lib/admin/common_pages.h"
#include "tests/support/response_recorder.h"

namespace heddle {
namespace {

struct Fixture {
  FakeClock clock;
  Loop loop{clock};
  MetricsTree tree;
  AdminServer server{loop, "Heddle test"};
  Readiness readiness;
  int shutdowns = 0;
  CommonAdmin common{server, tree, loop, Pages()};

  CommonPages Pages() {
    CommonPages pages;
    pages.program = "proxy";
    pages.version = "1.2.3";
    pages.telemetry.prometheus = {{"/admin/metrics/prometheus", ""}, {"/metrics", "x_"}};
    pages.readiness = [this] { return readiness; };
    pages.shut_down = [this] { ++shutdowns; };
    return pages;
  }

  HttpResponse Ask(std::string target, std::string method = "GET") {
    HttpRequest request;
    request.method = std::move(method);
    request.target = std::move(target);
    const auto writer = std::make_shared<ResponseRecorder>();
    server.Handle(request, writer);
    return writer->answer;
  }
};

TEST_CASE("ping answers pong, without a newline") {
  Fixture f;
  const HttpResponse answer = f.Ask("/admin/ping");
  CHECK(answer.status == 200);
  CHECK(answer.body == "pong");
}

TEST_CASE("Ready says what it waits for") {
  Fixture f;
  f.readiness.not_ready_because = {"router 'http': no namerd", "router 'other': no namerd"};
  CHECK(f.Ask("/admin/ready").status == 503);
  CHECK(f.Ask("/admin/ready").body == "not ready\nrouter 'http': no namerd\nrouter 'other': no namerd\n");
  CHECK(f.Ask("/admin/ping").status == 200);
  f.readiness = {{}, {"namerd is away"}};
  CHECK(f.Ask("/admin/ready").status == 200);
  CHECK(f.Ask("/admin/ready").body == "ready\nnamerd is away\n");
}

TEST_CASE("Metrics in both forms") {
  Fixture f;
  MetricSet set(f.tree.root().Child("rt").Child("http"));
  set.AddCounter({"n"}).Increment(3);
  CHECK(f.Ask("/admin/metrics.json?q=rt/http").body == "{\"n\":3}");
  CHECK(f.Ask("/admin/metrics.json?q=rt&tree=1").body == "{\"http\":{\"n\":{\"counter\":3}}}");
  CHECK(f.Ask("/admin/metrics.json?q=rt&tree=false&pretty=1").body == "{\n  \"http/n\": 3\n}");
  CHECK(*FindHeader(f.Ask("/admin/metrics.json").headers, "content-type") == "application/json");
  CHECK(absl::StrContains(f.Ask("/admin/metrics.json").body, "\"jvm/uptime\":"));
  CHECK(f.Ask("/admin/metrics.json?q=nope").status == 404);
  CHECK(f.Ask("/admin/metrics.json?q=nope").body == "{\"error\": \"No such subtree: nope\"}");
  const HttpResponse prometheus = f.Ask("/admin/metrics/prometheus");
  CHECK(prometheus.status == 200);
  CHECK(*FindHeader(prometheus.headers, "content-type") == "text/plain");
  CHECK(absl::StrContains(prometheus.body, "\nrt:n{rt=\"http\"} 3\n"));
  CHECK(absl::StrContains(f.Ask("/metrics").body, "\nx_rt:n{rt=\"http\"} 3\n"));
}

TEST_CASE("Only a POST shuts down") {
  Fixture f;
  const HttpResponse refused = f.Ask("/admin/shutdown");
  CHECK(refused.status == 405);
  CHECK(*FindHeader(refused.headers, "allow") == "POST");
  CHECK(f.shutdowns == 0);
  CHECK(f.Ask("/admin/shutdown", "POST").status == 200);
  CHECK(f.shutdowns == 1);
}

TEST_CASE("HEAD comes with GET, other methods do not") {
  Fixture f;
  CHECK(f.Ask("/admin/ping", "HEAD").status == 200);
  CHECK(f.Ask("/admin/ping", "DELETE").status == 405);
}

TEST_CASE("The index lists every page, the lines of the text form sorted") {
  Fixture f;
  f.server.Mount({"/a<b>", "x & y", {"GET"}, {}});
  const HttpResponse text = f.Ask("/admin");
  CHECK(text.body ==
        "/\n/a<b>\n/admin\n/admin/index.txt\n/admin/metrics.json\n/admin/metrics/prometheus\n/admin/ping\n"
        "/admin/ready\n/admin/server_info\n/admin/shutdown\n/metrics\n");
  CHECK(f.Ask("/admin/index.txt").body == text.body);
  const HttpResponse html = f.Ask("/");
  CHECK(absl::StartsWith(*FindHeader(html.headers, "content-type"), "text/html"));
  CHECK(absl::StrContains(html.body, "<a href=\"/admin/ping\">"));
  CHECK(absl::StrContains(html.body, "/a&lt;b&gt;"));
  CHECK(absl::StrContains(html.body, "x &amp; y"));
  CHECK_FALSE(absl::StrContains(html.body, "<a href=\"/admin/shutdown\">"));
}

TEST_CASE("A page may serve all that is below it; others are not found") {
  Fixture f;
  f.server.Mount(
      {"/dtab/*", "", {"GET"}, [](const HttpRequest& request, const std::shared_ptr<ResponseWriter>& writer) {
         writer->SendText(200, std::string(request.RawPath()));
       }});
  CHECK(f.Ask("/dtab/a/b?x=1").body == "/dtab/a/b");
  CHECK(f.Ask("/dtab").status == 404);
  CHECK(f.Ask("/foo").status == 404);
  CHECK(f.Ask("nonsense").status == 404);
  CHECK(f.Ask("/admin/ping/x").status == 404);
}

TEST_CASE("Server info tells who answers") {
  Fixture f;
  f.clock.Advance(std::chrono::milliseconds(1500));
  const std::string body = f.Ask("/admin/server_info").body;
  CHECK(absl::StartsWith(body, "{\"name\":\"proxy\",\"version\":\"1.2.3\",\"pid\":"));
  CHECK(absl::StrContains(body, "\"uptime_ms\":1500}"));
}

}  // namespace
}  // namespace heddle
