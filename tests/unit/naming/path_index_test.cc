#include "lib/naming/path_index.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <list>
#include <random>
#include <set>

#include "absl/strings/str_cat.h"
#include "tests/unit/naming/fixture.h"

namespace heddle {
namespace {

struct TestUser : PathIndex::User {
  LookedUpPaths LookUp(const std::vector<std::string>& texts) {
    paths.clear();
    LookedUpPaths looked_up;
    for (const std::string& text : texts) {
      paths.push_back(P(text));
      looked_up.Add(paths.back());
    }
    return looked_up;
  }
  std::vector<Path> paths;
  PathIndex::Places places;
};

std::set<PathIndex::User*> UsersOf(const PathIndex& index, absl::string_view rules) {
  const std::vector<PathIndex::User*> users = index.UsersOf(D(rules));
  std::set<PathIndex::User*> out(users.begin(), users.end());
  CHECK(out.size() == users.size());
  return out;
}

TEST_CASE("The users that a rule can touch are those that asking each of them finds") {
  std::mt19937 random(7);
  const auto one_of = [&](const std::vector<std::string>& all) { return all[random() % all.size()]; };
  const auto some_path = [&](const std::vector<std::string>& labels) {
    std::string text;
    for (size_t i = random() % 4; i > 0; --i) absl::StrAppend(&text, "/", one_of(labels));
    return text.empty() ? "/" : text;
  };
  PathIndex index;
  std::list<TestUser> users(20);
  for (int round = 0; round < 300; ++round) {
    auto user = std::next(users.begin(), static_cast<int>(random() % users.size()));
    if (random() % 5 == 0) {
      user->paths.clear();
      index.Remove(&*user, &user->places);
    } else {
      std::vector<std::string> texts;
      for (size_t i = random() % 4; i > 0; --i) texts.push_back(some_path({"a", "b", "c"}));
      index.Move(&*user, user->LookUp(texts), &user->places);
    }
    const Dtab rules = D(absl::StrCat(some_path({"a", "b", "*"}), "=>/x;", some_path({"c", "*"}), "=>/y"));
    std::set<PathIndex::User*> expected;
    for (TestUser& each : users) {
      const auto matches = [&](const Path& path) { return !rules.Matches(path).empty(); };
      if (std::any_of(each.paths.begin(), each.paths.end(), matches)) expected.insert(&each);
    }
    REQUIRE(UsersOf(index, rules.Show()) == expected);
  }
  for (TestUser& user : users) index.Remove(&user, &user.places);
  CHECK(index.size() == 0);
}

TEST_CASE("Users of the same path are told apart") {
  PathIndex index;
  std::list<TestUser> users(3);
  for (TestUser& user : users) index.Move(&user, user.LookUp({"/a/b"}), &user.places);
  CHECK(UsersOf(index, "/a/b => /x").size() == 3);
  index.Remove(&users.front(), &users.front().places);
  CHECK(UsersOf(index, "/a => /x") == std::set<PathIndex::User*>{&*std::next(users.begin()), &users.back()});
}

TEST_CASE("A path looked up again and again is remembered once") {
  LookedUpPaths paths;
  for (int i = 0; i < 10000; ++i) paths.Add(P("/a/b/c"));
  REQUIRE(paths.size() == 1);
  CHECK_FALSE(paths.IsCut(*paths.begin()));
}

TEST_CASE("Of many or long paths only the beginnings are remembered, and whatever is below them counts") {
  const auto touched = [](const LookedUpPaths& paths, absl::string_view rules) {
    PathIndex index;
    TestUser user;
    index.Move(&user, paths, &user.places);
    const bool found = !UsersOf(index, rules).empty();
    index.Remove(&user, &user.places);
    CHECK(index.size() == 0);
    return found;
  };
  LookedUpPaths deep;
  for (int i = 0; i < 5000; ++i) deep.Add(P(absl::StrCat("/svc/web/", i, "/x")));
  CHECK(deep.size() == 1);
  CHECK(touched(deep, "/svc/web/4999/x => /y"));
  CHECK(touched(deep, "/svc/*/never => /y"));
  CHECK(touched(deep, "/svc => /y"));
  CHECK_FALSE(touched(deep, "/svc/other => /y"));
  CHECK_FALSE(touched(deep, "/other => /y"));

  LookedUpPaths wide;
  for (int i = 0; i < 5000; ++i) wide.Add(P(absl::StrCat("/svc", i, "/", std::string(1000, 'x'))));
  CHECK(wide.size() == 1);  // everything
  CHECK(touched(wide, "/any => /y"));

  LookedUpPaths mixed;
  mixed.Add(P("/svc"));
  mixed.Add(P(absl::StrCat("/svc/", std::string(100000, 'x'))));
  CHECK(touched(mixed, "/svc/y => /y"));
  CHECK(touched(mixed, "/svc => /y"));
  CHECK_FALSE(touched(mixed, "/host => /y"));
}

}  // namespace
}  // namespace heddle
