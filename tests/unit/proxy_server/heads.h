// Heads without connections: what the proxy makes of one.
#ifndef HEDDLE_TESTS_UNIT_PROXY_SERVER_HEADS_H_
#define HEDDLE_TESTS_UNIT_PROXY_SERVER_HEADS_H_

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "lib/codec/h1/head_parser.h"
#include "proxy/server/forward.h"

namespace heddle::testing {

// A parsed head and its bytes.
template <class Parser>
struct ParsedHead {
  explicit ParsedHead(std::string text) : bytes(std::move(text)) {
    INFO(bytes);
    REQUIRE(parser.Parse(bytes) == h1::Progress::kDone);
  }
  const Head& head() const { return parser.head(); }
  std::string bytes;
  Parser parser;
};
using RequestHead = ParsedHead<h1::RequestParser>;
using ResponseHead = ParsedHead<h1::ResponseParser>;

// The lines of a head without the empty one.
inline std::vector<std::string> LinesOf(absl::string_view head) {
  REQUIRE(absl::EndsWith(head, "\r\n\r\n"));
  head.remove_suffix(4);
  return absl::StrSplit(head, "\r\n");
}

// The values of all fields called `name`, compared with case.
inline std::vector<std::string> ValuesOf(absl::string_view head, absl::string_view name) {
  std::vector<std::string> values;
  for (const std::string& line : LinesOf(head)) {
    if (absl::StartsWith(line, absl::StrCat(name, ": "))) values.push_back(line.substr(name.size() + 2));
  }
  return values;
}

using Lines = std::vector<std::string>;

// As a request is sent on by a server that is configured as `origin` says.
struct Forwarder {
  Forwarder() { origin.server = &server; }
  // Reads the context first, which has to succeed.
  std::string operator()(const std::string& text) {
    RequestHead request(text);
    REQUIRE(ReadContext(request.bytes, request.head(), origin, random, &context).ok());
    edits.context = &context;
    edits.origin = &origin;
    std::string out;
    ForwardRequest(request.bytes, request.head(), edits, random, &out);
    return out;
  }

  ServerConfig server;
  RequestOrigin origin;
  RequestContext context;
  RequestEdits edits;
  Random random{1};
};

inline std::string SendBack(const std::string& text, const ResponseEdits& edits = {}) {
  ResponseHead response(text);
  std::string out;
  ForwardResponse(response.bytes, response.head(), edits, &out);
  return out;
}

}  // namespace heddle::testing

#endif  // HEDDLE_TESTS_UNIT_PROXY_SERVER_HEADS_H_
