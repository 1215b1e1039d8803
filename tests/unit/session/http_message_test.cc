#include "lib/session/http_message.h"

#include <catch2/catch.hpp>

namespace heddle {
namespace {

TEST_CASE("a target is taken apart", "[session]") {
  HttpRequest request;
  request.target = "/api/1/dtabs/a%20b?path=%2Fsvc%2Fweb&watch=true&empty&q=a+b%2B&bad=%zz%4";
  REQUIRE(request.RawPath() == "/api/1/dtabs/a%20b");
  REQUIRE(request.Query("path") == "/svc/web");
  REQUIRE(request.Query("watch") == "true");
  REQUIRE(request.Query("empty") == "");
  REQUIRE(request.Query("q") == "a b+");
  REQUIRE(request.Query("bad") == "%zz%4");
  REQUIRE_FALSE(request.Query("wat").has_value());
  request.target = "/plain";
  REQUIRE(request.RawPath() == "/plain");
  REQUIRE_FALSE(request.Query("x").has_value());
}

TEST_CASE("escapes", "[session]") {
  REQUIRE(EscapeUri("a b/c~%") == "a%20b%2Fc~%25");
  REQUIRE(EscapeUri("a/b", "/") == "a/b");
  REQUIRE(UnescapeUri("a%20b+c%2f") == "a b+c/");
  std::string all;
  for (int c = 0; c < 256; ++c) all.push_back(static_cast<char>(c));
  REQUIRE(UnescapeUri(EscapeUri(all)) == all);
}

TEST_CASE("headers are found without case, and a value cannot end its line", "[session]") {
  const HeaderList headers{{"ETag", "v1"}, {"etag", "v2"}, {"X", "a\r\nEvil: 1"}};
  REQUIRE(*FindHeader(headers, "etag") == "v1");
  REQUIRE(FindHeader(headers, "none") == nullptr);
  std::string out;
  AppendHeaders(headers, &out);
  REQUIRE(out == "ETag: v1\r\netag: v2\r\nX: a  Evil: 1\r\n");
}

}  // namespace
}  // namespace heddle
