// The recorded values of tests/conformance/vectors/headers.json (forwarded), and what they do not say.
#include "proxy/server/forwarded.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/proxy_server/heads.h"

namespace heddle {
namespace {

using Labeler = ForwardedConfig::Labeler;
using testing::Forwarder;
using testing::Lines;
using testing::ValuesOf;

SocketAddress At(const std::string& text) { return SocketAddress::ParseHostPort(text).value(); }

std::string LabelOf(Labeler labeler, const std::string& address = "192.0.2.43:8080") {
  Random random(1);
  return MakeForwardedLabels({labeler, {}}, "http", At(address), At("1.2.3.4:5"), random).by;
}

TEST_CASE("labels of parties") {
  using Kind = Labeler::Kind;
  CHECK(LabelOf({Kind::kIp, ""}) == "192.0.2.43");
  CHECK(LabelOf({Kind::kIp, ""}, "[2001:db8:cafe::17]:43241") == "\"[2001:db8:cafe:0:0:0:0:17]\"");
  CHECK(LabelOf({Kind::kIpPort, ""}) == "\"192.0.2.43:8080\"");
  CHECK(LabelOf({Kind::kIpPort, ""}, "[::1]:80") == "\"[0:0:0:0:0:0:0:1]:80\"");
  CHECK(LabelOf({Kind::kIp, ""}, "0.0.0.0:80") == "unknown");
  CHECK(LabelOf({Kind::kIpPort, ""}, "[::]:80") == "unknown");
  CHECK(LabelOf({Kind::kStatic, "http"}) == "_http");
  CHECK(LabelOf({Kind::kStatic, "_x"}) == "_x");
  CHECK(LabelOf({Kind::kRouter, ""}) == "_http");
  CHECK(LabelOf({Kind::kRequestRandom, ""}).empty());
  const std::string label = LabelOf({Kind::kConnectionRandom, ""});
  REQUIRE(label.size() == 7);
  CHECK(label[0] == '_');
}

struct Server : Forwarder {
  Server(Labeler by, Labeler for_) {
    server.forwarded = ForwardedConfig{by, for_};
    origin.forwarded =
        MakeForwardedLabels(*server.forwarded, "http", At("127.0.0.1:4140"), At("8.8.8.8:1"), random);
  }
};

TEST_CASE("a line is added, those that came are kept") {
  Server forward({Labeler::Kind::kRouter, ""}, {Labeler::Kind::kIp, ""});
  CHECK(ValuesOf(forward("GET / HTTP/1.0\r\n\r\n"), "Forwarded") == Lines{"by=_http;for=8.8.8.8"});
  CHECK(ValuesOf(forward("GET / HTTP/1.1\r\nHost: buoyant.pizza\r\nForwarded: for=8.8.4.4\r\n\r\n"),
                 "Forwarded") == Lines{"for=8.8.4.4", "by=_http;for=8.8.8.8;host=buoyant.pizza"});
  CHECK(ValuesOf(forward("GET http://acme.co/ HTTP/1.1\r\nHost: acme.co\r\n\r\n"), "Forwarded") ==
        Lines{"by=_http;for=8.8.8.8;host=acme.co;proto=http"});
  Forwarder off;
  CHECK(ValuesOf(off("GET / HTTP/1.1\r\nHost: a\r\n\r\n"), "Forwarded").empty());
}

TEST_CASE("what is no token is quoted (RFC 7239 section 4)") {
  Server forward({Labeler::Kind::kRouter, ""}, {Labeler::Kind::kIp, ""});
  CHECK(ValuesOf(forward("GET / HTTP/1.1\r\nHost: web:80\r\n\r\n"), "Forwarded") ==
        Lines{"by=_http;for=8.8.8.8;host=\"web:80\""});
  std::string line;
  Random random(1);
  AppendForwarded({"_a", "_b"}, "x\"\\;for=me", "", random, &line);
  CHECK(line == "Forwarded: by=_a;for=_b;host=\"x\\\"\\\\;for=me\"\r\n");
}

TEST_CASE("random labels: one a connection, or one a request") {
  Server forward({Labeler::Kind::kConnectionRandom, ""}, {Labeler::Kind::kRequestRandom, ""});
  const std::string request = "GET / HTTP/1.0\r\n\r\n";
  const std::string first = ValuesOf(forward(request), "Forwarded").at(0);
  const std::string second = ValuesOf(forward(request), "Forwarded").at(0);
  REQUIRE(first.size() == std::string("by=_aaaaaa;for=_aaaaaa").size());
  REQUIRE(second.size() == first.size());
  CHECK(first.substr(0, 10) == second.substr(0, 10));
  CHECK(first.substr(15) != second.substr(15));
  CHECK(first.substr(15, 1) == "_");
}

}  // namespace
}  // namespace heddle
