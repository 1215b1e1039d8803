// What would become of the names in use, over a memory store and a namer that answers what the test says.
#include "namerd/check/checker.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "namerd/store/memory_store.h"

namespace heddle::namerd {
namespace {

using LookupTree = Activity<NameTree<Name>>;

// Each name is pending until it is told.
class TestNamer : public Namer {
 public:
  std::shared_ptr<Watch<LookupTree>> Lookup(const Path& path) override {
    auto& source = sources_[path.Take(1).Show()];
    if (source == nullptr) source = std::make_shared<Source<LookupTree>>(LookupTree::Pending());
    return source;
  }
  void SetAbsent(const std::string& name) { Set(name, LookupTree::Ok(NameTree<Name>::Neg())); }
  void SetError(const std::string& name) {
    Set(name, LookupTree::Failed(absl::UnavailableError("no answer")));
  }
  void SetEndpoints(const std::string& name, int count) {
    std::vector<Endpoint> endpoints;
    for (int i = 0; i < count; ++i) {
      endpoints.push_back({*SocketAddress::Parse("10.0.0.1", 1000 + static_cast<uint32_t>(i)), 1.0, {}});
    }
    SetAddr(name, Addr::Bound(std::move(endpoints)));
  }
  void SetAddr(const std::string& name, Addr addr) {
    auto& source = addrs_[name];
    if (source != nullptr) return source->Set(std::move(addr));
    source = std::make_shared<Source<Addr>>(std::move(addr));
    Set(name,
        LookupTree::Ok(NameTree<Name>::Leaf(BoundName{Path{"#", "disco"} + *Path::Parse(name), source, {}})));
  }

 private:
  void Set(const std::string& name, LookupTree tree) {
    auto& source = sources_[name];
    if (source == nullptr) source = std::make_shared<Source<LookupTree>>(LookupTree::Pending());
    source->Set(std::move(tree));
  }
  std::map<std::string, std::shared_ptr<Source<LookupTree>>> sources_;
  std::map<std::string, std::shared_ptr<Source<Addr>>> addrs_;
};

struct Fixture {
  explicit Fixture(const std::string& stored) : store(MakeMemoryStore(loop, {{"web", stored}})) {}

  Subscription Follow(const char* path, const char* local = "") {
    return in_use.Follow("web", *Path::Parse(path), *Dtab::Parse(local));
  }
  Subscription Begin(const std::string& dtab, std::vector<Path> paths = {}) {
    report.reset();
    return checker->Check({"web", dtab, true, std::move(paths)}, [this](auto r) { report = std::move(r); });
  }
  // "lost /svc/web 2: 100 % /#/disco/web (1) -> absent": of each name that the dtab would change.
  std::string Effects(const std::string& dtab, std::vector<Path> paths = {}) {
    const Subscription check = Begin(dtab, std::move(paths));
    loop.RunReady();
    REQUIRE(report.has_value());
    REQUIRE(report->ok());
    std::string text;
    for (const ComparedName& name : (*report)->comparison.names) {
      absl::StrAppend(&text, text.empty() ? "" : "; ", EffectName(name.effect), " ", name.name.path.Show(),
                      " ", name.name.followers, ": ", Show(name.before), " -> ", Show(name.after));
    }
    return text;
  }
  static std::string Show(const Outcome& outcome) {
    std::string text;
    for (const Destination& d : outcome.destinations) {
      absl::StrAppend(&text, text.empty() ? "" : " & ", 100 * d.share, " % ", d.id.Show(), " (", d.endpoints,
                      ")");
    }
    return text.empty() ? absl::StrCat(StateName(outcome.state), outcome.why.empty() ? "" : ": ", outcome.why)
                        : text;
  }

  FakeClock clock;
  Loop loop{clock};
  std::unique_ptr<Store> store;
  std::shared_ptr<TestNamer> disco = std::make_shared<TestNamer>();
  Namespaces namespaces{*store, {{Path{"#", "disco"}, disco}}};
  NamesInUse in_use;
  std::unique_ptr<Checker> checker = std::make_unique<Checker>(loop, namespaces, in_use);
  std::optional<absl::StatusOr<CheckReport>> report;
};

TEST_CASE("What becomes of each name in use") {
  Fixture f("/svc => /#/disco");
  for (const char* name : {"/web", "/v1"}) f.disco->SetEndpoints(name, 2);
  f.disco->SetEndpoints("/v2", 1);
  f.disco->SetEndpoints("/empty", 0);
  for (const char* name : {"/none", "/wbe"}) f.disco->SetAbsent(name);
  f.disco->SetError("/broken");
  const Subscription web = f.Follow("/svc/web"), again = f.Follow("/svc/web"), none = f.Follow("/svc/none");

  SECTION("nothing, by the same rules or others that lead to the same") {
    CHECK(f.Effects("/svc => /#/disco") ==
          "absent /svc/none 1: absent -> absent: no rule and no namer has /#/disco/none");
    CHECK((*f.report)->comparison.count(Effect::kUnchanged) == 1);
    CHECK((*f.report)->version == 1);
    CHECK((*f.report)->ok());
    CHECK(f.Effects("/svc/web => /web ; /web => /#/disco/web ; /svc/none => /#/disco/none").substr(0, 6) ==
          "absent");
  }
  SECTION("another client, or other shares") {
    CHECK(f.Effects(
              "/svc => /#/disco ; /svc/web => 9*/#/disco/v1 & 1*/#/disco/v2 ; /svc/none => /#/disco/v1") ==
          "gained /svc/none 1: absent -> 100 % /#/disco/v1 (2); "
          "changed /svc/web 2: 100 % /#/disco/web (2) -> 90 % /#/disco/v1 (2) & 10 % /#/disco/v2 (1)");
    CHECK((*f.report)->ok());
  }
  SECTION("lost: absent, without endpoints, ended, in a circle, or in error") {
    CHECK(
        f.Effects("/svc/web => /#/disco/wbe ; /svc/none => /#/disco/v1")
            .find(
                "lost /svc/web 2: 100 % /#/disco/web (2) -> absent: no rule and no namer has /#/disco/wbe") !=
        std::string::npos);
    CHECK_FALSE((*f.report)->ok());
    CHECK_THAT(f.Effects("/svc/web => /#/disco/empty"),
               Catch::Contains("lost /svc/web 2: 100 % /#/disco/web (2) -> 100 % /#/disco/empty (0)"));
    CHECK_THAT(f.Effects("/svc/web => !"), Catch::Contains("-> absent: the rules lead to !, which ends"));
    CHECK_THAT(f.Effects("/svc/web => /#/disco/broken"), Catch::Contains("-> fails: no answer"));
    CHECK_THAT(f.Effects("/svc => /svc"), Catch::Contains("lost /svc/web"));
    CHECK((*f.report)->problems.findings[0].kind == FindingKind::kCircle);
  }
  SECTION("names that are asked for beside those in use") {
    CHECK_THAT(f.Effects("/svc => /#/disco ; /new => /#/disco", {Path{"new", "v1"}, Path{"svc", "web"}}),
               Catch::Contains("gained /new/v1 0: absent -> 100 % /#/disco/v1 (2)"));
    CHECK((*f.report)->names == 3);
  }
}

TEST_CASE("The rules that followers have of their own count") {
  Fixture f("/svc => /#/disco");
  f.disco->SetEndpoints("/v1", 1);
  f.disco->SetAbsent("/web");
  const Subscription plain = f.Follow("/svc/web"), with_rules = f.Follow("/svc/web", "/svc/web => /own");
  CHECK_THAT(f.Effects("/own => /#/disco/v1 ; /svc => /#/disco"),
             Catch::Contains("gained /svc/web 1: absent -> 100 % /#/disco/v1 (1)"));
  CHECK((*f.report)->problems.findings.empty());
}

TEST_CASE("What discovery does not answer in time is unknown") {
  Fixture f("/svc => /#/disco");
  f.disco->SetEndpoints("/web", 1);
  const Subscription web = f.Follow("/svc/web"), slow = f.Follow("/svc/slow");
  const Subscription check = f.Begin("/svc => /#/disco ; /svc/web => /#/disco/slow");
  f.loop.RunReady();
  CHECK_FALSE(f.report.has_value());
  f.clock.Advance(Checker::kLimit);
  f.loop.RunReady();
  REQUIRE(f.report.has_value());
  const Comparison& comparison = (*f.report)->comparison;
  CHECK(comparison.count(Effect::kUnknown) == 2);
  CHECK(comparison.in_doubt == 1);
}

TEST_CASE("An answer that comes while it is waited for counts") {
  Fixture f("/svc => /#/disco");
  f.disco->SetEndpoints("/web", 1);
  f.disco->SetAddr("/slow", Addr::Pending());
  const Subscription web = f.Follow("/svc/web");
  const Subscription check = f.Begin("/svc/web => /#/disco/slow");
  f.loop.RunReady();
  CHECK_FALSE(f.report.has_value());
  f.disco->SetEndpoints("/slow", 1);
  f.loop.RunReady();
  REQUIRE(f.report.has_value());
  CHECK((*f.report)->comparison.count(Effect::kChanged) == 1);
}

TEST_CASE("Many names: a few a turn, a bounded report, lost ones counted") {
  Fixture f("/svc => /#/disco");
  std::vector<Subscription> following;
  for (int i = 0; i < 2000; ++i) {
    const std::string name = absl::StrCat("/n", i);
    f.disco->SetEndpoints(name, 1);
    following.push_back(f.Follow(("/svc" + name).c_str()));
  }
  const Subscription check = f.Begin("/svc => ~");
  for (int i = 0; i < 3000 && !f.report.has_value(); ++i) f.loop.RunReady();
  REQUIRE(f.report.has_value());
  CHECK((*f.report)->comparison.count(Effect::kLost) == 2000);
  CHECK((*f.report)->comparison.names.size() == kMaxCompared);
  CHECK((*f.report)->comparison.left_out == 2000 - kMaxCompared);
}

TEST_CASE("A check can be given up, and there are only so many at once") {
  Fixture f("/svc => /#/disco");
  const Subscription slow = f.Follow("/svc/slow");
  {
    std::vector<Subscription> checks;
    for (size_t i = 0; i < Checker::kMaxUnderWay; ++i) checks.push_back(f.Begin("/a => /b"));
    f.loop.RunReady();
    const Subscription refused = f.Begin("/a => /b");
    f.loop.RunReady();
    REQUIRE(f.report.has_value());
    CHECK(absl::IsUnavailable(f.report->status()));
  }
  const Subscription check = f.Begin("/a => /b");
  f.loop.RunReady();
  CHECK_FALSE(f.report.has_value());
  f.checker.reset();  // namerd ends
  f.clock.Advance(Checker::kLimit);
  f.loop.RunReady();
  CHECK_FALSE(f.report.has_value());
}

TEST_CASE("What is no dtab is not checked") {
  Fixture f("");
  const Subscription check = f.Begin("/a = /b");
  f.loop.RunReady();
  REQUIRE(f.report.has_value());
  CHECK(absl::IsInvalidArgument(f.report->status()));
}

}  // namespace
}  // namespace heddle::namerd
