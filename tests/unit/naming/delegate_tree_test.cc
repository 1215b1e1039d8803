#include "lib/naming/delegate_tree.h"

#include <catch2/catch.hpp>

#include "lib/naming/status_name.h"
#include "tests/unit/naming/fixture.h"

namespace heddle {
namespace {

std::shared_ptr<const Dentry> Rule(absl::string_view text) {
  auto dentry = ParseDentry(text);
  REQUIRE(dentry.ok());
  return std::make_shared<const Dentry>(*std::move(dentry));
}

DelegateTree LeafAt(const std::string& id, std::shared_ptr<const Dentry> rule) {
  return {id, std::move(rule), DelegateTree::Leaf{{P(id), nullptr, Path()}}};
}

DelegateTree Step(const std::string& path, std::shared_ptr<const Dentry> rule, DelegateTree next) {
  return {path, std::move(rule), DelegateTree::Delegate{std::make_shared<DelegateTree>(std::move(next))}};
}

TEST_CASE("A leaf is found with the rules that lead to it, through alternates and unions") {
  const auto rule = Rule("/b => /c | 1*/d & 2*/e");
  DelegateTree both{"/b", rule, DelegateTree::Union{{{1, LeafAt("/d", rule)}, {2, LeafAt("/e", rule)}}}};
  DelegateTree alt{"/b", Rule("/a => /b"), DelegateTree::Alt{{LeafAt("/c", rule), both}}};
  const DelegateTree tree = Step("/a", nullptr, alt);
  CHECK(FindLeaf(tree, P("/e")) ==
        DelegateSteps{{"/a", ""}, {"/b", "/a=>/b"}, {"/b", rule->Show()}, {"/e", rule->Show()}});
  CHECK(FindLeaf(tree, P("/c"))->size() == 3);
  CHECK(FindLeaf(tree, P("/b")) == std::nullopt);
}

TEST_CASE("A transformed leaf is found by its new id, after what it was") {
  const DelegateTree port{"/#/t/a", nullptr,
                          DelegateTree::Transformation{
                              "Port",
                              {P("/#/t/a"), nullptr, Path()},
                              std::make_shared<DelegateTree>(LeafAt("/%/port/#/t/a", Rule("/a => /#/t/a")))}};
  const DelegateTree tree = Step("/a", nullptr, port);
  CHECK(FindLeaf(tree, P("/%/port/#/t/a")) ==
        DelegateSteps{{"/a", ""}, {"/#/t/a", "/a=>/#/t/a"}, {"/%/port/#/t/a", "Port"}});
  CHECK(FindLeaf(tree, P("/#/t/a")) == std::nullopt);

  const DelegateTree twice{"/#/t/a", nullptr,
                           DelegateTree::Transformation{
                               "Host", {P("/#/t/a"), nullptr, Path()}, std::make_shared<DelegateTree>(port)}};
  CHECK(FindLeaf(twice, P("/%/port/#/t/a")) ==
        DelegateSteps{{"/#/t/a", "Host"}, {"/#/t/a", "/a=>/#/t/a"}, {"/%/port/#/t/a", "Port"}});
}

TEST_CASE("Some ids are a status that the proxy answers with") {
  CHECK(StatusOfId(P("/$/io.buoyant.http.status/503")) == 503);
  CHECK(StatusOfId(P("/%/io.l5d.port/80/$/io.buoyant.http.status/100/x")) == 100);
  for (const char* other : {"/$/io.buoyant.http.status", "/$/io.buoyant.http.status/99", "/$/inet/503/1",
                            "/$/io.buoyant.http.status/600", "/$/io.buoyant.http.status/ok", "/%", "/"}) {
    CHECK(StatusOfId(P(other)) == std::nullopt);
  }
}

}  // namespace
}  // namespace heddle
