// The interpreters of a router, and the transformers of each.
#include "proxy/config/interpreter_config.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/proxy_config/parsed.h"

namespace heddle {
namespace {

using nlohmann::json;

Parsed ParseInterpreter(absl::string_view interpreter) {
  return Parsed(absl::StrCat("routers:\n- protocol: http\n  interpreter: {", interpreter, "}\n"));
}

std::string ErrorOf(absl::string_view interpreter) {
  const Parsed parsed = ParseInterpreter(interpreter);
  INFO(interpreter);
  REQUIRE(parsed.errors.size() == 1);
  return parsed.errors[0];
}

MeshInterpreterConfig Mesh(absl::string_view interpreter) {
  const Parsed parsed = ParseInterpreter(interpreter);
  INFO(interpreter);
  REQUIRE(parsed.errors.empty());
  return std::get<MeshInterpreterConfig>(parsed.config.routers[0].interpreter.kind);
}

TEST_CASE("Where namerd is, and in which namespace") {
  const auto error = [](absl::string_view keys) {
    return ErrorOf(absl::StrCat("kind: io.l5d.mesh, ", keys));
  };
  CHECK(absl::StrContains(error("root: /a"), "'dst' is missing"));
  CHECK(absl::StrContains(error("dst: /#/io.l5d.fs/namerd"), "/$/inet/<host>/<port>"));
  CHECK(absl::StrContains(error("dst: /$/inet/127.1/99999"), "/$/inet/<host>/<port>"));
  CHECK(absl::StrContains(error("dst: /$/inet/4321"), "/$/inet/<host>/<port>"));
  CHECK(absl::StrContains(error("dst: /$/inet/namerd/4321/more"), "/$/inet/<host>/<port>"));
  CHECK(absl::StrContains(error("dst: /$/inet/namerd/4321, root: /a/b"), "not one label"));
  for (const char* dst : {"inet", "127.0.0.1:4321", "/$/inet/127.1/4321/", "''"}) {
    CHECK(absl::StrContains(error(absl::StrCat("dst: ", dst)), "/$/inet/<host>/<port>"));
  }
  CHECK(absl::StrContains(error("dst: /$/inet/namerd/4321, root: web"),
                          "'web' is not one label after a slash: give the namespace, such as /default"));
  CHECK(absl::StrContains(error("dst: /$/inet/namerd/4321, retry: {baseSeconds: 9, maxSeconds: 3}"),
                          "baseSeconds"));
  CHECK(absl::StrContains(error("dst: /$/inet/namerd/4321, namespace: x"), "unknown key"));
  CHECK(absl::StrContains(error("dst: /$/inet/namerd/4321, tls: {}"), "not supported yet"));
  CHECK(Mesh("kind: io.l5d.mesh, dst: /$/inet/127.1/4321").client.target == "127.0.0.1:4321");
  CHECK(Mesh("kind: io.l5d.mesh, dst: '/$/inet/::1/4321'").client.target == "[::1]:4321");
  CHECK(Mesh("kind: io.l5d.mesh, dst: /$/inet/n/4321, root: /x").ns == "x");
}

TEST_CASE("The kinds that namerd serves wait as Linkerd does once `retry` is given") {
  for (const auto& [kind, base] :
       {std::pair{"io.l5d.mesh", 1}, {"io.l5d.namerd", 5}, {"io.l5d.namerd.http", 5}}) {
    const std::string start = absl::StrCat("kind: ", kind, ", dst: /$/inet/namerd.default/4321");
    const MeshInterpreterConfig plain = Mesh(start);
    CHECK(plain.kind == kind);
    CHECK(plain.client.target == "namerd.default:4321");
    CHECK(plain.ns == "default");
    CHECK(plain.client.min_backoff == Millis(50));
    const MeshInterpreterConfig retry = Mesh(start + ", retry: {}");
    CHECK(retry.client.min_backoff == std::chrono::seconds(base));
    CHECK(retry.client.max_backoff == std::chrono::seconds(600));
    CHECK(Mesh(start + ", retry: {baseSeconds: 2}").client.min_backoff == std::chrono::seconds(2));
  }
}

TEST_CASE("The namerd kinds have a namespace, and each its own keys") {
  CHECK(Mesh("kind: io.l5d.namerd, dst: /$/inet/n/4100, namespace: web").ns == "web");
  const auto thrift = Mesh(
      "kind: io.l5d.namerd, dst: /$/inet/n/4100, failureThreshold: {minPeriodMs: 2000, "
      "closeTimeoutMs: 30}");
  CHECK(thrift.client.ping_after == Millis(2000));
  CHECK(thrift.client.ping_timeout == Millis(30));
  CHECK(Mesh("kind: io.l5d.namerd.http, experimental: true, dst: /$/inet/n/4180, namespace: web").ns ==
        "web");
  CHECK(absl::StrContains(ErrorOf("kind: io.l5d.namerd.http, dst: /$/inet/n/4180, failureThreshold: {}"),
                          "unknown key"));
  CHECK(absl::StrContains(ErrorOf("kind: io.l5d.namerd, dst: /$/inet/n/4100, root: /web"), "unknown key"));
  CHECK(absl::StrContains(ErrorOf("kind: io.l5d.namerd, dst: /$/inet/n/4100, namespace: ''"), "is empty"));
  CHECK(absl::StrContains(ErrorOf("kind: io.l5d.namerd, dst: /$/inet/n/4100, tls: {commonName: x}"),
                          "proxy.yaml:3:64: routers[0].interpreter.tls: not supported yet"));
}

TEST_CASE("A dtab file is an absolute path; one that is malformed is refused with its line") {
  const TempDir dir;
  const std::string file = dir / "rules.dtab";
  const std::string keys = absl::StrCat("kind: io.l5d.fs, dtabFile: ", file);
  const auto read = [&keys] {
    const Parsed parsed = ParseInterpreter(keys);
    REQUIRE(parsed.errors.empty());
    return std::get<FileInterpreterConfig>(parsed.config.routers[0].interpreter.kind).dtab_file;
  };
  CHECK(read() == file);  // it may come later
  std::ofstream(file) << "/svc => /#/io.l5d.fs ;\n";
  CHECK(read() == file);
  std::ofstream(file) << "/svc => /#/io.l5d.fs ;\n/a => b";
  CHECK(
      absl::StrContains(ErrorOf(keys), absl::StrCat("interpreter.dtabFile: ", file, ": line 2, column 7: ")));
  CHECK(absl::StrContains(ErrorOf(absl::StrCat("kind: io.l5d.fs, dtabFile: ", dir.path().string())),
                          "is a directory"));
  CHECK(absl::StrContains(ErrorOf(absl::StrCat("kind: io.l5d.fs, dtabFile: ", file, "/no/file")),
                          "does not exist; create it"));
  CHECK(absl::StrContains(ErrorOf("kind: io.l5d.fs"), "'dtabFile' is missing"));
  CHECK(absl::StrContains(ErrorOf("kind: io.l5d.fs, dtabFile: ''"), "no file name"));
  CHECK(absl::StrContains(ErrorOf("kind: io.l5d.fs, dtabFile: /no-such.dtab, dst: /a"), "unknown key"));
  const Parsed relative = ParseInterpreter("kind: io.l5d.fs, dtabFile: no-such-file.dtab");
  const auto& config = std::get<FileInterpreterConfig>(relative.config.routers[0].interpreter.kind);
  CHECK(config.dtab_file == (std::filesystem::current_path() / "no-such-file.dtab").string());
}

TEST_CASE("Transformers of an interpreter are read in their order, mistakes with their line") {
  const Parsed parsed(R"(routers:
- protocol: http
  interpreter:
    kind: default
    transformers:
    - kind: io.l5d.localhost
    - kind: io.l5d.port
      port: 4141
)");
  REQUIRE(parsed.errors.empty());
  const auto& transformers = parsed.config.routers[0].interpreter.transformers;
  REQUIRE(transformers.size() == 2);
  CHECK(transformers[1]->prefix.Show() == "/%/io.l5d.port/4141");
  CHECK(
      absl::StartsWith(ErrorOf("kind: default, transformers: [{kind: io.l5d.const, path: /svc/x}]"),
                       "proxy.yaml:3:74: routers[0].interpreter.transformers[0].path: /svc/x leads nowhere"));
}

// A value of the type that the case says a key has.
std::string ValueOf(const json& key, const std::string& directory) {
  const std::string name = key["key"];
  const std::string type = key["type"];
  if (name == "dst" || name == "path") return "/$/inet/127.1/4321";
  if (name == "retry" || name == "failureThreshold") return key["default"].dump();
  if (type == "path") return "/x";
  if (type == "bool") return "true";
  if (type == "list") return "[]";
  if (type == "port") return "80";
  if (type == "int") return "1024";
  if (type == "file") return directory + "/file";
  return "host-1";
}

TEST_CASE("Every kind takes every key that is recorded for it") {
  const TempDir dir;
  std::ifstream file(HEDDLE_CONFIG_VECTORS);
  int checked = 0;
  for (const json& vector : json::parse(file)) {
    const std::string kind = vector.value("kind", "");
    const bool transformer = vector["feature"] == "transformer";
    const bool to_come = absl::StrContains(kind, "k8s") || absl::StrContains(kind, "consul");
    if ((!transformer && vector["feature"] != "interpreter") || to_come) continue;
    std::string keys = absl::StrCat("kind: ", kind);
    for (const json& key : vector["keys"]) {
      if (key["key"] == "tls") continue;  // refused by name, as other cases say
      absl::StrAppend(&keys, ", ", key["key"].get<std::string>(), ": ", ValueOf(key, dir.path().string()));
    }
    if (transformer) keys = absl::StrCat("kind: default, transformers: [{", keys, "}]");
    INFO(keys);
    CHECK(ParseInterpreter(keys).errors == std::vector<std::string>{});
    ++checked;
  }
  CHECK(checked == 10);
}

}  // namespace
}  // namespace heddle
