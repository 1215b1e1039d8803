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
  if (inet_aton(host.c_str(), &v4) == 1) host = SocketAddress::FromBytes(
      {reinterpret_cast<const char*>(&v4), sizeof v4}, 0).value().ip();
  if (host.find(':') != std::string::npos) host = absl::StrCat("[", host, "]");
  return absl::StrCat(host, ":", port);
}

void ReadRetry(const ConfigNode& node, ConfigErrors& errors, MeshInterpreterConfig* config) {
  ObjectReader reader(node, errors);
  Millis base{std::chrono::seconds(1)};
  Millis max{std::chrono::minutes(10)};
  reader.OptionalSeconds("baseSeconds", &base, 1);
  reader.OptionalSeconds("maxSeconds", &max, 1);
  if (base > max) reader.AddError("maxSeconds", "must not be less than baseSeconds");
  reader.Finish();
  config->min_backoff = base;
  config->max_backoff = max;
}

MeshInterpreterConfig ReadMesh(ObjectReader& reader) {
  MeshInterpreterConfig config;
  Path dst;
  if (ReadRequiredPath(reader, "dst", &dst)) {
    config.target = TargetOf(dst);
    if (config.target.empty()) {
      reader.AddError("dst", absl::StrCat(dst.Show(), " is not supported: say where namerd is as "
                                                      "/$/inet/<host>/<port>, such as /$/inet/127.1/4321"));
    }
  }
  Path root{"default"};
  ReadPath(reader, "root", &root);
  if (root.size() == 1) {
    config.ns = root[0];
  } else {
    reader.AddError("root", absl::StrCat(root.Show(), " is not one label: give the namespace, such as /default"));
  }
  if (const ConfigNode* retry = reader.Node("retry")) ReadRetry(*retry, reader.errors(), &config);
  reader.Later("tls", "not supported yet; remove it and reach namerd on a trusted network");
  reader.Later("failureThreshold", "not supported yet: the last known names are kept while namerd is away");
  reader.Later("initialStreamWindowSizeKB", "not supported yet; remove it");
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
             kind == "io.l5d.consul.interpreter") {
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
