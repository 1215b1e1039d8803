#include "proxy/config/read_router.h"

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "proxy/config/identifier_config.h"
#include "proxy/config/read_access_log.h"
#include "proxy/config/read_client.h"
#include "proxy/config/read_path.h"
#include "proxy/config/read_server.h"
#include "proxy/config/read_service.h"
#include "proxy/config/read_sticky_key.h"
#include "proxy/config/refused.h"

namespace heddle {

namespace {

constexpr RefusedKey kRefusedKeys[] = {
    {"announcers", "not supported yet; remove it, and register the proxy by other means"},
    {"baseDtab", "was renamed in Linkerd 1.0: write 'dtab'"},
    {"timeoutMs",
     "was split in Linkerd 1.0: write 'totalTimeoutMs' in 'service', or 'requestAttemptTimeoutMs' in "
     "'client'"},
    {"loggers", "was replaced in Linkerd 1.3, and what replaced it is not supported; remove it"},
    {"maxChunkKB", "was replaced in Linkerd 1.6: write 'streamAfterContentLengthKB'"},
    {"maxRequestKB", "was replaced in Linkerd 1.6: write 'streamAfterContentLengthKB'"},
    {"maxResponseKB", "was replaced in Linkerd 1.6: write 'streamAfterContentLengthKB'"},
};

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

void ReadLimits(ObjectReader& reader, RouterConfig* router) {
  // A head has to fit into the worker's read buffer.
  constexpr uint32_t kMaxHeadKb = 1024;
  constexpr uint32_t kMaxBodyKb = (2u << 20) - 1;
  uint32_t kb = 0;
  if (reader.Optional("maxHeadersKB", &kb, 1, kMaxHeadKb)) router->limits.max_head_bytes = kb << 10;
  if (reader.Optional("maxInitialLineKB", &kb, 1, kMaxHeadKb))
    router->limits.max_initial_line_bytes = kb << 10;
  if (reader.Optional("maxErrResponseKB", &kb, 0, kMaxBodyKb)) router->max_err_response_bytes = kb << 10;
  if (reader.Optional("streamAfterContentLengthKB", &kb, 0, kMaxBodyKb)) router->replay_bytes = kb << 10;
}

void ReadServers(ObjectReader& reader, RouterEntry* entry) {
  std::vector<ServerConfig>& servers = entry->router.servers;
  servers.clear();
  for (const ConfigNode* server : reader.List("servers"))
    servers.push_back(ReadServer(*server, reader.errors()));
  if (!servers.empty()) return;
  entry->notes.push_back(
      absl::StrCat(reader.node().Place(), ": ", reader.node().Path(),
                   ": without 'servers' it listens nowhere; servers: [{port: 4140}] does"));
}

// For a key that is accepted and does less than in Linkerd.
void AddNote(const ObjectReader& reader, absl::string_view key, absl::string_view note,
             std::vector<std::string>* notes) {
  const ConfigNode& value = *reader.node().Find(key);
  notes->push_back(absl::StrCat(value.Place(), ": ", value.Path(), ": ", note));
}

void ReadStreaming(ObjectReader& reader, std::vector<std::string>* notes) {
  bool streaming = true;
  if (!reader.Optional("streamingEnabled", &streaming) || streaming) return;
  const ConfigNode* after = reader.node().Find("streamAfterContentLengthKB");
  if (after != nullptr && !after->is_null()) {
    reader.AddError("streamingEnabled", "false contradicts streamAfterContentLengthKB; remove one of them");
  } else {
    AddNote(reader, "streamingEnabled",
            "every body is streamed, with false too; what may be sent again is said by "
            "streamAfterContentLengthKB",
            notes);
  }
}

void ReadCompression(ObjectReader& reader, std::vector<std::string>* notes) {
  int level = 0;
  if (!reader.Optional("compressionLevel", &level, -1, 9) || level == 0) return;
  AddNote(reader, "compressionLevel", "bodies pass as they come: compress them where they are made", notes);
}

void ReadTracePropagator(const ConfigNode& node, ConfigErrors& errors, TracePropagator* out) {
  ObjectReader reader(node, errors);
  const std::string kind = reader.Kind();
  if (kind == "io.l5d.zipkin") {
    *out = TracePropagator::kZipkin;
  } else if (!kind.empty() && kind != "io.l5d.default") {
    return errors.AddUnknown(*node.Find("kind"), "kind", kind, {"io.l5d.default", "io.l5d.zipkin"});
  }
  if (!kind.empty()) reader.Finish();
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
  ReadServers(reader, entry);
  if (const ConfigNode* identifier = reader.Node("identifier")) {
    router.identifiers.clear();
    ReadIdentifierConfigs(*identifier, errors, &router.identifiers);
  }
  if (const ConfigNode* interpreter = reader.Node("interpreter")) {
    ReadInterpreterConfig(*interpreter, errors, &entry->interpreter);
  }
  if (const ConfigNode* sticky = reader.Node("stickyKey")) router.sticky_key = ReadStickyKey(*sticky, errors);
  reader.OptionalMillis("bindingTimeoutMs", &router.route.binding_timeout);
  if (const ConfigNode* cache = reader.Node("bindingCache")) ReadBindingCache(*cache, errors, &router.route);
  if (const ConfigNode* client = reader.Node("client")) ReadClients(*client, errors, &router.clients);
  if (const ConfigNode* service = reader.Node("service")) ReadServices(*service, errors, &router.services);
  ReadLimits(reader, &router);
  ReadAccessLog(reader, &router.access_log);
  ReadStreaming(reader, &entry->notes);
  ReadCompression(reader, &entry->notes);
  if (const ConfigNode* propagator = reader.Node("tracePropagator")) {
    ReadTracePropagator(*propagator, errors, &router.trace_propagator);
  }
  reader.Optional("originator", &router.originator);
  Refuse(reader, kRefusedKeys);
  RefuseClientKeys(reader);
  RefuseServiceKeys(reader);
  RefuseMisplaced(
      reader,
      {"clearContext", "maxConcurrentRequests", "addForwardedHeader", "timestampHeader", "maxCallDepth",
       "allowConnect", "overrides", "overrideKeyFile", "serverSession", "port", "ip"},
      "an element of the router's 'servers'");
  reader.Finish();
}

}  // namespace heddle
