// What pins a request: header, cookie, and the pin it came with.
#include "proxy/identify/sticky_key.h"

#include <catch2/catch.hpp>
#include <string>

#include "lib/codec/h1/head_parser.h"

namespace heddle {
namespace {

using Kind = StickyKeyConfig::Kind;

constexpr uint64_t kAlice = 0x2bd806c97f0e00af;  // printf %s alice | sha256sum
constexpr uint64_t kBob = 0x81b637d8fcd2c6da;

struct Request {
  explicit Request(const std::string& fields, bool cleared = false)
      : bytes("GET / HTTP/1.1\r\nHost: web\r\n" + fields + "\r\n") {
    INFO(fields);
    REQUIRE(parser.Parse(bytes) == h1::Progress::kDone);
    view = MakeRequestView(bytes, parser.head(), cleared);
  }
  std::string bytes;
  h1::RequestParser parser{h1::Limits{64 << 10, 64 << 10}};
  RequestView view;
};

std::optional<uint64_t> ByHeader(const std::string& fields) {
  return StickyKey({Kind::kHeader, "x-user-id"}).Pin(Request(fields).view);
}
std::optional<uint64_t> ByCookie(const std::string& fields) {
  return StickyKey({Kind::kCookie, "session"}).Pin(Request(fields).view);
}

TEST_CASE("a header pins") {
  CHECK(ByHeader("x-user-id: alice\r\n") == kAlice);
  CHECK(ByHeader("X-User-ID: \t alice \r\n") == kAlice);
  CHECK(ByHeader("x-user-id: bob\r\nx-user-id: alice\r\n") == kBob);
  CHECK(ByHeader("x-user-id: Alice\r\n") != kAlice);
  CHECK_FALSE(ByHeader("x-user-id:\r\n").has_value());
  CHECK_FALSE(ByHeader("x-user: alice\r\n").has_value());
  CHECK(StickyKey({Kind::kHeader, "Host"}).Pin(Request("").view).has_value());
  CHECK(StickyKey({Kind::kHeader, "User-Agent"}).Pin(Request("user-agent: alice\r\n").view) == kAlice);
}

TEST_CASE("a header of the mesh pins only where such are believed") {
  const StickyKey key({Kind::kHeader, "l5d-user"});
  CHECK(key.Pin(Request("l5d-user: alice\r\n").view) == kAlice);
  CHECK_FALSE(key.Pin(Request("l5d-user: alice\r\n", /*cleared=*/true).view).has_value());
}

TEST_CASE("a cookie pins, wherever it stands") {
  CHECK(ByCookie("Cookie: session=alice\r\n") == kAlice);
  CHECK(ByCookie("Cookie: a=b; session=alice; c=d\r\n") == kAlice);
  CHECK(ByCookie("Cookie: a=b;session=alice\r\n") == kAlice);
  CHECK(ByCookie("Cookie: session = alice ;\r\n") == kAlice);
  CHECK(ByCookie("Cookie: session=\"alice\"\r\n") == kAlice);
  CHECK(ByCookie("Cookie: a=b\r\nX: y\r\nCookie: session=alice\r\n") == kAlice);
  CHECK(ByCookie("Cookie: session=alice; session=bob\r\n") == kAlice);
  CHECK(ByCookie("Cookie: ; ;=; =x;session; nonsense; session=alice\r\n") == kAlice);
  CHECK(ByCookie("Cookie: session=\r\nCookie: session=alice\r\n") == kAlice);
}

TEST_CASE("what is no such cookie does not pin") {
  for (const char* cookie : {"", "session", "session=", "session=\"\"", "Session=alice", "xsession=alice",
                             "sessionx=alice", "a=session=alice", "a=\"; sess\"ion=alice"}) {
    INFO(cookie);
    CHECK_FALSE(ByCookie(std::string("Cookie: ") + cookie + "\r\n").has_value());
  }
  CHECK_FALSE(ByCookie("").has_value());
  CHECK_FALSE(ByCookie("Set-Cookie: session=alice\r\n").has_value());
}

TEST_CASE("quotes and signs of equality inside a value are its own") {
  CHECK(CookieValue("session=a=b=c", "session") == "a=b=c");
  CHECK(CookieValue("session=\"a", "session") == "\"a");
  CHECK(CookieValue("session=\"", "session") == "\"");
  CHECK(CookieValue("session=a\"b\"", "session") == "a\"b\"");
}

TEST_CASE("of a long key the beginning counts") {
  const std::string longest(StickyKey::kMaxKeyBytes, 'x');
  const auto pin = ByHeader("x-user-id: " + longest + "\r\n");
  REQUIRE(pin.has_value());
  CHECK(ByHeader("x-user-id: " + longest + "tail\r\n") == pin);
  CHECK(ByHeader("x-user-id: " + longest.substr(1) + "\r\n") != pin);
}

TEST_CASE("the pin of the requests before is read and written as 16 digits") {
  std::string line;
  AppendPinField(0x0bd806c97f0e00af, &line);
  CHECK(line == "l5d-ctx-sticky: 0bd806c97f0e00af\r\n");
  CHECK(ReceivedPin(Request(line).view) == 0x0bd806c97f0e00af);
  CHECK(ReceivedPin(Request("L5D-Ctx-Sticky: 2BD806C97F0E00AF\r\n").view) == kAlice);
  CHECK(ReceivedPin(Request("l5d-ctx-sticky: no\r\nl5d-ctx-sticky: 2bd806c97f0e00af\r\n").view) == kAlice);
  CHECK_FALSE(ReceivedPin(Request(line, /*cleared=*/true).view).has_value());
  CHECK_FALSE(ReceivedPin(Request("").view).has_value());
  for (const char* bad : {"", "2bd806c97f0e00a", "2bd806c97f0e00af0", "0x2bd806c97f0e00", "2bd806c97f0e00ag",
                          "+bd806c97f0e00af", " bd806c97f0e00af "}) {
    INFO(bad);
    CHECK_FALSE(ParsePin(bad).has_value());
  }
}

}  // namespace
}  // namespace heddle
