#include "proxy/config/read_server.h"

#include <algorithm>
#include <limits>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "lib/config/read_address.h"
#include "lib/http/chars.h"
#include "proxy/config/read_socket_options.h"
#include "proxy/config/refused.h"

namespace heddle {

namespace {

using Labeler = ForwardedConfig::Labeler;

constexpr RefusedKey kRefusedKeys[] = {
    {"tls", "not supported yet; remove it, and let what is before the proxy end TLS"},
    {"announce", "not supported yet; remove it, and register the proxy by other means"},
    {"engine", "has no meaning since Linkerd 1.4; remove it"},
};

// What RFC 7239 section 6.3 lets stand for a party that is not to be named.
bool IsObfuscatedLabel(const std::string& label) {
  return !label.empty() && std::all_of(label.begin(), label.end(), [](char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '_' || c == '-';
  });
}

Labeler ReadLabeler(const ConfigNode& node, ConfigErrors& errors) {
  using Kind = Labeler::Kind;
  static const auto& kinds =
      *new std::vector<std::pair<std::string, Kind>>{{"ip", Kind::kIp},
                                                     {"ip:port", Kind::kIpPort},
                                                     {"connectionRandom", Kind::kConnectionRandom},
                                                     {"requestRandom", Kind::kRequestRandom},
                                                     {"router", Kind::kRouter},
                                                     {"static", Kind::kStatic}};
  Labeler labeler;
  ObjectReader reader(node, errors);
  const std::string text = reader.Kind("requestRandom");
  const auto found =
      std::find_if(kinds.begin(), kinds.end(), [&text](const auto& kind) { return kind.first == text; });
  if (found == kinds.end()) {
    std::vector<std::string> accepted;
    for (const auto& [name, kind] : kinds) accepted.push_back(name);
    errors.AddUnknown(*node.Find("kind"), "kind", text, accepted);
    return labeler;
  }
  labeler.kind = found->second;
  if (labeler.kind == Kind::kStatic && reader.Required("label", &labeler.label) &&
      !IsObfuscatedLabel(labeler.label)) {
    reader.AddError("label", "expected letters, digits, '.', '_' and '-' (RFC 7239 section 6.3)");
  }
  reader.Finish();
  return labeler;
}

ForwardedConfig ReadForwarded(const ConfigNode& node, ConfigErrors& errors) {
  ForwardedConfig config;
  ObjectReader reader(node, errors);
  if (const ConfigNode* by = reader.Node("by")) config.by = ReadLabeler(*by, errors);
  if (const ConfigNode* from = reader.Node("for")) config.for_ = ReadLabeler(*from, errors);
  reader.Finish();
  return config;
}

void ReadSession(const ConfigNode& node, ConfigErrors& errors, ServerConfig* config) {
  ObjectReader reader(node, errors);
  reader.OptionalMillis("idleTimeMs", &config->session_idle, 1);
  reader.OptionalMillis("lifeTimeMs", &config->session_life, 1);
  reader.Finish();
}

void ReadTimestampHeader(ObjectReader& reader, std::string* out) {
  if (!reader.Optional("timestampHeader", out)) return;
  if (!out->empty() && std::all_of(out->begin(), out->end(), IsTokenChar)) return;
  reader.AddError("timestampHeader", absl::StrCat("'", *out,
                                                  "' is no name of a header; give one such as "
                                                  "X-Request-Start"));
}

void ReadSignedKeys(ObjectReader& reader, ServerConfig* config) {
  std::string file;
  if (!reader.Required("overrideKeyFile", &file)) return;
  absl::StatusOr<SigningKeys> keys = ReadSigningKeys(file);
  if (keys.ok()) {
    config->override_keys = *std::move(keys);
  } else {
    reader.AddError("overrideKeyFile", keys.status().message());
  }
}

void ReadOverrides(ObjectReader& reader, ServerConfig* config) {
  std::string overrides;
  const bool read = reader.OptionalOneOf("overrides", &overrides, {"all", "signed", "none"});
  if (overrides == "all" && config->clear_context) {
    reader.AddError("overrides",
                    "'all' contradicts clearContext, which believes no l5d header; write signed, or none, or "
                    "remove one of the two");
  }
  // A template that fills in nothing is not to open an edge to everybody's rules.
  if (const ConfigNode* given = reader.node().Find("overrides"); given != nullptr && given->is_null()) {
    reader.AddError("overrides", "has no value; write all, signed or none, or remove the key");
  }
  if (read && overrides != "all") config->override_keys.emplace();
  if (overrides == "signed") {
    ReadSignedKeys(reader, config);
  } else if (!read && reader.node().Find("overrides") != nullptr) {
    reader.Ignore("overrideKeyFile");  // what it is for is not known
  } else {
    reader.Later("overrideKeyFile", "has a meaning with 'overrides: signed' only; write that, or remove it");
  }
}

}  // namespace

ServerConfig ReadServer(const ConfigNode& node, ConfigErrors& errors) {
  constexpr uint32_t kMost = std::numeric_limits<int32_t>::max();
  ServerConfig config;
  ObjectReader reader(node, errors);
  ReadAddress(reader, &config.address);
  reader.Optional("label", &config.label);
  reader.Optional("maxConcurrentRequests", &config.max_concurrent_requests, 1, kMost);
  reader.OptionalMillis("timeoutMs", &config.request_timeout, 1);
  if (const ConfigNode* session = reader.Node("serverSession")) ReadSession(*session, errors, &config);
  if (const ConfigNode* socket = reader.Node("socketOptions"))
    config.socket = ReadSocketOptions(*socket, errors);
  reader.Optional("clearContext", &config.clear_context);
  if (const ConfigNode* forwarded = reader.Node("addForwardedHeader"))
    config.forwarded = ReadForwarded(*forwarded, errors);
  ReadTimestampHeader(reader, &config.timestamp_header);
  reader.Optional("maxCallDepth", &config.max_call_depth, 0, kMost);
  reader.Optional("allowConnect", &config.allow_connect);
  ReadOverrides(reader, &config);
  Refuse(reader, kRefusedKeys);
  reader.Finish();
  return config;
}

}  // namespace heddle
