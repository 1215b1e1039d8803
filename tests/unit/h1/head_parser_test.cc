#include "lib/codec/h1/head_parser.h"

#include <catch2/catch.hpp>
#include <string>

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

TEST_CASE("a Connection that names fields says so, and how many it names costs no more than reading it") {
  const auto names = [](const std::string& connection) {
    const std::string text = Host("Connection: " + connection + "\r\n\r\n");
    RequestParser parser;
    REQUIRE(parser.Parse(text) == Progress::kDone);
    return parser.head().connection_names_fields;
  };
  CHECK_FALSE(names("keep-alive"));
  CHECK_FALSE(names(" , close,"));
  CHECK(names("close, x"));
  CHECK(names("upgrade"));
  std::string many;
  for (int i = 0; i < 2000; ++i) many += "x,,";
  CHECK(names(many));
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

TEST_CASE("a parser can be used again after any outcome") {
  RequestParser parser;
  const std::string good = Host("X: y\r\nL5d-Custom: z\r\n\r\n");
  for (const std::string& text : {good, std::string("GET"), Host("X : y\r\n\r\n"), Host("X: y"), good}) {
    parser.Reset();
    parser.Parse(text);
    parser.Reset();
    REQUIRE(parser.Parse(good) == Progress::kDone);
    CHECK(parser.head().field_count == 3);
    CHECK(parser.head().Value(good, HeaderId::kL5dOther) == "z");
    CHECK_FALSE(parser.head().Has(HeaderId::kContentLength));
    CHECK(parser.Parse(good) == Progress::kDone);  // once more changes nothing
    CHECK(parser.head().field_count == 3);
  }
}

}  // namespace
}  // namespace heddle::h1
