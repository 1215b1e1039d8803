#include "lib/dtab/path.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/hash/hash.h"

namespace heddle {
namespace {

TEST_CASE("Any bytes but none at all make a label that survives show and parse") {
  std::string all;
  for (int byte = 0; byte < 256; ++byte) all.push_back(static_cast<char>(byte));
  std::vector<std::string> labels = {all};
  for (const char byte : all) labels.emplace_back(1, byte);
  const Path path(labels);
  const auto again = Path::Parse(path.Show());
  REQUIRE(again.ok());
  CHECK(*again == path);
}

TEST_CASE("An empty label from outside is refused") {
  CHECK(Path::FromLabels({"a", "b"}).ok());
  CHECK(Path::FromLabels({}).ok());
  const auto refused = Path::FromLabels({"a", ""});
  CHECK(refused.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK(refused.status().message() == "label 2 of a path of 2 is empty");
}

TEST_CASE("Take, drop and concatenation agree") {
  const Path path = {"a", "b", "c"};
  for (size_t n = 0; n < 5; ++n) {
    CHECK(path.Take(n) + path.Drop(n) == path);
    CHECK(path.StartsWith(path.Take(n)));
  }
  CHECK(path.Drop(1).Concat("d").Show() == "/b/c/d");
  CHECK_FALSE(path.StartsWith(Path{"a", "c"}));
  CHECK(Path().Show() == "/");
}

TEST_CASE("Paths have an order that follows their labels") {
  CHECK(Path{"a"} < Path{"a", "b"});
  CHECK(Path{"a", "b"} < Path{"b"});
  CHECK(absl::HashOf(Path{"ab"}) != absl::HashOf(Path{"a", "b"}));
}

TEST_CASE("Only a transformer's prefix is stripped") {
  CHECK(Path({"%", "io.l5d.port", "80", "#", "fs", "web"}).StripTransformerPrefix() ==
        Path{"#", "fs", "web"});
  CHECK(Path({"svc", "%", "#"}).StripTransformerPrefix() == Path{"svc", "%", "#"});
  CHECK(Path({"%", "nothing", "else"}).StripTransformerPrefix().empty());
}

}  // namespace
}  // namespace heddle
