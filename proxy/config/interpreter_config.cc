#include "proxy/config/interpreter_config.h"

#include <arpa/inet.h>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "proxy/config/read_path.h"

namespace heddle {

namespace {

// "127.0.0.1:4321" for /$/inet/127.1/4321; empty if `dst` is not of that form.
std::string TargetOf(const Path& dst) {
  uint32_t port = 0;
  if (dst.size() != 4 || dst[0] != "$" || dst[1] != "inet") return "";
  if (!absl::SimpleAtoi(dst[3], &port) || port == 0 || port > 65535) return "";
  // 127.1 is an address to inet_aton(3), and no name that DNS knows.
  in_addr v4{};
  std::string host = dst[2];
  if (inet_aton(host.c_str(), &v4) == 1)
    host = SocketAddress::FromBytes({reinterpret_cast<const char*>(&v4), sizeof v4}, 0).value().ip();
  if (host.find(':') != std::string::npos) host = absl::StrCat("[", host, "]");
  return absl::StrCat(host, ":", port);
}

void ReadRetry(const ConfigNode& node, ConfigErrors& errors, MeshClientOptions* options) {
  ObjectReader reader(node, errors);
  options->min_backoff = std::chrono::seconds(1);
  options->max_backoff = std::chrono::minutes(10);
  reader.OptionalSeconds("baseSeconds", &options->min_backoff, 1);
  reader.OptionalSeconds("maxSeconds", &options->max_backoff, 1);
  if (options->min_backoff > options->max_backoff) {
    reader.AddError("maxSeconds", "must not be less than baseSeconds");
  }
  reader.Finish();
}

void ReadFailureThreshold(const ConfigNode& node, ConfigErrors& errors, MeshClientOptions* options) {
  ObjectReader reader(node, errors);
  reader.OptionalMillis("minPeriodMs", &options->ping_after, 1000);
  reader.OptionalMillis("closeTimeoutMs", &options->ping_timeout, 1);
  reader.Finish();
}

void ReadDst(ObjectReader& reader, std::string* target) {
  Path dst;
  if (!ReadRequiredPath(reader, "dst", &dst)) return;
  *target = TargetOf(dst);
  if (!target->empty()) return;
  reader.AddError("dst", absl::StrCat(dst.Show(),
                                      " is not supported: say where namerd is as /$/inet/<host>/<port>, "
                                      "such as /$/inet/127.1/4321"));
}

MeshInterpreterConfig ReadMesh(ObjectReader& reader) {
  MeshInterpreterConfig config;
  ReadDst(reader, &config.client.target);
  Path root{"default"};
  ReadPath(reader, "root", &root);
  if (root.size() == 1) {
    config.ns = root[0];
  } else {
    reader.AddError("root",
                    absl::StrCat(root.Show(), " is not one label: give the namespace, such as /default"));
  }
  if (const ConfigNode* retry = reader.Node("retry")) ReadRetry(*retry, reader.errors(), &config.client);
  if (const ConfigNode* threshold = reader.Node("failureThreshold")) {
    ReadFailureThreshold(*threshold, reader.errors(), &config.client);
  }
  int window_kb = 0;
  if (reader.Optional("initialStreamWindowSizeKB", &window_kb, 64, 1 << 20)) {
    config.client.window_bytes = window_kb * 1024;
  }
  reader.Later("tls", "not supported yet; remove it and reach namerd on a trusted network");
  return config;
}

}  // namespace

void ReadInterpreterConfig(const ConfigNode& node, ConfigErrors& errors, InterpreterConfig* config) {
  ObjectReader reader(node, errors);
  const std::string kind = reader.Kind();
  if (kind == "default") {
    *config = DefaultInterpreterConfig();
  } else if (kind == "io.l5d.mesh") {
    *config = ReadMesh(reader);
  } else if (kind == "io.l5d.namerd" || kind == "io.l5d.namerd.http" || kind == "io.l5d.fs" ||
             kind == "io.l5d.consul.interpreter" || kind == "io.l5d.k8s.configMap" ||
             kind == "io.l5d.k8s.istio") {
    reader.AddError("kind", absl::StrCat(kind, " is not supported yet; io.l5d.mesh asks namerd"));
    return;
  } else {
    if (!kind.empty()) errors.AddUnknown(*node.Find("kind"), "kind", kind, {"default", "io.l5d.mesh"});
    return;
  }
  reader.Later("transformers", "not supported yet; remove it");
  reader.Finish();
}

}  // namespace heddle
