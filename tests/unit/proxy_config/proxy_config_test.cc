#include "proxy/config/proxy_config.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/unit/proxy_config/parsed.h"

namespace heddle {
namespace {

TEST_CASE("A whole file") {
  const Parsed parsed(R"(
admin:
  ip: 0.0.0.0
  port: 9995
  shutdownGraceMs: 2500
telemetry:
- kind: io.l5d.prometheus
  prefix: linkerd_
usage:
  enabled: false
workers: 3
routers:
- protocol: http
  label: outgoing
  experimental: true
  dstPrefix: /http
  identifier:
    kind: io.l5d.header.token
    header: x-service
  interpreter:
    kind: io.l5d.mesh
    dst: /$/inet/127.1/4321
    root: /internal
  bindingTimeoutMs: 700
  bindingCache:
    paths: 50
    trees: 51
    bounds: 52
    clients: 53
    idleTtlSecs: 9
    unknowns: 54
    unknownTtlSecs: 8
  maxHeadersKB: 16
  client:
    loadBalancer:
      kind: p2c
    clientSession:
      idleTimeMs: 1500
  servers:
  - ip: 0.0.0.0
    port: 4140
  - port: 0
    label: local
- protocol: http
  label: incoming
  dtab: /svc => /$/inet/127.1/8080
  servers:
  - port: 4141
)");
  REQUIRE(parsed.errors.empty());
  const ProxyConfig& config = parsed.config;
  CHECK(config.admin.address.ToString() == "0.0.0.0:9995");
  CHECK(config.admin.shutdown_grace == Millis(2500));
  REQUIRE(config.telemetry.prometheus.size() == 1);
  CHECK(config.telemetry.prometheus[0].prefix == "linkerd_");
  CHECK(config.telemetry.prometheus[0].path == "/admin/metrics/prometheus");
  CHECK(config.workers == 3);
  REQUIRE(config.routers.size() == 2);
  const RouterEntry& first = config.routers[0];
  CHECK(first.router.label == "outgoing");
  CHECK(first.router.dst_prefix == Path{"http"});
  REQUIRE(first.router.identifiers.size() == 1);
  CHECK(std::get<HeaderTokenIdentifierConfig>(first.router.identifiers[0]).header == "x-service");
  const auto& mesh = std::get<MeshInterpreterConfig>(first.interpreter.kind);
  CHECK(mesh.client.target == "127.0.0.1:4321");
  CHECK(mesh.ns == "internal");
  CHECK(mesh.client.min_backoff == Millis(50));
  CHECK(first.router.route.binding_timeout == Millis(700));
  CHECK(first.router.route.max_routes == 50);
  CHECK(first.router.route.max_trees == 51);
  CHECK(first.router.route.max_bounds == 52);
  CHECK(first.router.route.max_clients == 53);
  CHECK(first.router.route.idle_ttl == std::chrono::seconds(9));
  CHECK(first.router.route.max_unknowns == 54);
  CHECK(first.router.route.unknown_ttl == std::chrono::seconds(8));
  CHECK(first.router.limits.max_head_bytes == 16 * 1024);
  CHECK(first.router.clients.For(Path{"x"}).endpoint.idle_timeout == Millis(1500));
  REQUIRE(first.router.servers.size() == 2);
  CHECK(first.router.servers[0].address.ToString() == "0.0.0.0:4140");
  CHECK(first.router.servers[1].address.ToString() == "127.0.0.1:0");
  CHECK(first.router.servers[1].label == "local");
  CHECK(std::holds_alternative<DefaultInterpreterConfig>(config.routers[1].interpreter.kind));
  CHECK(config.routers[1].dtab.Show() == "/svc=>/$/inet/127.1/8080");
}

TEST_CASE("Three mistakes are three errors, each with its place, key and remedy") {
  const Parsed parsed(R"(routers:
- protocol: http
  dtab: /svc => k/foo
  servers:
  - prot: 4140
  interpreter:
    kind: io.l5d.mash
)");
  REQUIRE(parsed.errors.size() == 3);
  CHECK(absl::StartsWith(parsed.errors[0], "proxy.yaml:3:9: routers[0].dtab: line 1, column 9: expected "));
  CHECK(absl::StartsWith(parsed.errors[1], "proxy.yaml:5:5: routers[0].servers[0].prot: unknown key"));
  CHECK(absl::StrContains(parsed.errors[1], "did you mean 'port'?"));
  CHECK(absl::StartsWith(parsed.errors[2],
                         "proxy.yaml:7:11: routers[0].interpreter.kind: unknown kind 'io.l5d.mash'"));
  CHECK(absl::StrContains(parsed.errors[2], "did you mean 'io.l5d.mesh'?"));
}

// The one error of a router with `line` in it.
std::string ErrorOfRouter(absl::string_view line) {
  const Parsed parsed(absl::StrCat("routers:\n- protocol: http\n  ", line, "\n  servers:\n  - port: 1\n"));
  REQUIRE(parsed.errors.size() == 1);
  return parsed.errors[0];
}

TEST_CASE("Keys and kinds of Linkerd's that are not served yet are refused by name") {
  CHECK(absl::StartsWith(ErrorOfRouter("announcers: [{kind: x}]"),
                         "proxy.yaml:3:15: routers[0].announcers: not supported yet; remove it"));
  CHECK(absl::StrContains(ErrorOfRouter("identifier: {kind: io.l5d.ingress}"), "not supported yet"));
  CHECK(absl::StrContains(ErrorOfRouter("interpreter: {kind: io.l5d.k8s.configMap, name: x}"),
                          "io.l5d.k8s.configMap is not supported yet"));
}

TEST_CASE("What earlier versions of Linkerd called otherwise is told by its present name") {
  CHECK(absl::StrContains(ErrorOfRouter("baseDtab: /a => /b"), "write 'dtab'"));
  CHECK(absl::StrContains(ErrorOfRouter("timeoutMs: 5"), "'requestAttemptTimeoutMs' in 'client'"));
  CHECK(absl::StrContains(ErrorOfRouter("maxRequestKB: 5"), "write 'streamAfterContentLengthKB'"));
  CHECK(absl::StrContains(ErrorOfRouter("loggers: []"), "remove it"));
  CHECK(absl::StrContains(ErrorOfRouter("identifier: {kind: io.l5d.headerToken}"),
                          "did you mean 'io.l5d.header.token'?"));
}

TEST_CASE("A key in the wrong part of a router is told where it belongs") {
  CHECK(absl::StartsWith(ErrorOfRouter("failureAccrual: {kind: none}"),
                         "proxy.yaml:3:19: routers[0].failureAccrual: belongs elsewhere; write it in the "
                         "router's 'client'"));
  CHECK(absl::StrContains(ErrorOfRouter("responseClassifier: {kind: x}"),
                          "write it in the router's 'service'"));
  CHECK(absl::StrContains(ErrorOfRouter("clearContext: true"), "an element of the router's 'servers'"));
  CHECK(absl::StrContains(ErrorOfRouter("client: {totalTimeoutMs: 5}"),
                          "client.totalTimeoutMs: belongs elsewhere; write it in the router's 'service'"));
  CHECK(absl::StrContains(
      ErrorOfRouter("service: {requestAttemptTimeoutMs: 5}"),
      "service.requestAttemptTimeoutMs: belongs elsewhere; write it in the router's 'client'"));
}

TEST_CASE("A router of a protocol that is not served is one error") {
  const Parsed parsed(R"(routers:
- protocol: h2
  h2AccessLog: x
- protocol: h2
)");
  REQUIRE(parsed.errors.size() == 2);
  CHECK(absl::StrContains(parsed.errors[0], "h2 is not supported yet; http is"));
}

TEST_CASE("Listeners and labels do not collide") {
  const Parsed admin("routers:\n- protocol: http\n  servers:\n  - port: 9990\n");
  REQUIRE(admin.errors.size() == 1);
  CHECK(absl::StrContains(admin.errors[0], "127.0.0.1:9990 is taken by the admin server"));
  const Parsed labels("routers:\n- protocol: http\n- protocol: http\n  label: http\n");
  REQUIRE(labels.errors.size() == 1);
  CHECK(absl::StartsWith(labels.errors[0],
                         "proxy.yaml:4:10: routers[1].label: another router has the label 'http'"));
  CHECK(Parsed("routers:\n- protocol: http\n  servers:\n  - port: 0\n  - port: 0\n").errors.empty());
}

TEST_CASE("Namers") {
  const Parsed parsed(
      "routers:\n- protocol: http\nnamers:\n- kind: io.l5d.fs\n  rootDir: /\n  prefix: /files\n");
  CHECK(parsed.errors.empty());
  REQUIRE(parsed.config.namers.entries.size() == 1);
  CHECK(parsed.config.namers.entries[0]->prefix.Show() == "/#/files");
  const Parsed wrong("routers:\n- protocol: http\nnamers:\n- kind: io.l5d.fs\n- kind: io.l5d.nosuch\n");
  REQUIRE(wrong.errors.size() == 2);
  CHECK(absl::StrContains(wrong.errors[0], "rootDir"));
  CHECK(absl::StrContains(wrong.errors[1], "io.l5d.nosuch"));
}

TEST_CASE("Telemeters") {
  const auto parse = [](absl::string_view list) {
    return Parsed(absl::StrCat("routers:\n- protocol: http\ntelemetry: ", list, "\n")).errors;
  };
  CHECK(parse("[{kind: io.l5d.prometheus, path: /metrics, prefix: x_}]").empty());
  CHECK(absl::StrContains(parse("[{kind: io.l5d.zipkin}]").at(0), "io.l5d.zipkin is not supported yet"));
  CHECK(absl::StrContains(parse("[{kind: io.l5d.prometeus}]").at(0), "did you mean 'io.l5d.prometheus'?"));
  CHECK(absl::StrContains(parse("[{kind: io.l5d.prometheus, path: x}]").at(0), "begins with '/'"));
  CHECK(absl::StrContains(parse("[{kind: io.l5d.prometheus}, {kind: io.l5d.prometheus}]").at(0), "taken"));
  CHECK(parse("{kind: io.l5d.prometheus}").size() == 1);
}

}  // namespace
}  // namespace heddle
