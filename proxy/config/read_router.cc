#include "proxy/config/read_router.h"

#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "proxy/config/identifier_config.h"
#include "proxy/config/read_path.h"

namespace heddle {

namespace {

constexpr uint16_t kHttpPort = 4140;

// Keys of Linkerd 1.x that are known and not served, and what to do about each.
struct LaterKey {
  const char* key;
  const char* reason;
};

constexpr LaterKey kLaterRouterKeys[] = {
    {"baseDtab", "was renamed in Linkerd 1.0: write 'dtab'"},
    {"timeoutMs",
     "was split in Linkerd 1.0 (service.totalTimeoutMs, client.requestAttemptTimeoutMs), and those are not "
     "supported yet"},
    {"originator", "not supported yet; it only sets a metric: remove it"},
    {"announcers", "not supported yet; remove it"},
    {"httpAccessLog", "not supported yet; remove it"},
    {"httpAccessLogRollPolicy", "not supported yet; remove it"},
    {"httpAccessLogAppend", "not supported yet; remove it"},
    {"httpAccessLogRotateCount", "not supported yet; remove it"},
    {"streamAfterContentLengthKB", "not supported yet: every body is streamed; remove it"},
    {"maxErrResponseKB", "not supported yet; remove it"},
    {"compressionLevel", "not supported yet: bodies are passed on as they come; remove it"},
    {"tracePropagator", "not supported yet: trace headers are passed on as they come; remove it"},
};

constexpr LaterKey kLaterServerKeys[] = {
    {"tls", "not supported yet; remove it"},
    {"socketOptions", "not supported yet; remove it"},
    {"maxConcurrentRequests", "not supported yet; remove it"},
    {"announce", "not supported yet; remove it"},
    {"timeoutMs", "not supported yet; remove it"},
    {"serverSession", "not supported yet; remove it"},
    {"clearContext", "not supported yet; remove it"},
    {"addForwardedHeader", "not supported yet; remove it"},
    {"timestampHeader", "not supported yet; remove it"},
    {"maxCallDepth", "not supported yet; remove it"},
};

constexpr LaterKey kLaterClientKeys[] = {
    {"configs", "not supported yet; remove it"},
    {"tls", "not supported yet; remove it"},
    {"hostConnectionPool", "not supported yet; remove it"},
    {"failFast", "not supported yet; remove it"},
    {"failureAccrual", "not supported yet; remove it"},
    {"requestAttemptTimeoutMs", "not supported yet; remove it"},
    {"requeueBudget", "not supported yet; remove it"},
    {"socketOptions", "not supported yet; remove it"},
    {"forwardClientCert", "not supported yet; remove it"},
    {"requestAuthorizers", "not supported yet; remove it"},
};

constexpr LaterKey kLaterServiceKeys[] = {
    {"configs", "not supported yet; remove it"},
    {"totalTimeoutMs", "not supported yet; remove it"},
    {"retries", "not supported yet; remove it"},
    {"responseClassifier", "not supported yet; remove it"},
};

template <size_t n>
void RefuseLater(ObjectReader& reader, const LaterKey (&keys)[n]) {
  for (const LaterKey& later : keys) reader.Later(later.key, later.reason);
}

// The part that the client and the service object have in common.
void ReadScope(ObjectReader& reader) {
  const std::string kind = reader.Kind("io.l5d.global");
  if (kind == "io.l5d.static") {
    reader.AddError("kind", "io.l5d.static is not supported yet; io.l5d.global is");
  } else if (kind != "io.l5d.global") {
    reader.errors().AddUnknown(*reader.node().Find("kind"), "kind", kind, {"io.l5d.global"});
  }
}

void ReadService(const ConfigNode& node, ConfigErrors& errors) {
  ObjectReader reader(node, errors);
  ReadScope(reader);
  RefuseLater(reader, kLaterServiceKeys);
  reader.Finish();
}

void ReadLoadBalancer(const ConfigNode& node, ConfigErrors& errors) {
  ObjectReader reader(node, errors);
  std::string kind;
  reader.OptionalOneOf("kind", &kind, {"p2c"});
  reader.Later("maxEffort", "not supported yet; remove it");
  reader.Later("enableProbation", "not supported yet; remove it");
  reader.Finish();
}

void ReadClient(const ConfigNode& node, ConfigErrors& errors, EndpointConfig* config) {
  ObjectReader reader(node, errors);
  ReadScope(reader);
  if (const ConfigNode* balancer = reader.Node("loadBalancer")) ReadLoadBalancer(*balancer, errors);
  if (const ConfigNode* session = reader.Node("clientSession")) {
    ObjectReader session_reader(*session, errors);
    session_reader.OptionalMillis("idleTimeMs", &config->idle_timeout, 1);
    session_reader.Later("lifeTimeMs", "not supported yet; remove it");
    session_reader.Finish();
  }
  RefuseLater(reader, kLaterClientKeys);
  reader.Finish();
}

ServerConfig ReadServer(const ConfigNode& node, ConfigErrors& errors) {
  ServerConfig config;
  ObjectReader reader(node, errors);
  std::string ip = "127.0.0.1";
  uint16_t port = kHttpPort;
  reader.Optional("ip", &ip);
  reader.Optional("port", &port);
  const auto address = SocketAddress::Parse(ip, port);
  if (address.ok()) {
    config.address = *address;
  } else {
    reader.AddError(
        "ip", absl::StrCat("'", ip, "' is no IP address; give one such as 127.0.0.1, 0.0.0.0 or \"::1\""));
  }
  reader.Optional("label", &config.label);
  RefuseLater(reader, kLaterServerKeys);
  reader.Finish();
  return config;
}

// False for a protocol that is known and not served: its keys are not those of http.
bool ReadProtocol(ObjectReader& reader) {
  std::string protocol;
  if (!reader.Required("protocol", &protocol) || protocol == "http") return true;
  if (protocol == "h2" || protocol == "thrift" || protocol == "thriftmux" || protocol == "mux") {
    reader.AddError("protocol", absl::StrCat(protocol, " is not supported yet; http is"));
    return false;
  }
  reader.errors().AddUnknown(*reader.node().Find("protocol"), "protocol", protocol, {"http"});
  return true;
}

void ReadBindingCache(const ConfigNode& node, ConfigErrors& errors, RouteConfig* config) {
  constexpr size_t kMostEntries = 10'000'000;
  ObjectReader reader(node, errors);
  reader.Optional("paths", &config->max_routes, 1, kMostEntries);
  reader.Optional("trees", &config->max_trees, 1, kMostEntries);
  reader.Optional("bounds", &config->max_bounds, 1, kMostEntries);
  reader.Optional("clients", &config->max_clients, 1, kMostEntries);
  reader.OptionalSeconds("idleTtlSecs", &config->idle_ttl, 1);
  reader.Optional("unknowns", &config->max_unknowns, 1, kMostEntries);
  reader.OptionalSeconds("unknownTtlSecs", &config->unknown_ttl, 1);
  reader.Finish();
}

void ReadLimits(ObjectReader& reader, ServerLimits* limits) {
  // A head has to fit into the worker's read buffer.
  constexpr uint32_t kMaxKb = 1024;
  uint32_t kb = 0;
  if (reader.Optional("maxHeadersKB", &kb, 1, kMaxKb)) limits->max_head_bytes = kb << 10;
  if (reader.Optional("maxInitialLineKB", &kb, 1, kMaxKb)) limits->max_initial_line_bytes = kb << 10;
}

void ReadStreaming(ObjectReader& reader) {
  bool streaming = true;
  if (reader.Optional("streamingEnabled", &streaming) && !streaming) {
    reader.AddError("streamingEnabled", "false is not supported: every body is streamed; remove it");
  }
}

}  // namespace

void ReadRouter(const ConfigNode& node, ConfigErrors& errors, RouterEntry* entry) {
  ObjectReader reader(node, errors);
  if (!ReadProtocol(reader)) {
    entry->router.label.clear();
    entry->router.servers.clear();
    return;
  }
  RouterConfig& router = entry->router;
  reader.Optional("label", &router.label);
  ReadPath(reader, "dstPrefix", &router.dst_prefix);
  ReadDtab(reader, "dtab", &entry->dtab);
  router.servers.clear();
  for (const ConfigNode* server : reader.List("servers"))
    router.servers.push_back(ReadServer(*server, errors));
  if (const ConfigNode* identifier = reader.Node("identifier")) {
    router.identifiers.clear();
    ReadIdentifierConfigs(*identifier, errors, &router.identifiers);
  }
  if (const ConfigNode* interpreter = reader.Node("interpreter")) {
    ReadInterpreterConfig(*interpreter, errors, &entry->interpreter);
  }
  reader.OptionalMillis("bindingTimeoutMs", &router.route.binding_timeout);
  if (const ConfigNode* cache = reader.Node("bindingCache")) ReadBindingCache(*cache, errors, &router.route);
  if (const ConfigNode* client = reader.Node("client")) ReadClient(*client, errors, &router.endpoint);
  if (const ConfigNode* service = reader.Node("service")) ReadService(*service, errors);
  ReadLimits(reader, &router.limits);
  ReadStreaming(reader);
  RefuseLater(reader, kLaterRouterKeys);
  reader.Finish();
}

}  // namespace heddle
