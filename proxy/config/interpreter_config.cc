#include "proxy/config/interpreter_config.h"

#include <arpa/inet.h>

#include <filesystem>
#include <map>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "lib/interpreters/dtab_file.h"
#include "lib/naming/inet_path.h"

namespace heddle {

namespace {

using Kind = decltype(InterpreterConfig::kind);

// "127.0.0.1:4321" for /$/inet/127.1/4321; empty if `dst` is not of that form.
std::string TargetOf(const Path& dst) {
  if (!dst.StartsWith(InetPath::Prefix())) return "";
  const auto inet = InetPath::Parse(dst.Drop(InetPath::Prefix().size()));
  if (!inet.ok() || inet->labels != 2 || dst.size() != InetPath::Prefix().size() + 2) return "";
  // 127.1 is an address to inet_aton(3), and no name that DNS knows.
  in_addr v4{};
  std::string host = inet->host;
  if (inet_aton(host.c_str(), &v4) == 1)
    host = SocketAddress::FromBytes({reinterpret_cast<const char*>(&v4), sizeof v4}, 0).value().ip();
  if (host.find(':') != std::string::npos) host = absl::StrCat("[", host, "]");
  return absl::StrCat(host, ":", inet->port);
}

void ReadRetry(const ConfigNode& node, ConfigErrors& errors, std::chrono::seconds base,
               MeshClientOptions* options) {
  ObjectReader reader(node, errors);
  options->min_backoff = base;
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
  std::string text;
  if (!reader.Required("dst", &text)) return;
  if (const auto dst = Path::Parse(text); dst.ok()) *target = TargetOf(*dst);
  if (!target->empty()) return;
  reader.AddError("dst", absl::StrCat("'", text,
                                      "' is not supported: say where namerd is as /$/inet/<host>/<port>, "
                                      "such as /$/inet/127.1/4321"));
}

void ReadRoot(ObjectReader& reader, std::string* ns) {
  std::string text;
  if (!reader.Optional("root", &text)) return;
  const auto root = Path::Parse(text);
  if (root.ok() && root->size() == 1) {
    *ns = (*root)[0];
  } else {
    reader.AddError("root", absl::StrCat("'", text,
                                         "' is not one label after a slash: give the namespace, such as "
                                         "/default"));
  }
}

// What the kinds that namerd serves have in common.
MeshInterpreterConfig ReadNamerd(ObjectReader& reader, const char* kind, std::chrono::seconds retry_base) {
  MeshInterpreterConfig config;
  config.kind = kind;
  ReadDst(reader, &config.client.target);
  if (const ConfigNode* retry = reader.Node("retry")) {
    ReadRetry(*retry, reader.errors(), retry_base, &config.client);
  }
  reader.Later("tls", "not supported yet; remove it and reach namerd on a trusted network");
  return config;
}

void ReadFailureThreshold(ObjectReader& reader, MeshClientOptions* options) {
  const ConfigNode* threshold = reader.Node("failureThreshold");
  if (threshold != nullptr) ReadFailureThreshold(*threshold, reader.errors(), options);
}

void ReadNamespace(ObjectReader& reader, std::string* ns) {
  if (reader.Optional("namespace", ns) && ns->empty()) {
    reader.AddError("namespace", "is empty; give the name of a dtab of namerd's, such as default");
  }
}

Kind ReadDefault(ObjectReader&) { return DefaultInterpreterConfig(); }

Kind ReadFile(ObjectReader& reader) {
  FileInterpreterConfig config;
  std::string file;
  if (!reader.Required("dtabFile", &file)) return config;
  std::error_code error;
  const std::filesystem::path path = std::filesystem::absolute(file, error).lexically_normal();
  config.dtab_file = path.string();
  if (file.empty() || error || !path.has_filename()) {
    reader.AddError("dtabFile", absl::StrCat("'", file, "' is no file name; give one such as rules.dtab"));
  } else if (!std::filesystem::is_directory(path.parent_path(), error)) {
    reader.AddError("dtabFile", absl::StrCat("the directory ", path.parent_path().string(),
                                             " does not exist; create it, or name a file in one that does"));
  } else if (const auto dtab = DtabFile::Read(config.dtab_file);
             !dtab.ok() && !absl::IsNotFound(dtab.status())) {
    reader.AddError("dtabFile", dtab.status().message());
  }
  return config;
}

Kind ReadMesh(ObjectReader& reader) {
  MeshInterpreterConfig config = ReadNamerd(reader, "io.l5d.mesh", std::chrono::seconds(1));
  ReadRoot(reader, &config.ns);
  ReadFailureThreshold(reader, &config.client);
  int window_kb = 0;
  if (reader.Optional("initialStreamWindowSizeKB", &window_kb, 64, 1 << 20)) {
    config.client.window_bytes = window_kb * 1024;
  }
  return config;
}

Kind ReadThrift(ObjectReader& reader) {
  MeshInterpreterConfig config = ReadNamerd(reader, "io.l5d.namerd", std::chrono::seconds(5));
  ReadNamespace(reader, &config.ns);
  ReadFailureThreshold(reader, &config.client);
  return config;
}

Kind ReadHttp(ObjectReader& reader) {
  MeshInterpreterConfig config = ReadNamerd(reader, "io.l5d.namerd.http", std::chrono::seconds(5));
  ReadNamespace(reader, &config.ns);
  return config;
}

const std::map<std::string, Kind (*)(ObjectReader&)>& Kinds() {
  static const auto& kinds = *new std::map<std::string, Kind (*)(ObjectReader&)>{
      {"default", ReadDefault},      {"io.l5d.fs", ReadFile},          {"io.l5d.mesh", ReadMesh},
      {"io.l5d.namerd", ReadThrift}, {"io.l5d.namerd.http", ReadHttp},
  };
  return kinds;
}

// Kinds of Linkerd's that are to come: no slip of the pen.
bool IsToCome(const std::string& kind) {
  return kind == "io.l5d.consul.interpreter" || kind == "io.l5d.k8s.configMap" || kind == "io.l5d.k8s.istio";
}

}  // namespace

void ReadInterpreterConfig(const ConfigNode& node, ConfigErrors& errors, InterpreterConfig* config) {
  ObjectReader reader(node, errors);
  const std::string kind = reader.Kind();
  if (kind.empty()) return;
  const auto found = Kinds().find(kind);
  if (found != Kinds().end()) {
    config->kind = found->second(reader);
    config->transformers = ReadTransformers(reader.List("transformers"), errors);
    reader.Finish();
  } else if (IsToCome(kind)) {
    reader.AddError("kind", absl::StrCat(kind, " is not supported yet"));
  } else {
    std::vector<std::string> accepted;
    for (const auto& [name, read] : Kinds()) accepted.push_back(name);
    errors.AddUnknown(*node.Find("kind"), "kind", kind, accepted);
  }
}

}  // namespace heddle
