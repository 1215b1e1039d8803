#include "lib/admin/admin_config.h"

#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "lib/config/read_address.h"

namespace heddle {

namespace {

void ReadPrometheus(ObjectReader& reader, PrometheusConfig* config) {
  if (reader.Optional("path", &config->path) && !absl::StartsWith(config->path, "/")) {
    reader.AddError("path", "a path on the admin server begins with '/', such as /admin/metrics/prometheus");
  }
  reader.Optional("prefix", &config->prefix);
}

}  // namespace

AdminConfig AdminConfig::OnPort(uint16_t port) {
  AdminConfig config;
  config.address = SocketAddress::Parse("127.0.0.1", port).value();
  return config;
}

void AdminConfig::Read(const ConfigNode& node, ConfigErrors& errors, AdminConfig* config) {
  ObjectReader reader(node, errors);
  ReadAddress(reader, &config->address);
  reader.OptionalMillis("shutdownGraceMs", &config->shutdown_grace);
  // Linkerd's admin server has threads of its own; here it shares the control loop.
  reader.Ignore("workerThreads");
  reader.Later("socketOptions", "not supported yet; remove it");
  reader.Later("security", "not supported yet; let a firewall or `ip` say who reaches the admin server");
  reader.Later("tls", "not supported yet; bind the admin server to 127.0.0.1");
  reader.Later("httpIdentifierPort", "not supported yet; /delegator.json explains names");
  reader.Finish();
}

void TelemetryConfig::Read(const std::vector<const ConfigNode*>& list, ConfigErrors& errors,
                           TelemetryConfig* config) {
  std::set<std::string> paths;
  for (const ConfigNode* node : list) {
    ObjectReader reader(*node, errors);
    const std::string kind = reader.Kind();
    if (kind == "io.l5d.prometheus") {
      PrometheusConfig prometheus;
      ReadPrometheus(reader, &prometheus);
      if (!paths.insert(prometheus.path).second) {
        reader.AddError("path",
                        absl::StrCat(prometheus.path, " is taken by another telemeter; give each its own"));
      }
      config->prometheus.push_back(std::move(prometheus));
      reader.Finish();
    } else if (kind == "io.l5d.influxdb" || kind == "io.l5d.statsd" || kind == "io.l5d.tracelog" ||
               kind == "io.l5d.recentRequests" || kind == "io.l5d.zipkin") {
      reader.AddError("kind", absl::StrCat(kind, " is not supported yet; io.l5d.prometheus is"));
    } else if (kind == "io.l5d.commonMetrics") {
      reader.AddError("kind", "io.l5d.commonMetrics is always on as /admin/metrics.json; remove it");
    } else if (!kind.empty()) {
      errors.AddUnknown(*node->Find("kind"), "kind", kind, {"io.l5d.prometheus"});
    }
  }
}

}  // namespace heddle
