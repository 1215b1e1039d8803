#include "lib/codec/h1/body_decoder.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "lib/codec/h1/head_parser.h"
#include "lib/codec/h1/head_writer.h"

namespace heddle::h1 {
namespace {

struct Result {
  std::string payload;
  size_t taken = 0;
  bool done = false;
  bool error = false;
  friend bool operator==(const Result&, const Result&) = default;
};

// Feeds `text` in pieces of `size`.
Result Decode(BodyFraming framing, const std::string& text, size_t size) {
  BodyDecoder decoder(400);
  decoder.Start(framing);
  Result r;
  for (size_t at = 0; at < text.size() && !decoder.done() && !decoder.error(); at += size) {
    absl::string_view piece = absl::string_view(text).substr(at, size);
    while (!piece.empty() && !decoder.done() && !decoder.error()) {
      absl::string_view payload;
      const size_t n = decoder.Next(piece, &payload);
      r.payload.append(payload.data(), payload.size());
      r.taken += n;
      piece.remove_prefix(n);
    }
  }
  r.done = decoder.done();
  r.error = static_cast<bool>(decoder.error());
  return r;
}

Result DecodeAll(BodyFraming framing, const std::string& text) {
  const Result whole = Decode(framing, text, text.size() + 1);
  for (const size_t size : {1, 2, 3, 7}) CHECK(Decode(framing, text, size) == whole);
  BodyDecoder skipping(400);
  skipping.Start(framing);
  CHECK(skipping.Skip(text) == whole.taken);
  CHECK(skipping.done() == whole.done);
  CHECK(static_cast<bool>(skipping.error()) == whole.error);
  return whole;
}

constexpr BodyFraming kChunkedBody{Framing::kChunked, 0};

TEST_CASE("bodies end where they say") {
  CHECK(DecodeAll({}, "GET / HTTP/1.1") == Result{"", 0, true, false});
  CHECK(DecodeAll({Framing::kLength, 5}, "helloGET") == Result{"hello", 5, true, false});
  CHECK(DecodeAll({Framing::kLength, 5}, "hel") == Result{"hel", 3, false, false});
  CHECK(DecodeAll({Framing::kUntilClose, 0}, "anything\r\n") == Result{"anything\r\n", 10, false, false});
  CHECK(DecodeAll(kChunkedBody, "5\r\nhello\r\n0\r\n\r\nGET") == Result{"hello", 15, true, false});
  CHECK(DecodeAll(kChunkedBody, "0\r\n\r\n") == Result{"", 5, true, false});
  CHECK(DecodeAll(kChunkedBody, "A;a=\"b\"\r\n0123456789\r\n00\r\nT: a\r\nU: b\r\n\r\n").done);
  CHECK(DecodeAll(kChunkedBody, "3 ;x\r\nabc\r\n1\r\n\n\r\n0\r\n\r\n") == Result{"abc\n", 22, true, false});
  CHECK_FALSE(DecodeAll(kChunkedBody, "5\r\nhel").done);
}

TEST_CASE("chunks that two readers could see differently are refused") {
  for (const std::string& text : std::vector<std::string>{"\r\n",
                                                          "g\r\n",
                                                          "0x5\r\nhello\r\n",
                                                          "-1\r\n",
                                                          "+5\r\nhello\r\n",
                                                          " 5\r\nhello\r\n",
                                                          "5 \r\nhello\r\n",
                                                          "5\nhello\n0\n\n",
                                                          "5\r\nhello\n0\r\n\r\n",
                                                          "5\r\nhelloX\r\n0\r\n\r\n",
                                                          "5\rXhello\r\n",
                                                          "5;a\nb\r\nhello\r\n",
                                                          "5;a\rb\r\nhello\r\n",
                                                          std::string("5;\0\r\nhello\r\n", 13),
                                                          "10000000000000000\r\n",
                                                          "fffffffffffffffff\r\n",
                                                          "ffffffffffffffff\r\n",
                                                          "1000000000000001\r\n",
                                                          "5;" + std::string(5000, 'a'),
                                                          std::string(5000, '0'),
                                                          "0\r\n\n",
                                                          "0\r\n\rX",
                                                          "0\r\n: a\r\n\r\n",
                                                          "0\r\nT : a\r\n\r\n",
                                                          "0\r\n T: a\r\n\r\n",
                                                          "0\r\nT: a\nU: b\r\n\r\n",
                                                          "0\r\nT: a\rb\r\n\r\n",
                                                          "0\r\nT: " + std::string(9000, 'a')}) {
    INFO(text.substr(0, 40));
    CHECK(DecodeAll(kChunkedBody, text).error);
  }
}

TEST_CASE("the end of the connection completes only a body that lasts until then") {
  BodyDecoder decoder(502);
  decoder.Start({Framing::kUntilClose, 0});
  CHECK(decoder.Skip("abc") == 3);
  CHECK(decoder.End());
  CHECK(decoder.done());
  decoder.Start({Framing::kLength, 3});
  CHECK(decoder.Skip("ab") == 2);
  CHECK(decoder.remaining() == 1);
  CHECK_FALSE(decoder.End());
  decoder.Start(kChunkedBody);
  decoder.Skip("0\r\n");
  CHECK_FALSE(decoder.End());
  decoder.Start(kChunkedBody);
  decoder.Skip("x");
  CHECK(decoder.error().status == 502);
}

BodyFraming FramingOf(const std::string& text, bool to_head) {
  ResponseParser parser;
  REQUIRE(parser.Parse(text) == Progress::kDone);
  return ResponseFraming(parser.head(), to_head);
}

TEST_CASE("what frames a response") {
  const std::string length = "Content-Length: 5\r\n\r\n";
  const std::string chunked = "Transfer-Encoding: chunked\r\n\r\n";
  CHECK(FramingOf("HTTP/1.1 200 OK\r\n" + length, false).framing == Framing::kLength);
  CHECK(FramingOf("HTTP/1.1 200 OK\r\n" + length, false).length == 5);
  CHECK(FramingOf("HTTP/1.1 200 OK\r\n" + length, true).framing == Framing::kNone);
  CHECK(FramingOf("HTTP/1.1 204 No Content\r\n" + length, false).framing == Framing::kNone);
  CHECK(FramingOf("HTTP/1.1 304 Not Modified\r\n" + length, false).framing == Framing::kNone);
  CHECK(FramingOf("HTTP/1.1 100 Continue\r\n\r\n", false).framing == Framing::kNone);
  CHECK(FramingOf("HTTP/1.1 200 OK\r\n" + chunked, false).framing == Framing::kChunked);
  CHECK(FramingOf("HTTP/1.1 200 OK\r\n" + chunked, true).framing == Framing::kNone);
  CHECK(FramingOf("HTTP/1.1 200 OK\r\n\r\n", false).framing == Framing::kUntilClose);
  CHECK(FramingOf("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", false).framing == Framing::kNone);
}

TEST_CASE("a head is written as it was received, but for its edits") {
  const std::string in = "\r\nGET http://a/x HTTP/1.1\r\nHost: b\r\nTE: c\r\nX: y\r\n\r\n";
  RequestParser parser;
  REQUIRE(parser.Parse(in) == Progress::kDone);
  const Head& head = parser.head();
  std::string out = "before ";
  {
    HeadWriter writer(in, head.begin, &out);
    writer.Replace(head.target, head.origin.In(in));
    writer.Replace(head.fields[0].value, head.authority.In(in));
    writer.DropField(head.fields[1]);
    writer.KeepTo(head.size - 2);
    writer.AddField("Via", "1.1 linkerd");
    out += "Z: ?\r\n";
    writer.KeepTo(head.size);
  }
  CHECK(out == "before GET /x HTTP/1.1\r\nHost: a\r\nX: y\r\nVia: 1.1 linkerd\r\nZ: ?\r\n\r\n");
}

}  // namespace
}  // namespace heddle::h1
