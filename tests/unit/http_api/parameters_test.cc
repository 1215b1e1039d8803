#include "namerd/http_api/parameters.h"

#include <catch2/catch.hpp>

namespace heddle::namerd {
namespace {

HttpRequest Asked(const std::string& query) { return {"GET", "/api/1/x?" + query, {}, "", {}}; }

TEST_CASE("A duration lies within its limits; an error says what it may be") {
  const auto read = [](const std::string& query) {
    return DurationOf(Asked(query), "window", Millis(10'000), Millis(500), Millis(60'000));
  };
  CHECK(*read("") == Millis(10'000));
  CHECK(*read("window=500ms") == Millis(500));
  CHECK(*read("window=1m") == Millis(60'000));
  CHECK(read("window=499ms").status().message() ==
        "window=499ms is no time from 500ms to 1m; write window=10s, say: units are ms, s and m");
  CHECK_FALSE(read("window=61s").ok());
}

TEST_CASE("A flag is true or false and nothing else") {
  CHECK_FALSE(*FlagOf(Asked(""), "dry-run"));
  for (const char* yes : {"1", "t", "True"}) CHECK(*FlagOf(Asked(std::string("dry-run=") + yes), "dry-run"));
  for (const char* no : {"0", "F", "false"})
    CHECK_FALSE(*FlagOf(Asked(std::string("dry-run=") + no), "dry-run"));
  CHECK(FlagOf(Asked("dry-run=yes"), "dry-run").status().message() ==
        "dry-run=yes is neither true nor false");
  CHECK_FALSE(FlagOf(Asked("dry-run"), "dry-run").ok());
}

TEST_CASE("A number lies within its limits") {
  CHECK(*NumberOf(Asked(""), "limit", 20, 100) == 20);
  CHECK(*NumberOf(Asked("limit=100"), "limit", 20, 100) == 100);
  CHECK(NumberOf(Asked("limit=101"), "limit", 20, 100).status().message() ==
        "limit=101 is not a number from 1 to 100");
  for (const char* bad : {"limit=0", "limit=-1", "limit=x", "limit="})
    CHECK_FALSE(NumberOf(Asked(bad), "limit", 20, 100).ok());
}

TEST_CASE("A parameter that is not known is not passed over") {
  CHECK(OnlyParameters({"GET", "/x", {}, "", {}}, {"watch"}).ok());
  CHECK(OnlyParameters(Asked("watch=1&&dry%2Drun"), {"watch", "dry-run"}).ok());
  CHECK(OnlyParameters(Asked("watch=1&dryrun=1"), {"watch", "dry-run"}).message() ==
        "there is no query parameter \"dryrun\" here; there are watch, dry-run");
}

}  // namespace
}  // namespace heddle::namerd
