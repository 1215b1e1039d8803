#include "lib/admin/common_pages.h"

#include <unistd.h>

#include <memory>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/telemetry/metrics_json.h"
#include "lib/telemetry/prometheus.h"

namespace heddle {

namespace {
using Writer = std::shared_ptr<ResponseWriter>;
}  // namespace

CommonAdmin::CommonAdmin(AdminServer& server, MetricsTree& tree, Loop& loop, CommonPages pages)
    : pages_(std::move(pages)),
      clock_(loop.clock()),
      started_(clock_.Now()),
      view_(tree, loop),
      process_(tree.root(), clock_) {
  server.Mount(
      {"/admin/ping", "pong: the process lives", {"GET"}, [](const HttpRequest&, const Writer& writer) {
         writer->SendText(200, "pong");
       }});
  server.Mount({"/admin/ready",
                "200 when it can serve, else 503 and why not",
                {"GET"},
                [this](const HttpRequest&, const Writer& writer) { SendReady(*writer); }});
  server.Mount({"/admin/server_info",
                "program, version, process id, uptime",
                {"GET"},
                [this](const HttpRequest&, const Writer& writer) { SendServerInfo(*writer); }});
  server.Mount(
      {"/admin/shutdown", "stops gracefully", {"POST"}, [this](const HttpRequest&, const Writer& writer) {
         writer->SendText(200, "shutting down\n");
         pages_.shut_down();
       }});
  MountMetrics(server);
}

void CommonAdmin::MountMetrics(AdminServer& server) {
  server.Mount(
      {"/admin/metrics.json",
       "metrics; ?q=rt/http selects, ?tree=1 nests, ?pretty=1 indents",
       {"GET"},
       [this](const HttpRequest& request, const Writer& writer) { SendMetricsJson(request, *writer); }});
  for (const PrometheusConfig& config : pages_.telemetry.prometheus) {
    server.Mount({config.path,
                  "metrics in Prometheus' text format",
                  {"GET"},
                  [this, prefix = config.prefix](const HttpRequest&, const Writer& writer) {
                    process_.Update();
                    writer->SendText(200, FormatPrometheus(view_.Read(), prefix));
                  }});
  }
}

void CommonAdmin::SendReady(ResponseWriter& writer) const {
  const Readiness readiness = pages_.readiness();
  const bool ready = readiness.not_ready_because.empty();
  std::string body = ready ? "ready\n" : "not ready\n";
  for (const std::string& reason : readiness.not_ready_because) absl::StrAppend(&body, reason, "\n");
  for (const std::string& note : readiness.notes) absl::StrAppend(&body, note, "\n");
  writer.SendText(ready ? 200 : 503, std::move(body));
}

void CommonAdmin::SendMetricsJson(const HttpRequest& request, ResponseWriter& writer) {
  process_.Update();
  MetricsJsonOptions options;
  options.query = request.Query("q").value_or("");
  options.tree = QueryFlag(request, "tree");
  options.pretty = QueryFlag(request, "pretty");
  auto body = FormatMetricsJson(view_.Read(), options);
  if (body.ok()) {
    SendJson(writer, 200, *std::move(body));
  } else {
    SendJson(writer, 404, JsonError(body.status().message()));
  }
}

void CommonAdmin::SendServerInfo(ResponseWriter& writer) const {
  const auto uptime = std::chrono::duration_cast<Millis>(clock_.Now() - started_).count();
  SendJson(writer, 200,
           absl::StrCat("{\"name\":\"", pages_.program, "\",\"version\":\"", pages_.version,
                        "\",\"pid\":", getpid(), ",\"uptime_ms\":", uptime, "}\n"));
}

}  // namespace heddle
