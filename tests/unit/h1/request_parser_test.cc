#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "lib/codec/h1/head_parser.h"

namespace heddle::h1 {
namespace {

std::string Host(const std::string& rest) { return "GET / HTTP/1.1\r\nHost: web\r\n" + rest; }

// The outcome must not depend on how the bytes arrive.
struct Outcome {
  Progress progress;
  int status;
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

template <class Parser>
Outcome ByteByByte(Parser& parser, const std::string& text) {
  for (size_t n = 1; n <= text.size(); ++n) {
    const Progress p = parser.Parse(absl::string_view(text).substr(0, n));
    if (p != Progress::kMore) return {p, parser.error().status};
  }
  return {Progress::kMore, 0};
}

Outcome Request(const std::string& text, Limits limits = Limits()) {
  RequestParser whole(limits);
  const Progress p = whole.Parse(text);
  const Outcome outcome{p, whole.error().status};
  RequestParser pieces(limits);
  CHECK(ByteByByte(pieces, text) == outcome);
  if (p == Progress::kError) CHECK(whole.error().reason != nullptr);
  return outcome;
}

TEST_CASE("a request's head is places in its bytes") {
  const std::string text =
      "POST /a/b?c=d HTTP/1.1\r\nHost: web:80\r\nX-One:  1 \r\ncontent-length: 5\r\nX-Empty:\r\n\r\nhello";
  RequestParser parser;
  REQUIRE(parser.Parse(text) == Progress::kDone);
  const Head& head = parser.head();
  CHECK(head.method == Method::kPost);
  CHECK(head.method_text.In(text) == "POST");
  CHECK(head.target.In(text) == "/a/b?c=d");
  CHECK(head.minor_version == 1);
  CHECK(head.size == text.size() - 5);
  CHECK(head.field_count == 4);
  CHECK(head.Value(text, HeaderId::kHost) == "web:80");
  CHECK(head.fields[1].name.In(text) == "X-One");
  CHECK(head.fields[1].value.In(text) == "1");
  CHECK(head.fields[3].value.In(text).empty());
  CHECK(text.substr(head.fields[1].name.begin, head.fields[1].line_end - head.fields[1].name.begin) ==
        "X-One:  1 \r\n");
  CHECK(head.has_content_length);
  CHECK(head.content_length == 5);
  CHECK(KeepsAlive(head));

  parser.Reset();
  CHECK(parser.Parse("GET") == Progress::kMore);
  CHECK(parser.Parse("GET / HTTP/1.0\r\n\r\n") == Progress::kDone);
  CHECK(parser.head().field_count == 0);
  CHECK_FALSE(parser.head().Has(HeaderId::kHost));
  CHECK_FALSE(KeepsAlive(parser.head()));
}

TEST_CASE("requests that are accepted") {
  const std::vector<std::string> accepted = {
      "GET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n",
      "PURGE /x HTTP/1.1\r\nHost: a\r\n\r\n",
      "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n",
      "CONNECT a:443 HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET http://web/ HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET /\xc3\xa9 HTTP/1.1\r\nHost: a\r\n\r\n",
      "GET / HTTP/1.1\r\nHost:a\r\n\r\n",
      Host("X: a\tb\r\n\r\n"),
      Host("X: \xff\r\n\r\n"),
      Host("Transfer-Encoding: Chunked\r\n\r\n"),
      Host("Content-Length: 3\r\nContent-Length: 3\r\n\r\n"),
      Host("Content-Length: 9223372036854775807\r\n\r\n"),
  };
  for (const std::string& text : accepted) {
    INFO(text);
    CHECK(Request(text) == Outcome{Progress::kDone, 0});
  }
}

TEST_CASE("requests that two readers could see differently are refused") {
  struct Case {
    const char* why;
    std::string text;
    int status;
  };
  const std::vector<Case> cases = {
      {"both lengths", Host("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
      {"both lengths, other order", Host("Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n"), 400},
      {"two lengths", Host("Content-Length: 3\r\nContent-Length: 4\r\n\r\n"), 400},
      {"a list of lengths", Host("Content-Length: 3, 3\r\n\r\n"), 400},
      {"signed length", Host("Content-Length: +3\r\n\r\n"), 400},
      {"negative length", Host("Content-Length: -3\r\n\r\n"), 400},
      {"hexadecimal length", Host("Content-Length: 0x3\r\n\r\n"), 400},
      {"length with a space", Host("Content-Length: 1 2\r\n\r\n"), 400},
      {"length with an underscore", Host("Content-Length: 1_2\r\n\r\n"), 400},
      {"empty length", Host("Content-Length:\r\n\r\n"), 400},
      {"length beyond 63 bits", Host("Content-Length: 9223372036854775808\r\n\r\n"), 400},
      {"length beyond 64 bits", Host("Content-Length: 99999999999999999999\r\n\r\n"), 400},
      {"empty coding", Host("Transfer-Encoding:\r\n\r\n"), 400},
      {"unknown coding", Host("Transfer-Encoding: xchunked\r\n\r\n"), 400},
      {"identity", Host("Transfer-Encoding: identity\r\n\r\n"), 400},
      {"chunked not last", Host("Transfer-Encoding: chunked, gzip\r\n\r\n"), 400},
      {"a second coding", Host("Transfer-Encoding: gzip, chunked\r\n\r\n"), 501},
      {"coding twice", Host("Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n"), 400},
      {"coding twice, other first", Host("Transfer-Encoding: chunked\r\nTransfer-Encoding: x\r\n\r\n"), 400},
      {"coding with a parameter", Host("Transfer-Encoding: chunked;a=b\r\n\r\n"), 400},
      {"coding in quotes", Host("Transfer-Encoding: \"chunked\"\r\n\r\n"), 400},
      {"coding after a vertical tab",
       Host("Transfer-Encoding: \x0b"
            "chunked\r\n\r\n"),
       400},
      {"coding in HTTP/1.0", "GET / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"space before the colon", Host("Content-Length : 3\r\n\r\n"), 400},
      {"tab before the colon", Host("Transfer-Encoding\t: chunked\r\n\r\n"), 400},
      {"folded line", Host("X: a\r\n b\r\n\r\n"), 400},
      {"folded with a tab", Host("X: a\r\n\tb\r\n\r\n"), 400},
      {"folded first line", "GET / HTTP/1.1\r\n Host: a\r\n\r\n", 400},
      {"no name", Host(": a\r\n\r\n"), 400},
      {"no colon", Host("abc\r\n\r\n"), 400},
      {"name with a control character", Host("a\x01: b\r\n\r\n"), 400},
      {"name with a non-ASCII byte", Host("a\xff: b\r\n\r\n"), 400},
      {"name with brackets", Host("a[b]: b\r\n\r\n"), 400},
      {"NUL in a value", Host(std::string("X: a\0b\r\n\r\n", 10)), 400},
      {"bare CR in a value", Host("X: a\rb\r\n\r\n"), 400},
      {"CR CR LF", Host("X: a\r\r\n\r\n"), 400},
      {"bare LF after a field", Host("X: a\nY: b\r\n\r\n"), 400},
      {"bare LF ends the head", Host("X: a\r\n\n"), 400},
      {"bare LF after the first line", "GET / HTTP/1.1\nHost: a\r\n\r\n", 400},
      {"DEL in a value", Host("X: \x7f\r\n\r\n"), 400},
      {"two Hosts", Host("Host: web\r\n\r\n"), 400},
      {"Host with a path", "GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400},
      {"Host with user information", "GET / HTTP/1.1\r\nHost: u@a\r\n\r\n", 400},
      {"Host that is a list", "GET / HTTP/1.1\r\nHost: a, b\r\n\r\n", 400},
      {"two spaces", "GET  / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"space in the target", "GET /a b HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"tab for a space", "GET\t/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"space at the end", "GET / HTTP/1.1 \r\nHost: a\r\n\r\n", 400},
      {"leading space", " GET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"no target", "GET HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"no version", "GET /\r\nHost: a\r\n\r\n", 400},
      {"HTTP/0.9", "GET /\r\n\r\n", 400},
      {"lower-case protocol", "GET / http/1.1\r\nHost: a\r\n\r\n", 400},
      {"version with more digits", "GET / HTTP/1.10\r\nHost: a\r\n\r\n", 400},
      {"HTTP/2", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505},
      {"HTTP/1.2", "GET / HTTP/1.2\r\nHost: a\r\n\r\n", 505},
      {"method with a colon", "GE:T / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"relative target", "GET a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"asterisk for GET", "GET * HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"other scheme", "GET ftp://a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"absolute target without a host", "GET http:///x HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"user information in the target", "GET http://u@a/ HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"CONNECT to a path", "CONNECT /a HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"control character in the target", "GET /\x01 HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"two empty lines first", "\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\n\r\n", 400},
      {"TLS to a plain port", std::string("\x16\x03\x01\x02\x00\x01\x00\n", 8), 400},
  };
  for (const Case& c : cases) {
    INFO(c.why);
    CHECK(Request(c.text) == Outcome{Progress::kError, c.status});
  }
}

TEST_CASE("limits") {
  const Limits limits{64, 256};
  const std::string end = " HTTP/1.1\r\nHost: a\r\n\r\n";
  CHECK(Request("GET /" + std::string(50, 'a') + end, limits) == Outcome{Progress::kDone, 0});
  CHECK(Request("GET /" + std::string(51, 'a') + end, limits) == Outcome{Progress::kError, 414});
  CHECK(Request("GET /" + std::string(5000, 'a'), limits) == Outcome{Progress::kError, 414});
  const std::string start = Host("X: ");  // 30 bytes
  CHECK(Request(start + std::string(222, 'a') + "\r\n\r\n", limits) == Outcome{Progress::kDone, 0});
  CHECK(Request(start + std::string(223, 'a') + "\r\n\r\n", limits) == Outcome{Progress::kError, 431});
  CHECK(Request(start + std::string(5000, 'a'), limits) == Outcome{Progress::kError, 431});

  std::string many;
  for (size_t i = 0; i + 1 < Head::kMaxFields; ++i) many += "a: b\r\n";
  CHECK(Request(Host(many + "\r\n")) == Outcome{Progress::kDone, 0});
  CHECK(Request(Host(many + "a: b\r\n\r\n")) == Outcome{Progress::kError, 431});
}

TEST_CASE("absolute targets are split into authority and origin") {
  struct Case {
    const char* target;
    const char* authority;
    const char* origin;
  };
  for (const Case& c : {Case{"http://acme.co:8080/foo?a=b%20c", "acme.co:8080", "/foo?a=b%20c"},
                        Case{"HTTPS://[::1]/", "[::1]", "/"}, Case{"http://acme.co", "acme.co", ""},
                        Case{"http://acme.co?x", "acme.co", "?x"}}) {
    const std::string text = std::string("GET ") + c.target + " HTTP/1.1\r\nHost: other\r\n\r\n";
    RequestParser parser;
    REQUIRE(parser.Parse(text) == Progress::kDone);
    CHECK(parser.head().form == TargetForm::kAbsolute);
    CHECK(parser.head().authority.In(text) == c.authority);
    CHECK(parser.head().origin.In(text) == c.origin);
  }
}

TEST_CASE("Connection and Expect") {
  struct Case {
    const char* version;
    const char* connection;
    bool keeps;
    bool names;
  };
  for (const Case& c : {Case{"1.1", "keep-alive", true, false}, Case{"1.1", "Close", false, false},
                        Case{"1.1", "x, close", false, true}, Case{"1.0", "Keep-Alive", true, false},
                        Case{"1.0", "", false, false}, Case{"1.1", " , ", true, false}}) {
    const std::string text =
        std::string("GET / HTTP/") + c.version + "\r\nConnection: " + c.connection + "\r\n\r\n";
    RequestParser parser;
    REQUIRE(parser.Parse(text) == Progress::kDone);
    CHECK(KeepsAlive(parser.head()) == c.keeps);
    CHECK(parser.head().connection_names_fields == c.names);
  }
  RequestParser parser;
  REQUIRE(parser.Parse(Host("Expect: 100-Continue\r\n\r\n")) == Progress::kDone);
  CHECK(parser.head().expect_continue);
}

TEST_CASE("any bytes give an outcome, whole and in pieces the same one") {
  const std::string base =
      Host("Content-Length: 3\r\nConnection: close, x\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (size_t at = 0; at < base.size(); ++at) {
    for (const int byte : {0, 9, 10, 13, 32, 47, 58, 65, 127, 255}) {
      std::string text = base;
      text[at] = static_cast<char>(byte);
      Request(text);
      text.erase(at, 1);
      Request(text);
    }
  }
}

TEST_CASE("responses") {
  struct Case {
    const char* text;
    int status;  // 0: an error
  };
  for (const Case& c : {
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", 200},
           Case{"HTTP/1.1 200 \r\n\r\n", 200},
           Case{"HTTP/1.1 200\r\n\r\n", 200},
           Case{"HTTP/1.0 404 Not Found\r\n\r\n", 404},
           Case{"HTTP/1.1 999 x\r\n\r\n", 999},
           Case{"HTTP/1.1 099 x\r\n\r\n", 0},
           Case{"HTTP/1.1 20 OK\r\n\r\n", 0},
           Case{"HTTP/1.1 2000 OK\r\n\r\n", 0},
           Case{"HTTP/1.1  200 OK\r\n\r\n", 0},
           Case{"HTTP/2.0 200 OK\r\n\r\n", 0},
           Case{"\r\nHTTP/1.1 200 OK\r\n\r\n", 0},
           Case{"HTTP/1.1 200 O\x01K\r\n\r\n", 0},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\n", 0},
           Case{"HTTP/1.1 200 OK\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n", 0},
           Case{"HTTP/1.1 200 OK\r\nX : a\r\n\r\n", 0},
           Case{"SSH-2.0-OpenSSH_9.2\r\n", 0},
       }) {
    INFO(c.text);
    ResponseParser parser;
    const Progress p = parser.Parse(c.text);
    CHECK(p == (c.status == 0 ? Progress::kError : Progress::kDone));
    if (c.status == 0) CHECK(parser.error().status == 502);
    if (c.status != 0) CHECK(parser.head().status == c.status);
    ResponseParser pieces;
    CHECK(ByteByByte(pieces, c.text).progress == p);
  }
}

}  // namespace
}  // namespace heddle::h1
