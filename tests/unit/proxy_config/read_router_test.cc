// A router's own keys, but for those that name requests.
#include "proxy/config/read_router.h"

#include "absl/strings/match.h"
#include "proxy/config/read_access_log.h"
#include "tests/unit/proxy_config/parsed.h"

namespace heddle {
namespace {

using Roll = AccessLogConfig::Roll;

TEST_CASE("Bounds of heads and bodies") {
  const RouterConfig plain = RouterWith("label: x").router;
  CHECK(plain.limits.max_head_bytes == 8 << 10);
  CHECK(plain.limits.max_initial_line_bytes == 4 << 10);
  CHECK(plain.max_err_response_bytes == 5120 << 10);
  CHECK(plain.replay_bytes == 5 << 10);
  CHECK(RouterWith("maxHeadersKB: 16").router.limits.max_head_bytes == 16 << 10);
  CHECK(RouterWith("maxInitialLineKB: 2").router.limits.max_initial_line_bytes == 2 << 10);
  CHECK(RouterWith("maxErrResponseKB: 1").router.max_err_response_bytes == 1 << 10);
  CHECK(RouterWith("streamAfterContentLengthKB: 102400").router.replay_bytes == 102400 << 10);
  CHECK(MistakeWith("maxHeadersKB: 4096") ==
        "maxHeadersKB: expected a whole number from 1 to 1024, found '4096'");
  CHECK(MistakeWith("streamAfterContentLengthKB: -1") ==
        "streamAfterContentLengthKB: expected a whole number from 0 to 2097151, found '-1'");
}

TEST_CASE("What pins requests to a side") {
  using Kind = StickyKeyConfig::Kind;
  CHECK_FALSE(RouterWith("label: x").router.sticky_key.has_value());
  const auto header = RouterWith("stickyKey: {header: x-user-id}").router.sticky_key;
  REQUIRE(header.has_value());
  CHECK(header->kind == Kind::kHeader);
  CHECK(header->name == "x-user-id");
  const auto cookie = RouterWith("stickyKey: {cookie: session}").router.sticky_key;
  REQUIRE(cookie.has_value());
  CHECK(cookie->kind == Kind::kCookie);
  CHECK(cookie->name == "session");

  const auto mistake = [](const char* keys) { return MistakeWith(absl::StrCat("stickyKey: ", keys)); };
  CHECK(absl::StrContains(mistake("{}"), "stickyKey: give one of header and cookie"));
  CHECK(absl::StrContains(mistake("{header: a, cookie: b}"), "stickyKey: give one of header and cookie"));
  CHECK(absl::StrContains(mistake("{headers: a, cookie: b}"), "did you mean 'header'?"));
  CHECK(
      absl::StrContains(mistake("{header: 'x user'}"), "stickyKey.header: 'x user' is no name of a header"));
  CHECK(absl::StrContains(mistake("{cookie: ''}"), "stickyKey.cookie: '' is no name of a cookie"));
  CHECK(absl::StrContains(mistake("{header: [a]}"), "stickyKey.header: "));
  CHECK(absl::StrContains(mistake("{header: L5d-Ctx-Sticky}"), "name what tells the user"));
  CHECK(absl::StrContains(mistake("x-user-id"), "stickyKey: "));
}

TEST_CASE("Trace headers and the originator") {
  CHECK(RouterWith("label: x").router.trace_propagator == TracePropagator::kDefault);
  CHECK(RouterWith("tracePropagator: {kind: io.l5d.default}").router.trace_propagator ==
        TracePropagator::kDefault);
  CHECK(RouterWith("tracePropagator: {kind: io.l5d.zipkin}").router.trace_propagator ==
        TracePropagator::kZipkin);
  CHECK(MistakeWith("tracePropagator: {}") ==
        "tracePropagator: the key 'kind' is missing; it is required here");
  CHECK(absl::StrContains(MistakeWith("tracePropagator: {kind: io.l5d.zipkim}"),
                          "did you mean 'io.l5d.zipkin'?"));
  CHECK_FALSE(RouterWith("label: x").router.originator);
  CHECK(RouterWith("originator: true").router.originator);
}

TEST_CASE("What is accepted and does less than in Linkerd is noted with its place") {
  const auto notes = [](absl::string_view key) {
    return ParsedWith(absl::StrCat(key, "\n  servers: [{}]")).config.Notes();
  };
  REQUIRE(notes("compressionLevel: 9").size() == 1);
  CHECK(absl::StartsWith(notes("compressionLevel: 9")[0],
                         "proxy.yaml:3:21: routers[0].compressionLevel: bodies pass as they come"));
  CHECK(notes("compressionLevel: -1").size() == 1);
  CHECK(notes("compressionLevel: 0").empty());
  CHECK(absl::StrContains(MistakeWith("compressionLevel: 10"), "from -1 to 9"));
  REQUIRE(notes("streamingEnabled: false").size() == 1);
  CHECK(absl::StartsWith(notes("streamingEnabled: false")[0],
                         "proxy.yaml:3:21: routers[0].streamingEnabled: every body is streamed"));
  CHECK(notes("streamingEnabled: true").empty());
  CHECK(absl::StrContains(MistakeWith("streamingEnabled: false\n  streamAfterContentLengthKB: 5"),
                          "contradicts"));
}

TEST_CASE("A router that listens nowhere is noted") {
  for (const char* servers : {"label: x", "servers: []"}) {
    const std::vector<std::string> notes = ParsedWith(servers).config.Notes();
    REQUIRE(notes.size() == 1);
    CHECK(absl::StartsWith(notes[0], "proxy.yaml:2:3: routers[0]: without 'servers' it listens nowhere"));
  }
}

TEST_CASE("When an access log is renewed") {
  AccessLogConfig config;
  const auto roll = [&config](absl::string_view text) {
    config = AccessLogConfig();
    INFO(text);
    REQUIRE(ParseRollPolicy(text, &config).ok());
    return config.roll;
  };
  CHECK(roll("never") == Roll::kNever);
  CHECK(roll("Hourly") == Roll::kHourly);
  CHECK(roll("DAILY") == Roll::kDaily);
  CHECK(roll("sighup") == Roll::kSighup);
  CHECK(roll("Weekly(7)") == Roll::kWeekly);
  CHECK(config.weekday == 7);
  CHECK(roll("100.megabytes") == Roll::kSize);
  CHECK(config.roll_bytes == 100u << 20);
  CHECK(roll("1.gigabyte") == Roll::kSize);
  CHECK(config.roll_bytes == 1u << 30);
  CHECK(roll("512.bytes") == Roll::kSize);
  CHECK(config.roll_bytes == 512);
  for (const char* wrong :
       {"", "monthly", "weekly", "weekly(0)", "weekly(8)", "weekly(1", "0.bytes", "-1.bytes", "1.5.megabytes",
        "megabytes", "100megabytes", "100.mb", "9000000000.gigabytes"}) {
    INFO(wrong);
    CHECK_FALSE(ParseRollPolicy(wrong, &config).ok());
  }
}

TEST_CASE("The keys of an access log") {
  const AccessLogConfig plain = RouterWith("label: x").router.access_log;
  CHECK(plain.path.empty());
  CHECK(plain.roll == Roll::kNever);
  CHECK(plain.append);
  CHECK(plain.rotate_count == -1);
  const AccessLogConfig config = RouterWith(R"(httpAccessLog: logs/access.log
  httpAccessLogRollPolicy: daily
  httpAccessLogAppend: false
  httpAccessLogRotateCount: 7)")
                                     .router.access_log;
  CHECK(config.path == "logs/access.log");
  CHECK(config.roll == Roll::kDaily);
  CHECK_FALSE(config.append);
  CHECK(config.rotate_count == 7);
  CHECK(
      absl::StartsWith(MistakeWith("httpAccessLogRollPolicy: monthly"),
                       "httpAccessLogRollPolicy: unknown policy 'monthly'; accepted: never, hourly, daily"));
  CHECK(absl::StrContains(MistakeWith("httpAccessLogRotateCount: -2"), "from -1 to"));
}

TEST_CASE("Two routers write one access log only if none of them renames it") {
  const auto errors = [](const char* first, const char* second) {
    return Parsed(
               absl::StrCat(
                   "routers:\n- protocol: http\n  httpAccessLog: a.log\n  httpAccessLogRollPolicy: ", first,
                   "\n- protocol: http\n  label: other\n  httpAccessLog: a.log\n"
                   "  httpAccessLogRollPolicy: ",
                   second, "\n"))
        .errors;
  };
  CHECK(errors("never", "sighup").empty());
  REQUIRE(errors("daily", "never").size() == 1);
  CHECK(absl::StartsWith(errors("daily", "never")[0],
                         "proxy.yaml:7:18: routers[1].httpAccessLog: router 'http' writes this file too"));
  CHECK(errors("never", "1.gigabyte").size() == 1);
}

TEST_CASE("All mistakes of a router are told at once, in the order of the file") {
  const Parsed parsed(R"(routers:
- protocol: http
  originator: maybe
  servers:
  - port: 70000
    maxConcurentRequests: 5
  client:
    loadBalancer: {kind: p3c}
    failureAccrual: {kind: io.l5d.successRate, successRate: 2}
  service:
    totalTimeoutMs: soon
    retries: {backoff: {kind: jittered, minMs: 5}}
)");
  std::vector<int> lines;
  for (const std::string& error : parsed.errors) lines.push_back(std::stoi(error.substr(11)));
  CHECK(lines == std::vector<int>{3, 5, 6, 8, 9, 9, 11, 12});
}

}  // namespace
}  // namespace heddle
