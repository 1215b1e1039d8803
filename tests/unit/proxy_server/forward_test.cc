// Heads as they are passed on: the recorded outcomes of tests/conformance/vectors/headers.json (dst, via,
// hop_by_hop, client_cert, proxy_uri, timestamp, authority, clear_context), and what they do not say.
#include "proxy/server/forward.h"

#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/proxy_server/heads.h"

namespace heddle {
namespace {

using testing::Forwarder;
using testing::Lines;
using testing::LinesOf;
using testing::SendBack;
using testing::ValuesOf;

std::string Request(const std::string& fields, const std::string& first = "GET / HTTP/1.1") {
  return first + "\r\nHost: web\r\n" + fields + "\r\n";
}

std::string Response(const std::string& fields) { return "HTTP/1.1 200 OK\r\n" + fields + "\r\n"; }

bool Holds(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

TEST_CASE("a request keeps its fields, and gets those of the mesh") {
  Forwarder forward;
  forward.edits.name_fields = "l5d-dst-service: /svc/web\r\n";
  forward.edits.fields = "l5d-dst-client: /#/fs/web\r\n";
  const std::string out = forward(Request("Accept: */*\r\nX-One: 1\r\n"));
  const Lines lines = LinesOf(out);
  REQUIRE(lines.size() == 9);
  CHECK(Lines(lines.begin(), lines.begin() + 7) ==
        Lines{"GET / HTTP/1.1", "Host: web", "Accept: */*", "X-One: 1", "Via: 1.1 linkerd",
              "l5d-dst-service: /svc/web", "l5d-dst-client: /#/fs/web"});
  CHECK(lines[7].substr(0, 15) == "l5d-ctx-trace: ");
  CHECK(lines[8].substr(0, 11) == "l5d-reqid: ");
}

TEST_CASE("the destination's headers are the proxy's, but for a residual it does not have") {
  Forwarder forward;
  const std::string in = Request("l5d-dst-service: /a\r\nl5d-dst-client: /b\r\nl5d-dst-residual: /x\r\n");
  CHECK(LinesOf(forward(in))[2] == "l5d-dst-residual: /x");
  forward.edits.has_residual = true;
  forward.edits.fields = "l5d-dst-residual: /mine\r\n";
  CHECK(ValuesOf(forward(in), "l5d-dst-residual") == Lines{"/mine"});
}

TEST_CASE("Via grows, every line of it is kept") {
  Forwarder forward;
  CHECK(ValuesOf(forward(Request("")), "Via") == Lines{"1.1 linkerd"});
  CHECK(ValuesOf(forward(Request("", "GET / HTTP/1.0")), "Via") == Lines{"1.0 linkerd"});
  CHECK(ValuesOf(forward(Request("Via: 1.0 bob, 1.1 mary\r\n")), "Via") ==
        Lines{"1.0 bob, 1.1 mary, 1.1 linkerd"});
  CHECK(ValuesOf(forward(Request("Via: \r\n")), "Via") == Lines{"1.1 linkerd"});
  CHECK(ValuesOf(forward(Request("Via: 1.1 a\r\nX: y\r\nVia: 1.1 b\r\n")), "Via") ==
        Lines{"1.1 a", "1.1 b, 1.1 linkerd"});
  CHECK(ValuesOf(forward(Request("Connection: via\r\nVia: 1.1 a\r\n")), "Via") ==
        Lines{"1.1 a, 1.1 linkerd"});
  CHECK(ValuesOf(SendBack(Response("")), "Via") == Lines{"1.1 linkerd"});
  CHECK(ValuesOf(SendBack(Response("Via: 1.0 bob, 1.1 mary\r\n")), "Via") ==
        Lines{"1.0 bob, 1.1 mary, 1.1 linkerd"});
}

TEST_CASE("hop-by-hop fields end here") {
  const std::string fields =
      "Connection: Some Value\r\nProxy-Authenticate: Some Value\r\nProxy-Authorization: Some Value\r\n"
      "TE: Some Value\r\nTrailer: Some Value\r\nUpgrade: Some Value\r\nHTTP2-Settings: x\r\n";
  Forwarder forward;
  CHECK_FALSE(Holds(forward(Request(fields)), "Some Value"));
  CHECK_FALSE(Holds(SendBack(Response(fields)), "Some Value"));

  const std::string kept = forward(Request("Keep-Alive: timeout=30\r\nProxy-Connection: close\r\n"));
  CHECK(Holds(kept, "Keep-Alive: timeout=30\r\nProxy-Connection: close\r\n"));
  const std::string named = forward(
      Request("Connection: close, keep-ALIVE ,x-a,host,l5d-x,,via\r\nKeep-Alive: 1\r\nX-A: 1\r\nX-B: 2\r\n"
              "Connection: x-b\r\nx-a: 3\r\nX-C: 4\r\nl5d-x: y\r\n"));
  CHECK(LinesOf(named).size() == 2 + 1 + 3);  // Host and X-C; Via; trace and request id
  CHECK(Holds(named, "Host: web\r\nX-C: 4\r\n"));
  // Nobody takes a message's framing away.
  CHECK(Holds(forward(Request("Connection: content-length\r\nContent-Length: 3\r\n")), "Content-Length: 3"));
  CHECK(Holds(SendBack(Response("Connection: x-a\r\nX-A: 1\r\n")), "200 OK\r\nVia"));
}

TEST_CASE("an upgrade that is agreed on is passed on") {
  Forwarder forward;
  forward.edits.upgrade = true;
  const std::string out = forward(Request("Connection: upgrade, x-a\r\nUpgrade: websocket\r\nX-A: 1\r\n"));
  CHECK(ValuesOf(out, "Connection") == Lines{"upgrade"});
  CHECK(ValuesOf(out, "Upgrade") == Lines{"websocket"});
  CHECK(ValuesOf(out, "X-A").empty());
  ResponseEdits edits;
  edits.upgrade = true;
  const std::string back =
      SendBack("HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n", edits);
  CHECK(ValuesOf(back, "Connection") == Lines{"upgrade"});
  CHECK(ValuesOf(back, "Upgrade") == Lines{"websocket"});
}

TEST_CASE("an equal repetition of Content-Length goes") {
  Forwarder forward;
  const std::string out = forward(Request("Content-Length: 3\r\nX: y\r\nContent-Length: 3\r\n"));
  CHECK(ValuesOf(out, "Content-Length") == Lines{"3"});
}

TEST_CASE("an absolute target becomes a path and a Host") {
  Forwarder forward;
  const auto lines = [&](const std::string& target, const std::string& fields,
                         const std::string& method = "GET") {
    const Lines all = LinesOf(forward(method + " " + target + " HTTP/1.1\r\n" + fields + "\r\n"));
    return Lines(all.begin(), all.end() - 3);
  };
  CHECK(lines("http://acme.co:8080/foo", "Host: example.com:9000\r\nProxy-Foo: Bar\r\nPragma: 42\r\n") ==
        Lines{"GET /foo HTTP/1.1", "Host: acme.co:8080", "Proxy-Foo: Bar", "Pragma: 42"});
  CHECK(lines("http://acme.co:8080/foo?text=hello%20world", "Host: a\r\n")[0] ==
        "GET /foo?text=hello%20world HTTP/1.1");
  CHECK(lines("http://acme.co", "Host: x\r\n") == Lines{"GET / HTTP/1.1", "Host: acme.co"});
  CHECK(lines("http://acme.co?a=b", "Host: x\r\n")[0] == "GET /?a=b HTTP/1.1");
  CHECK(lines("http://acme.co", "Host: x\r\n", "OPTIONS")[0] == "OPTIONS * HTTP/1.1");
  CHECK(lines("http://acme.co/", "Host: x\r\n", "OPTIONS")[0] == "OPTIONS / HTTP/1.1");
}

TEST_CASE("what the name has used up of the path is not passed on") {
  Forwarder forward;
  forward.edits.consumed = 4;
  CHECK(LinesOf(forward(Request("", "GET /web/a?b HTTP/1.1")))[0] == "GET /a?b HTTP/1.1");
  CHECK(LinesOf(forward(Request("", "GET /web?b HTTP/1.1")))[0] == "GET /?b HTTP/1.1");
  CHECK(LinesOf(forward(Request("", "GET /web HTTP/1.1")))[0] == "GET / HTTP/1.1");
  CHECK(LinesOf(forward(Request("", "OPTIONS http://x/web HTTP/1.1")))[0] == "OPTIONS / HTTP/1.1");
}

TEST_CASE("an endpoint set's authority stands in Host, and is mapped back") {
  Forwarder forward;
  CHECK(LinesOf(forward(Request("")))[1] == "Host: web");
  forward.edits.authority = "acme.co";
  CHECK(LinesOf(forward(Request("")))[1] == "Host: acme.co");
  CHECK(LinesOf(forward(Request("", "GET http://other/ HTTP/1.1")))[1] == "Host: acme.co");
  CHECK(ValuesOf(forward("GET / HTTP/1.0\r\n\r\n"), "Host") == Lines{"acme.co"});

  ResponseEdits edits;
  edits.authority = "acme.co";
  edits.host = "monkeys";
  const std::string out = SendBack(
      Response("location: http://acme.co/bar\r\nX-Other: acme.co\r\nRefresh: 5; url=http://acme.co/\r\n"),
      edits);
  CHECK(
      Holds(out, "location: http://monkeys/bar\r\nX-Other: acme.co\r\nRefresh: 5; url=http://monkeys/\r\n"));
  edits.authority = "co";
  edits.host = "m";
  CHECK(Holds(SendBack(Response("Location: http://co/cocoa\r\n"), edits), "Location: http://m/mma\r\n"));
  edits.host = "";
  CHECK(Holds(SendBack(Response("Location: http://co/\r\n"), edits), "Location: http://co/\r\n"));
}

TEST_CASE("a Host is given where HTTP/1.1 asks for one") {
  Forwarder forward;
  CHECK(ValuesOf(forward("GET / HTTP/1.0\r\n\r\n"), "Host").empty());
  CHECK(ValuesOf(forward("GET http://a/ HTTP/1.0\r\n\r\n"), "Host") == Lines{"a"});
}

TEST_CASE("client certificates are not a requester's to say") {
  Forwarder forward;
  const std::string in = Request("x-forwarded-client-cert: a\r\nX-Forwarded-Client-Cert: b\r\n");
  CHECK(LinesOf(forward(in)).size() == 2 + 3);
  forward.edits.forward_client_cert = true;
  CHECK(Holds(forward(in), "x-forwarded-client-cert: a\r\nX-Forwarded-Client-Cert: b\r\n"));
}

TEST_CASE("the time of arrival") {
  Forwarder forward;
  forward.edits.wall_now = Nanos(1'700'000'000'123'999'999);
  CHECK_FALSE(Holds(forward(Request("")), "1700000000123"));
  forward.server.timestamp_header = "x-request-start";
  CHECK(ValuesOf(forward(Request("")), "x-request-start") == Lines{"1700000000123"});
}

TEST_CASE("Max-Forwards can be counted down") {
  Forwarder forward;
  CHECK(ValuesOf(forward(Request("Max-Forwards: 5\r\n", "TRACE / HTTP/1.1")), "Max-Forwards") == Lines{"5"});
  forward.edits.max_forwards = 4;
  CHECK(ValuesOf(forward(Request("Max-Forwards: 5\r\n", "TRACE / HTTP/1.1")), "Max-Forwards") == Lines{"4"});
}

TEST_CASE("a cleared context: nothing of the mesh passes") {
  Forwarder forward;
  forward.server.clear_context = true;
  forward.edits.name_fields = "l5d-dst-service: /svc/web\r\n";
  const std::string out = forward(
      Request("l5d-dtab: /foo=>/bar\r\nl5d-ctx-thing: yoooooo\r\nL5D-Name: /x\r\nl5d-: y\r\nl5d: kept\r\n"
              "l5d-ctx-deadline: 1 2\r\nl5d-ctx-trace: ERITFBUWFxghIiMkJSYnKDEyMzQ1Njc4AAAAAAAAAAY=\r\n"));
  const Lines lines = LinesOf(out);
  REQUIRE(lines.size() == 7);
  CHECK(lines[2] == "l5d: kept");
  CHECK(lines[4] == "l5d-dst-service: /svc/web");
  CHECK(DecodeTrace(ValuesOf(out, "l5d-ctx-trace")[0])->flags == 0);

  ResponseEdits edits;
  edits.cleared = true;
  edits.success = true;
  edits.length = 0;
  CHECK(LinesOf(SendBack(Response("l5d-err: x\r\nX-App: y\r\nl5d-success-class: 1.0\r\nl5d-custom: z\r\n"
                                  "Content-Length: 6\r\n"),
                         edits)) ==
        Lines{"HTTP/1.1 200 OK", "X-App: y", "Via: 1.1 linkerd", "Content-Length: 0"});
}

TEST_CASE("what other proxies said of the context passes, but for what is said anew") {
  Forwarder forward;
  const std::string out =
      forward(Request("l5d-dtab: /foo=>/bar\r\nl5d-ctx-thing: yoooooo\r\nl5d-sample: 1\r\nl5d-reqid: 1\r\n"
                      "dtab-local: /a=>/b\r\nl5d-ctx-sample: 1\r\n"));
  const Lines lines = LinesOf(out);
  REQUIRE(lines.size() == 8);
  CHECK(lines[2] == "l5d-ctx-thing: yoooooo");
  CHECK(lines[3] == "dtab-local: /a=>/b");
  CHECK(lines[4] == "l5d-ctx-sample: 1");
}

TEST_CASE("a response says its class in place of what it said") {
  ResponseEdits edits;
  edits.success = true;
  CHECK(ValuesOf(SendBack(Response("l5d-success-class: 0.3\r\n"), edits), "l5d-success-class") ==
        Lines{"1.0"});
  edits.success = false;
  CHECK(ValuesOf(SendBack(Response(""), edits), "l5d-success-class") == Lines{"0.0"});
  CHECK(ValuesOf(SendBack(Response("l5d-success-class: 0.3\r\n")), "l5d-success-class") == Lines{"0.3"});
}

TEST_CASE("a response of HTTP/1.0 becomes one of HTTP/1.1") {
  CHECK(SendBack("HTTP/1.0 200 OK\r\n\r\n") == "HTTP/1.1 200 OK\r\nVia: 1.0 linkerd\r\n\r\n");
}

TEST_CASE("the framing of a response is written anew where its body is") {
  ResponseEdits dechunk;
  dechunk.dechunk = true;
  dechunk.close = true;
  CHECK(SendBack(Response("Transfer-Encoding: chunked\r\n"), dechunk) ==
        Response("Via: 1.1 linkerd\r\nConnection: close\r\n"));
  ResponseEdits chunk;
  chunk.chunk = true;
  CHECK(SendBack(Response(""), chunk) == Response("Via: 1.1 linkerd\r\nTransfer-Encoding: chunked\r\n"));
  ResponseEdits length;
  length.length = 12;
  length.keep_alive = true;
  CHECK(SendBack(Response("Transfer-Encoding: chunked\r\nX: y\r\n"), length) ==
        Response("X: y\r\nVia: 1.1 linkerd\r\nContent-Length: 12\r\nConnection: keep-alive\r\n"));
}

TEST_CASE("what frames a message is passed on in one spelling") {
  Forwarder forward;
  const auto request = [&](const std::string& line) {
    return LinesOf(forward("POST / HTTP/1.1\r\n" + line + "\r\nHost: web\r\n\r\n"))[1];
  };
  const auto response = [](const std::string& line) { return LinesOf(SendBack(Response(line + "\r\n")))[1]; };
  for (const char* const line :
       {"Transfer-Encoding: chunked", "Transfer-Encoding:\tchunked", "Transfer-Encoding:chunked",
        "Transfer-Encoding:  chunked", "Transfer-Encoding: chunked \t", "TRANSFER-ENCODING: cHunked"}) {
    CHECK(request(line) == "Transfer-Encoding: chunked");
    CHECK(response(line) == "Transfer-Encoding: chunked");
  }
  for (const char* const line :
       {"Content-Length: 10", "Content-Length:\t10", "Content-Length:10", "Content-Length: 10 ",
        "Content-Length: 010", "Content-Length: 00000000010"}) {
    CHECK(request(line) == "Content-Length: 10");
    CHECK(response(line) == "Content-Length: 10");
  }
  CHECK(request("Content-Length: 0") == "Content-Length: 0");
}

TEST_CASE("a response that can have no body has no length") {
  for (const char* const first : {"HTTP/1.1 204 No Content\r\n", "HTTP/1.1 103 Early Hints\r\n"}) {
    CHECK(SendBack(absl::StrCat(first, "Content-Length: 0\r\n\r\n")) ==
          absl::StrCat(first, "Via: 1.1 linkerd\r\n\r\n"));
  }
  CHECK(SendBack("HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n") ==
        "HTTP/1.1 204 No Content\r\nVia: 1.1 linkerd\r\n\r\n");
  CHECK(SendBack("HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\n\r\n") ==
        "HTTP/1.1 304 Not Modified\r\nContent-Length: 7\r\nVia: 1.1 linkerd\r\n\r\n");
  ResponseEdits edits;
  edits.tunnel = true;
  CHECK(SendBack(Response("Content-Length: 7\r\n"), edits) == Response("Via: 1.1 linkerd\r\n"));
  CHECK(SendBack(Response("Transfer-Encoding: chunked\r\n"), edits) == Response("Via: 1.1 linkerd\r\n"));
}

TEST_CASE("requests are passed on in HTTP/1.1, but for those of HTTP/1.0 without a Host") {
  Forwarder forward;
  CHECK(LinesOf(forward(Request("", "GET /a HTTP/1.0")))[0] == "GET /a HTTP/1.1");
  CHECK(LinesOf(forward("GET http://web/a HTTP/1.0\r\n\r\n"))[0] == "GET /a HTTP/1.1");
  CHECK(LinesOf(forward("GET /a HTTP/1.0\r\n\r\n"))[0] == "GET /a HTTP/1.0");
}

// One request must not cost what hundreds do: this took 0.5 million comparisons a request once, and 15 s
// here.
TEST_CASE("thousands of options in Connection are no burden") {
  std::string fields = "Connection: ";
  for (int i = 0; i < 3000; ++i) fields += "a,";
  fields += "z\r\n";
  for (int i = 0; i < 120; ++i) fields += "a: \r\n";
  const std::string request = Request(fields);
  Forwarder forward;
  for (int i = 0; i < 300; ++i) CHECK(LinesOf(forward(request)).size() == 2 + 3);
}

}  // namespace
}  // namespace heddle
