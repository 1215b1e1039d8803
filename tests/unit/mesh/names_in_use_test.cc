#include "namerd/fleet/names_in_use.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "tests/unit/mesh/support.h"

namespace heddle::namerd {
namespace {

using Lines = std::vector<std::string>;

Lines Shown(const NamesInUse& names, const std::string& ns) {
  Lines lines;
  for (const auto& name : names.Of(ns)) {
    lines.push_back(absl::StrCat(name.path.Show(), " [", name.local.Show(), "] ", name.followers));
  }
  return lines;
}

TEST_CASE("A name is in use while somebody follows it, counted by followers and kept apart by its rules") {
  NamesInUse names;
  CHECK(Shown(names, "web").empty());
  Subscription first = names.Follow("web", P("/svc/a"), Dtab());
  Subscription second = names.Follow("web", P("/svc/a"), Dtab());
  const Subscription other_rules = names.Follow("web", P("/svc/a"), D("/svc => /try"));
  const Subscription elsewhere = names.Follow("api", P("/svc/z"), Dtab());
  CHECK(Shown(names, "web") == Lines{"/svc/a [] 2", "/svc/a [/svc=>/try] 1"});
  CHECK(Shown(names, "api") == Lines{"/svc/z [] 1"});

  first.Cancel();
  CHECK(Shown(names, "web") == Lines{"/svc/a [] 1", "/svc/a [/svc=>/try] 1"});
  second.Cancel();
  CHECK(Shown(names, "web") == Lines{"/svc/a [/svc=>/try] 1"});
}

TEST_CASE("Names are sorted, and a namespace that nobody uses any more leaves nothing behind") {
  NamesInUse names;
  {
    const Subscription b = names.Follow("web", P("/svc/b"), Dtab());
    const Subscription a = names.Follow("web", P("/svc/a"), Dtab());
    CHECK(Shown(names, "web") == Lines{"/svc/a [] 1", "/svc/b [] 1"});
  }
  CHECK(Shown(names, "web").empty());
}

}  // namespace
}  // namespace heddle::namerd
