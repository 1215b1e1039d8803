// `namerctl proxies`, `top` and `override sign`, and writes that wait for the fleet.
#include <catch2/catch.hpp>

#include "lib/signing/signed_override.h"
#include "tests/unit/namerctl/scripted_namerd.h"

namespace heddle::namerctl {
namespace {

// The fake clock begins at 1,700,000,001 s.
constexpr char kProxies[] = R"({"connected":2,"proxies":[
 {"id":"host-1/4140","node":"host-1","version":"1.0","connected":true,"sinceMs":1699999881000,"lastError":"",
  "namespaces":{"internal":{"lagVersions":0,"lagMs":0,"tookMs":3},"public":{"lagVersions":2,"lagMs":1250}}},
 {"id":"host-2/4140","node":"","version":"1.0","connected":true,"sinceMs":1699999991000,"lastError":"bad\u001b[2J",
  "namespaces":{}},
 {"id":"host-3/4140","node":"host-3","version":"0.9","connected":false,"sinceMs":1699990000000,"lastError":"",
  "namespaces":{"internal":{"lagVersions":5,"lagMs":9000}}}]})";
constexpr char kProxiesShown[] = R"(
PROXY        NODE    VERSION  STATE           NAMESPACE  LAG                 APPLIED IN
host-1/4140  host-1  1.0      connected 2 m   internal   none                3 ms
                                              public     2 versions, 1.25 s
host-2/4140  -       1.0      connected 10 s  -
host-3/4140  host-3  0.9      gone 2 h 46 m   internal   -
host-2/4140: bad\x1b[2J
2 proxies connected, 1 behind, 1 gone.
)";
constexpr char kTraffic[] = R"({"namespace":"internal","windowMs":10000,"missing":["host-3/4140"],"services":[
 {"service":"/svc/world","requests":1000,"successes":990,"successRate":0.99,"requestsPerSecond":100.0,
  "failures":{"com.twitter.finagle.TimeoutException":10},"p50Ms":1.0,"p95Ms":12.5,"p99Ms":1500,"clients":[
   {"client":"/#/io.l5d.fs/world-v1","requests":1000,"successes":990,"successRate":0.99996,"requestsPerSecond":0.5,
    "failures":{},"p50Ms":1.0,"p95Ms":12.5,"p99Ms":15.0}]},
 {"service":"/svc/idle","requests":0,"successes":0,"successRate":1,"requestsPerSecond":0,"clients":[]}]})";
constexpr char kTrafficShown[] = R"(
internal, the last 10 s, at 22:13:21Z
SERVICE, CLIENT          REQUESTS/S  SUCCESS   P50      P95    P99  FAILURES
/svc/world                    100.0     99 %  1 ms  12.5 ms  1.5 s  10 TimeoutException
  /#/io.l5d.fs/world-v1        0.50  99.99 %  1 ms  12.5 ms  15 ms
/svc/idle                      0.00        -     -        -      -
Without host-3/4140: no report in time.
)";

TEST_CASE("proxies is a table with how far each is behind") {
  ScriptedNamerd namerd;
  namerd.Answer(200, kProxies);
  CHECK(namerd.Run({"proxies"}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/proxies");
  CHECK("\n" + namerd.out == kProxiesShown);
  namerd.Answer(200, kProxies);
  CHECK(namerd.Run({"proxies", "-o", "json"}) == kDone);
  CHECK(namerd.out == std::string(kProxies) + "\n");
  namerd.Answer(200, R"({"connected":0,"proxies":[]})");
  CHECK(namerd.Run({"proxies"}) == kDone);
  CHECK(namerd.out == "No proxy has connected to this namerd.\n");
  for (const char* odd : {"[]", "{", R"({"proxies":[1,{"namespaces":3,"sinceMs":-1e300}]})"}) {
    namerd.Answer(200, odd);
    namerd.Run({"proxies"});
  }
}

TEST_CASE("what is watched is shown as it changes, until it is interrupted") {
  ScriptedNamerd namerd;
  namerd.streams.push_back(
      {{kProxies, kProxies, R"({"connected":0,"proxies":[]})"}, absl::OkStatus(), 200, "", 2});
  CHECK(namerd.Run({"proxies", "--watch"}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/proxies?watch=true");
  CHECK("\n" + namerd.out == std::string(kProxiesShown) + "\nNo proxy has connected to this namerd.\n");
  CHECK(namerd.Run({"proxies", "--watch"}) == kUnreachable);
  CHECK(namerd.requests.size() == 1);  // that was never there
  namerd.streams.push_back({{"nonsense"}});
  CHECK(namerd.Run({"proxies", "--watch"}) == kRefused);
}

TEST_CASE("top shows rates and latencies by service and client") {
  ScriptedNamerd namerd;
  namerd.Answer(200, kTraffic);
  CHECK(namerd.Run({"top", "internal", "--once", "--window", "30s"}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/traffic/internal?window=30000ms");
  CHECK("\n" + namerd.out == kTrafficShown);
  namerd.Answer(200, R"(["internal"])");  // the only one
  namerd.streams.push_back({{kTraffic}, absl::OkStatus(), 200, "", 2});
  CHECK(namerd.Run({"top"}) == kDone);
  CHECK(namerd.Asked(1) == "GET /api/1/traffic/internal?window=10000ms&watch=true");
  CHECK("\n" + namerd.out == kTrafficShown);
  namerd.Answer(200, R"(["a","b"])");
  CHECK(namerd.Run({"top"}) == kUsage);
  CHECK(namerd.err == "namerctl: there are several delegation tables: a, b\n  Name one: namerctl top a\n");
  namerd.Answer(200, "[]");
  CHECK(namerd.Run({"top"}) == kRefused);
  CHECK(namerd.Run({"top", "a", "--window", "10m"}) == kUsage);
}

TEST_CASE("on a terminal top is drawn in place, and never wider or longer than that") {
  ScriptedNamerd namerd;
  namerd.terminal = TerminalSize{24, 5};
  namerd.streams.push_back({{kTraffic, R"({"namespace":"internal","windowMs":1000,"services":[]})"},
                            absl::OkStatus(),
                            200,
                            "",
                            2});
  CHECK(namerd.Run({"top", "internal"}) == kDone);
  CHECK(namerd.out ==
        "internal, the last 10 s,\nSERVICE, CLIENT         \n/svc/world              \n... and 3 more lines\n"
        "\033[4A\r\033[Jinternal, the last 1 s, \nNo traffic.\n");
  CHECK(FitToWidth("\033[1mab\033[0mc", 2) == "\033[1mab\033[0m");
  CHECK(FitToWidth("\033[1mabc\033[0m", 2) == "\033[1mab\033[0m");
  CHECK(FitToWidth("━━━", 2) == "━━");
}

TEST_CASE("a write waits for the fleet, and names who is behind") {
  ScriptedNamerd namerd;
  namerd.in = "/a => /b";
  namerd.Answer(200, R"({"version":"AAAAAAAAAAU=","number":5,"converged":true,"tookMs":12,)"
                     R"("proxies":{"following":3,"applied":3,"behind":[]}})");
  CHECK(namerd.Run({"dtab", "update", "web", "-", "--wait"}) == kDone);
  CHECK_THAT(namerd.Asked(0), Catch::StartsWith("PUT /api/1/dtabs/web?wait=30000ms |"));
  CHECK(namerd.out == "Updated web: all 3 proxies run it after 12 ms\n");
  namerd.Answer(200, R"({"converged":true,"tookMs":0,"proxies":{"following":0,"applied":0,"behind":[]}})");
  CHECK(namerd.Run({"dtab", "create", "web", "--wait=2m", "-"}) == kDone);
  CHECK_THAT(namerd.Asked(0), Catch::StartsWith("POST /api/1/dtabs/web?wait=120000ms |"));
  CHECK(namerd.out == "Created web: no proxy follows it\n");
  const std::string late = R"({"version":"AAAAAAAAAAU=","converged":false,"tookMs":1000,)"
                           R"("proxies":{"following":3,"applied":2,"behind":["host-2"]}})";
  namerd.Answer(202, late);
  CHECK(namerd.Run({"dtab", "update", "web", "-", "--check", "--wait=1s"}) == kNotLive);
  CHECK_THAT(namerd.Asked(0), Catch::StartsWith("PUT /api/1/dtabs/web?check=true&wait=1000ms |"));
  CHECK(namerd.out == "Updated web\n");
  CHECK(
      namerd.err ==
      "namerctl: it is stored as version AAAAAAAAAAU=, but 1 of 3 proxies does not run it after 1 s: host-2\n"
      "  They take it when they can. See how far they are: namerctl proxies\n");
  namerd.Answer(200, R"([{"version":"AAAAAAAAAAI=","number":2,"dtab":"/a=>/c","deleted":false}])");
  namerd.Answer(200, R"([{"version":"AAAAAAAAAAE=","number":1,"dtab":"/a=>/b","deleted":false}])");
  namerd.Answer(202, late);
  CHECK(namerd.Run({"dtab", "rollback", "web", "--wait=500ms", "--json"}) == kNotLive);
  CHECK(namerd.out == late + "\n");
  namerd.Answer(204);  // a Namerd 1.x
  CHECK(namerd.Run({"dtab", "update", "web", "-", "--wait"}) == kNotLive);
  CHECK(namerd.out == "Updated web\n");
  for (const char* wrong : {"--wait=0s", "--wait=11m", "--wait=soon"}) {
    CHECK(namerd.Run({"dtab", "update", "web", "-", wrong}) == kUsage);
    CHECK(namerd.requests.empty());
  }
}

TEST_CASE("override sign prints a header that verifies until it expires") {
  ScriptedNamerd namerd;
  const std::string key = "0123456789abcdef";
  CHECK(namerd.Run({"override", "sign", "--key", key, "--ttl", "1h", "/host/world => /srv/v2 ; # mine"}) ==
        kDone);
  CHECK(namerd.requests.empty());
  const std::string name = "l5d-dtab-signed: ";
  REQUIRE(namerd.out.substr(0, name.size()) == name);
  const std::string value = namerd.out.substr(name.size(), namerd.out.size() - name.size() - 1);
  const auto read = ParseSignedOverride(value);
  REQUIRE(read.ok());
  CHECK(read->expires_seconds == 1'700'003'601);
  CHECK(read->rules == "/host/world=>/srv/v2");
  CHECK(IsSignedBy({key}, *read));
  // As a file of keys with the line ends of Windows gives it: the servers read it without those.
  const std::string printed = namerd.out;
  CHECK(namerd.Run({"override", "sign", "--key", key + "\r", "--ttl", "1h", "/host/world => /srv/v2"}) ==
        kDone);
  CHECK(namerd.out == printed);
  const std::vector<std::vector<std::string>> wrong{
      {"--key", key, "--ttl", "1h", "/host => srv"},
      {"--key", key, "--ttl", "1h", " "},
      {"--key", key, "/a => /b"},
      {"--key", "short", "--ttl", "1h", "/a => /b"},
      {"--ttl", "1h", "/a => /b"},
      {"--key-file", "/nonexistent", "--ttl", "1h", "/a => /b"},
      {"--key", key, "--key-file", "f", "--ttl", "1h", "/a => /b"}};
  for (const auto& words : wrong) {
    std::vector<std::string> args{"override", "sign"};
    args.insert(args.end(), words.begin(), words.end());
    CHECK(namerd.Run(args) == kUsage);
    CHECK(namerd.out.empty());
  }
}

}  // namespace
}  // namespace heddle::namerctl
