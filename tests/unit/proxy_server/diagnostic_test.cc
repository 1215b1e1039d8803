// The recorded outcomes of tests/conformance/vectors/headers.json (diagnostic_trace), and what they do not
// say.
#include "proxy/server/diagnostic.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/proxy_server/heads.h"

namespace heddle {
namespace {

using Action = TraceOrder::Action;

TraceOrder Read(const std::string& fields, bool cleared = false) {
  testing::RequestHead request("TRACE / HTTP/1.1\r\nHost: dog\r\n" + fields + "\r\n");
  return ReadTraceOrder(request.bytes, request.head(), cleared);
}

TEST_CASE("what a TRACE request orders") {
  CHECK(Read("Max-Forwards: 31qe\r\nl5d-add-context: true\r\n").action == Action::kRefuse);
  CHECK(Read("Max-Forwards: 99999999999\r\n").action == Action::kRefuse);
  CHECK(Read("Max-Forwards: \r\n").action == Action::kRefuse);

  CHECK(Read("Max-Forwards: 0\r\n").action == Action::kAnswer);
  CHECK_FALSE(Read("Max-Forwards: 0\r\n").report);
  CHECK(Read("Max-Forwards: 0\r\nl5d-add-context: true\r\n").report);

  const TraceOrder on = Read("Max-Forwards: 5\r\nl5d-add-context: T\r\n");
  CHECK(on.action == Action::kForward);
  CHECK(on.max_forwards == 4u);
  CHECK(on.report);
  CHECK_FALSE(Read("Max-Forwards: 5\r\nl5d-add-context: true\r\n", /*cleared=*/true).report);
  CHECK_FALSE(Read("Max-Forwards: 5\r\nl5d-add-context: yes\r\n").report);

  CHECK(Read("l5d-add-context: 1\r\n").report);
  CHECK_FALSE(Read("l5d-add-context: 1\r\n").max_forwards.has_value());
  CHECK_FALSE(Read("Max-Forwards: -1\r\nl5d-add-context: true\r\n").report);
  CHECK_FALSE(Read("Max-Forwards: -1\r\n").max_forwards.has_value());
}

TEST_CASE("a report shows the way to the client") {
  const std::string leaf =
      R"({"type":"leaf","path":"/$/inet/127.1/8080/dog","dentry":{"prefix":"/srv","dst":"/$/inet/127.1/8080"},)"
      R"("bound":{"addr":{"type":"bound","addrs":[{"ip":"127.0.0.1","port":8080,"meta":{}},)"
      R"({"ip":"::1","port":80,"meta":{}}],"meta":{}},"id":"/$/inet/127.1/8080","path":"/dog"}})";
  const std::string tree =
      R"({"type":"delegate","path":"/svc/dog","delegate":{"type":"alt","path":"/srv/dog",)"
      R"("dentry":{"prefix":"/svc","dst":"/srv"},"alt":[{"type":"neg","path":"/other"},)" +
      leaf + "]}}";
  TraceReport report{"http", Millis(12), "/svc/dog", "/$/inet/127.1/8080", "127.0.0.1:8080", tree};
  CHECK(ShowTraceReport(report) ==
        "--- Router: http ---\nrequest duration: 12 ms\nservice name: /svc/dog\n"
        "client name: /$/inet/127.1/8080\naddresses: [127.0.0.1:8080, [::1]:80]\n"
        "selected address: 127.0.0.1:8080\ndtab resolution:\n  /svc/dog\n  /srv/dog (/svc=>/srv)\n"
        "  /$/inet/127.1/8080/dog (/srv=>/$/inet/127.1/8080)\n");
  report.client = "/elsewhere";
  CHECK(absl::EndsWith(ShowTraceReport(report),
                       "addresses: []\nselected address: 127.0.0.1:8080\ndtab resolution:\n"));
  for (const char* bad :
       {"", "[]", "{", "1", R"({"path":3,"delegate":[1],"alt":"x","union":[{"tree":null}]})"}) {
    report.explanation = std::string(bad);
    CHECK(absl::EndsWith(ShowTraceReport(report), "dtab resolution:\n"));
  }
  report.explanation = absl::UnavailableError("namerd is away");
  CHECK(absl::EndsWith(ShowTraceReport(report), "dtab resolution:\n  not known: namerd is away\n"));
}

std::string Reported(const std::string& body, h1::BodyFraming framing, size_t piece) {
  ReportedBody reported;
  reported.Start(framing);
  std::string chunks;
  for (size_t i = 0; i < body.size(); i += piece)
    reported.Append(absl::string_view(body).substr(i, piece), &chunks);
  reported.Finish("report\n", &chunks);
  h1::BodyDecoder decoder(502);
  decoder.Start({h1::Framing::kChunked, 0});
  std::string text;
  absl::string_view rest = chunks;
  while (!rest.empty()) {
    absl::string_view payload;
    rest.remove_prefix(decoder.Next(rest, &payload));
    text.append(payload.data(), payload.size());
  }
  CHECK(decoder.done());
  return text;
}

TEST_CASE("a report stands behind the body, trimmed, however that comes") {
  for (const size_t piece : {1, 2, 3, 100}) {
    CHECK(Reported(" \r\n a \n\n b\n \n", {h1::Framing::kLength, 13}, piece) == "a \n\n b\n\nreport\n");
    CHECK(Reported("3\r\n a \r\n1\r\nb\r\n0\r\n\r\n", {h1::Framing::kChunked, 0}, piece) ==
          "a b\n\nreport\n");
    CHECK(Reported("  ", {h1::Framing::kUntilClose, 0}, piece) == "\n\nreport\n");
    CHECK(Reported("", {h1::Framing::kNone, 0}, piece) == "\n\nreport\n");
  }
  CHECK(Reported("a" + std::string(100000, ' '), {h1::Framing::kUntilClose, 0}, 1000).size() > 90000);
}

}  // namespace
}  // namespace heddle
