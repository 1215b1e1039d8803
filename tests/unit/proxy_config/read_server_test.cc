// The elements of a router's `servers`.
#include "proxy/config/read_server.h"

#include <fstream>

#include "absl/strings/match.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/proxy_config/parsed.h"

namespace heddle {
namespace {

using Kind = ForwardedConfig::Labeler::Kind;

ServerConfig ServerWith(absl::string_view keys) {
  return RouterWith(absl::StrCat("servers: [{", keys, "}]")).router.servers.at(0);
}

std::string Mistake(absl::string_view keys) { return MistakeWith(absl::StrCat("servers: [{", keys, "}]")); }

TEST_CASE("Without keys, a server is as Linkerd's") {
  const ServerConfig config = ServerWith("");
  CHECK(config.address.ToString() == "127.0.0.1:4140");
  CHECK(config.max_concurrent_requests == 0);
  CHECK(config.request_timeout == Millis(0));
  CHECK(config.session_idle == Millis(0));
  CHECK(config.session_life == Millis(0));
  CHECK_FALSE(config.clear_context);
  CHECK_FALSE(config.forwarded.has_value());
  CHECK(config.timestamp_header.empty());
  CHECK(config.max_call_depth == 1000);
  CHECK_FALSE(config.allow_connect);
  CHECK_FALSE(config.override_keys.has_value());
  CHECK_FALSE(config.socket.backlog.has_value());
  CHECK_FALSE(config.socket.keep_alive.has_value());
}

TEST_CASE("Every key of a server") {
  const ServerConfig config = ServerWith(
      "ip: '::1', port: 8080, label: in, maxConcurrentRequests: 10000, timeoutMs: 250, serverSession: "
      "{idleTimeMs: "
      "11, lifeTimeMs: 12}, clearContext: true, timestampHeader: X-Request-Start, maxCallDepth: 0, "
      "allowConnect: "
      "true, socketOptions: {backlog: 128, reuseAddr: false, keepAlive: false}");
  CHECK(config.address.ToString() == "[::1]:8080");
  CHECK(config.label == "in");
  CHECK(config.max_concurrent_requests == 10000);
  CHECK(config.request_timeout == Millis(250));
  CHECK(config.session_idle == Millis(11));
  CHECK(config.session_life == Millis(12));
  CHECK(config.clear_context);
  CHECK(config.timestamp_header == "X-Request-Start");
  CHECK(config.max_call_depth == 0);
  CHECK(config.allow_connect);
  CHECK(config.socket.backlog == 128);
  CHECK_FALSE(config.socket.reuse_address);
  CHECK(config.socket.keep_alive == false);
}

TEST_CASE("Who is named in Forwarded") {
  const auto by = [](absl::string_view keys) {
    return ServerWith(absl::StrCat("addForwardedHeader: {by: {", keys, "}}")).forwarded->by;
  };
  const ServerConfig plain = ServerWith("addForwardedHeader: {}");
  REQUIRE(plain.forwarded.has_value());
  CHECK(plain.forwarded->by.kind == Kind::kRequestRandom);
  CHECK(plain.forwarded->for_.kind == Kind::kRequestRandom);
  CHECK(ServerWith("addForwardedHeader: {for: {kind: ip}}").forwarded->for_.kind == Kind::kIp);
  CHECK(by("kind: 'ip:port'").kind == Kind::kIpPort);
  CHECK(by("kind: connectionRandom").kind == Kind::kConnectionRandom);
  CHECK(by("kind: router").kind == Kind::kRouter);
  CHECK(by("kind: static, label: edge-1").kind == Kind::kStatic);
  CHECK(by("kind: static, label: edge-1").label == "edge-1");
  const auto mistake = [](absl::string_view keys) {
    return Mistake(absl::StrCat("addForwardedHeader: {by: {", keys, "}}"));
  };
  CHECK(absl::StartsWith(
      mistake("kind: ipport"),
      "servers[0].addForwardedHeader.by.kind: unknown kind 'ipport'; did you mean 'ip:port'?"));
  CHECK(absl::StrContains(mistake("kind: static"), "'label' is missing"));
  CHECK(absl::StrContains(mistake("kind: static, label: 'a;b'"), "RFC 7239"));
  CHECK(absl::StrContains(mistake("kind: ip, label: a"), "label: unknown key"));
}

TEST_CASE("Mistakes of a server's values") {
  CHECK(Mistake("maxConcurrentRequests: 0") ==
        "servers[0].maxConcurrentRequests: expected a whole number from 1 to 2147483647, found '0'");
  CHECK(absl::StrContains(Mistake("ip: localhost"), "'localhost' is no IP address"));
  CHECK(Mistake("timestampHeader: 'X Start'") ==
        "servers[0].timestampHeader: 'X Start' is no name of a header; give one such as X-Request-Start");
  CHECK(Mistake("socketOptions: {backlog: 0}") ==
        "servers[0].socketOptions.backlog: expected a whole number from 1 to 1000000, found '0'");
  CHECK(absl::StrContains(Mistake("socketOptions: {noDelays: true}"), "did you mean 'noDelay'?"));
  CHECK(absl::StrContains(Mistake("tls: {certPath: a, keyPath: b}"), "tls: not supported yet"));
  CHECK(absl::StrContains(Mistake("announce: [/#/io.l5d.zk/web]"), "announce: not supported yet"));
  CHECK(absl::StrContains(Mistake("engine: {kind: netty4}"), "no meaning since Linkerd 1.4"));
}

TEST_CASE("Which of a request's own rules count") {
  TempDir dir;
  const std::string file = dir / "keys";
  const auto write = [&](const char* text) { std::ofstream(file) << text; };
  const std::string with_file = absl::StrCat("overrides: signed, overrideKeyFile: ", file);
  write("0123456789abcdef\n# old\nfedcba9876543210\n");
  CHECK_FALSE(ServerWith("overrides: all").override_keys.has_value());
  CHECK(ServerWith("overrides: none").override_keys == SigningKeys{});
  CHECK(ServerWith(with_file).override_keys == SigningKeys{"0123456789abcdef", "fedcba9876543210"});
  CHECK(ServerWith(absl::StrCat(with_file, ", clearContext: true")).override_keys->size() == 2);
  CHECK(ServerWith("overrides: none, clearContext: true").override_keys->empty());

  CHECK(Mistake("overrides: sigend") ==
        "servers[0].overrides: unknown value 'sigend'; did you mean 'signed'? Accepted: all, signed, none");
  CHECK(absl::StrContains(Mistake(absl::StrCat("overrides: sigend, overrideKeyFile: ", file)), "'signed'?"));
  CHECK(Mistake("overrides: ") ==
        "servers[0].overrides: has no value; write all, signed or none, or remove the key");
  CHECK(Mistake("overrides: signed") ==
        "servers[0]: the key 'overrideKeyFile' is missing; it is required here");
  CHECK(absl::StrContains(Mistake("overrides: signed, overrideKeyFile: /nowhere/keys"),
                          "servers[0].overrideKeyFile: /nowhere/keys: No such file or directory; `openssl"));
  CHECK(absl::StrContains(Mistake(absl::StrCat("overrides: signed, overrideKeyFile: ", dir.path().string())),
                          "Is a directory"));
  CHECK(absl::StrContains(Mistake("overrideKeyFile: keys"), "with 'overrides: signed' only"));
  CHECK(absl::StrContains(Mistake("overrides: all, clearContext: true"), "'all' contradicts clearContext"));
  write("too short");
  CHECK(absl::StrContains(Mistake(with_file), "keys:1: the key has 9 bytes; 16 to 1024 are accepted"));
}

}  // namespace
}  // namespace heddle
