// The proxy's configuration file: Linkerd 1.x's format.
#ifndef HEDDLE_PROXY_CONFIG_PROXY_CONFIG_H_
#define HEDDLE_PROXY_CONFIG_PROXY_CONFIG_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/admin/admin_config.h"
#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "lib/namers/kinds.h"
#include "proxy/config/read_router.h"

namespace heddle {

//   routers:     at least one
//   namers:      for the default interpreter; kinds: lib/namers
//   dns:         {servers: [127.0.0.1:8600], timeoutMs: 2000}: how host names are resolved (lib/namers);
//                by default as /etc/resolv.conf has it
//   admin:       {ip: 127.0.0.1, port: 9990, shutdownGraceMs: 10000}
//   telemetry:   [{kind: io.l5d.prometheus}]
//   workers:     worker threads; the number of processors unless given (not a key of Linkerd's)
//   usage:       accepted and means nothing: no usage is reported
struct ProxyConfig {
  std::vector<RouterEntry> routers;
  NamerConfigs namers;
  AdminConfig admin = AdminConfig::OnPort(9990);
  TelemetryConfig telemetry;
  size_t workers = 0;  // 0: as many as there are processors
  // What is accepted and does less than in Linkerd, with its place: for the person who starts the proxy.
  std::vector<std::string> Notes() const;
};

// Fills `config` from the document's root; every mistake goes to `errors`.
void ReadProxyConfig(const ConfigNode& root, ConfigErrors& errors, ProxyConfig* config);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_PROXY_CONFIG_H_
