#include "namerd/shift/way_of_name.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"

namespace heddle::namerd {
namespace {

class SomeNamer : public Namer {
 public:
  explicit SomeNamer(bool leads_on) : leads_on_(leads_on) {}
  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path&) override {
    return Constant(Activity<NameTree<Name>>::Pending());
  }
  bool LeadsOn() const override { return leads_on_; }

 private:
  const bool leads_on_;
};

std::string Way(const std::string& name, const std::string& rules, size_t rule) {
  const std::vector<PrefixedNamer> namers{{Path{"#", "fs"}, std::make_shared<SomeNamer>(false)},
                                          {Path{"#", "rewrite"}, std::make_shared<SomeNamer>(true)},
                                          {Path{"$", "inet"}, std::make_shared<SomeNamer>(false)}};
  const char* ways[] = {"nowhere", "elsewhere", "perhaps"};
  return ways[static_cast<int>(WayOf(*Path::Parse(name), *Dtab::Parse(rules), rule, namers))];
}

TEST_CASE("A name comes by a rule, elsewhere, or nowhere") {
  const std::string rules =
      "/host/world => /srv/v1 ; /svc => /host ; /host => ~ | /srv & /old ; /srv => /#/fs";
  CHECK(Way("/svc/world", rules, 0) == "perhaps");
  CHECK(Way("/svc/world/below", rules, 0) == "perhaps");
  CHECK(Way("/host/world", rules, 0) == "perhaps");
  CHECK(Way("/svc/world2", rules, 0) == "elsewhere");
  CHECK(Way("/srv/world", rules, 0) == "elsewhere");
  CHECK(Way("/#/fs/world", rules, 0) == "elsewhere");
  CHECK(Way("/http/1.1/GET/world", rules, 0) == "nowhere");
  CHECK(Way("/", rules, 0) == "nowhere");
  CHECK(Way("/svc/world", "", 0) == "nowhere");
}

TEST_CASE("Whatever alternate, member, wildcard or duplicate leads there counts") {
  CHECK(Way("/svc/a", "/x => /y ; /svc => /b | 0.1 * (/c | /x) & /d", 0) == "perhaps");
  CHECK(Way("/svc/a/b", "/svc/*/b => /y ; /svc => /#/fs", 0) == "perhaps");
  CHECK(Way("/svc/a/c", "/svc/*/b => /y ; /svc => /#/fs", 0) == "elsewhere");
  CHECK(Way("/a", "/a => /x ; /a => /y", 0) == "perhaps");
}

TEST_CASE("What is looked up again by a namer, or not followed to its end, may come there") {
  CHECK(Way("/svc/a", "/x => /y ; /svc => /#/rewrite", 0) == "perhaps");
  CHECK(Way("/svc/a", "/x => /y ; /svc => /$/io.buoyant.hostportPfx/host", 0) == "perhaps");
  CHECK(Way("/svc/a", "/x => /y ; /svc => /$/inet/127.1/80", 0) == "elsewhere");
  CHECK(Way("/a", "/x => /y ; /a => /a/a", 0) == "perhaps");
  CHECK(Way("/a", "/x => /y ; /a => /b ; /b => /a", 0) == "elsewhere");
}

}  // namespace
}  // namespace heddle::namerd
