// The `admin` and `telemetry` keys of both daemons' configuration files.
#ifndef HEDDLE_LIB_ADMIN_ADMIN_CONFIG_H_
#define HEDDLE_LIB_ADMIN_ADMIN_CONFIG_H_

#include <optional>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/base/socket_address.h"
#include "lib/config/errors.h"
#include "lib/config/node.h"

namespace heddle {

// admin:
//   ip: 127.0.0.1           an address, no name
//   port: 9990              0 takes a free one
//   shutdownGraceMs: 10000  how long a graceful stop waits for requests that are under way
struct AdminConfig {
  SocketAddress address;
  Millis shutdown_grace{std::chrono::seconds(10)};

  // The defaults, on the loopback address. 9990 for the proxy, 9991 for namerd.
  static AdminConfig OnPort(uint16_t port);
  // Fills `config` from the value of `admin`; mistakes go to `errors`.
  static void Read(const ConfigNode& node, ConfigErrors& errors, AdminConfig* config);
};

// An entry of `telemetry` of kind io.l5d.prometheus:
//   path: /admin/metrics/prometheus   where on the admin server
//   prefix: ""                        before each metric's name
struct PrometheusConfig {
  std::string path = "/admin/metrics/prometheus";
  std::string prefix;
};

struct TelemetryConfig {
  std::vector<PrometheusConfig> prometheus;

  // Fills `config` from the elements of the list `telemetry`.
  static void Read(const std::vector<const ConfigNode*>& list, ConfigErrors& errors, TelemetryConfig* config);
};

}  // namespace heddle

#endif  // HEDDLE_LIB_ADMIN_ADMIN_CONFIG_H_
