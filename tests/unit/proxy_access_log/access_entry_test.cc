#include "proxy/access_log/access_entry.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "tests/unit/proxy_access_log/time_zone.h"

namespace heddle {
namespace {

AccessEntry Entry() {
  AccessEntry entry;
  entry.host = "monkeys";
  entry.remote_host = "10.1.2.3";
  entry.end = std::chrono::seconds(1452115286);
  entry.method = "HEAD";
  entry.uri = "/foo?bar=bah";
  entry.version = "HTTP/1.1";
  entry.status = 402;
  entry.response_bytes = 304374;
  return entry;
}

std::string LineOf(const AccessEntry& entry) {
  std::string line;
  AppendAccessLogLine(entry, &line);
  return line;
}

// The expected text is what linkerd's AccessLoggerTest expects, but for the address.
TEST_CASE("A line is as Linkerd writes it") {
  const TimeZone gmt("GMT");
  CHECK(LineOf(Entry()) ==
        "monkeys 10.1.2.3 - - [06/01/2016:21:21:26 GMT] \"HEAD /foo?bar=bah HTTP/1.1\" 402 304374 \"-\" "
        "\"-\"\n");
}

TEST_CASE("What is not there is a dash") {
  const TimeZone gmt("GMT");
  AccessEntry entry;
  entry.status = 504;
  CHECK(LineOf(entry) == "- - - - [01/01/1970:00:00:00 GMT] \"- - -\" 504 - \"-\" \"-\"\n");
  entry.response_bytes = 0;
  CHECK(absl::StrContains(LineOf(entry), "\" 504 0 \""));
}

TEST_CASE("The time is in the local zone, each second's own") {
  const TimeZone zone("CET-1CEST");
  AccessEntry entry = Entry();
  entry.end += std::chrono::seconds(10);
  CHECK(absl::StrContains(LineOf(entry), "[06/01/2016:22:21:36 CET]"));
  entry.end += std::chrono::milliseconds(999);
  CHECK(absl::StrContains(LineOf(entry), "[06/01/2016:22:21:36 CET]"));
  entry.end += std::chrono::milliseconds(1);
  CHECK(absl::StrContains(LineOf(entry), "[06/01/2016:22:21:37 CET]"));
  entry.end = std::chrono::seconds(1467840086);
  CHECK(absl::StrContains(LineOf(entry), "[06/07/2016:23:21:26 CEST]"));
}

TEST_CASE("Nothing that is received ends a field, a line, or reaches a terminal as a command") {
  AccessEntry entry = Entry();
  entry.user_agent = "x\" 200 1 \"\r\n- - \\ \x1b[2J\x7f\x9b tab\t";
  entry.referer = "\"";
  entry.host = "a b\"c";
  entry.uri = "/\xc3\xa9";
  const std::string line = LineOf(entry);
  CHECK(
      absl::EndsWith(line, "\"\\\"\" \"x\\\" 200 1 \\\"\\x0d\\x0a- - \\\\ \\x1b[2J\\x7f\\x9b tab\\x09\"\n"));
  CHECK(absl::StartsWith(line, "a\\x20b\\\"c 10.1.2.3 - - ["));
  CHECK(absl::StrContains(line, "\"HEAD /\\xc3\\xa9 HTTP/1.1\""));
  CHECK(line.find('\n') == line.size() - 1);
}

TEST_CASE("A field is cut where it gets long") {
  const std::string longest(kMaxAccessLogField + 1, 'u');
  AccessEntry entry = Entry();
  entry.uri = longest;
  const std::string line = LineOf(entry);
  CHECK(absl::StrContains(line, longest.substr(1) + " HTTP/1.1"));
  CHECK_FALSE(absl::StrContains(line, longest));
}

}  // namespace
}  // namespace heddle
