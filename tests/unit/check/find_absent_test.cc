// Which destinations of rules are told to be absent now, by whole checks over a namer that answers what the
// test says.
#include <algorithm>
#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "lib/base/clock.h"
#include "namerd/check/checker.h"
#include "namerd/store/memory_store.h"

namespace heddle::namerd {
namespace {

using LookupTree = Activity<NameTree<Name>>;

// /#/fs: a name has the endpoints it was given; -1: an error, -2: pending. Others are absent.
class FixedNamer : public Namer {
 public:
  explicit FixedNamer(std::map<std::string, int> known) : known_(std::move(known)) {}
  std::shared_ptr<Watch<LookupTree>> Lookup(const Path& path) override {
    const auto found = known_.find(path.Take(1).Show());
    if (found == known_.end()) return Constant(LookupTree::Ok(NameTree<Name>::Neg()));
    if (found->second == -1) return Constant(LookupTree::Failed(absl::UnavailableError("no answer")));
    if (found->second == -2) return Constant(LookupTree::Pending());
    std::vector<Endpoint> endpoints;
    for (int i = 0; i < found->second; ++i) {
      endpoints.push_back({*SocketAddress::Parse("10.0.0.1", 1000 + static_cast<uint32_t>(i)), 1.0, {}});
    }
    return Constant(LookupTree::Ok(NameTree<Name>::Leaf(
        BoundName{Path{"#", "fs"} + path.Take(1), Constant(Addr::Bound(std::move(endpoints))), {}})));
  }

 private:
  const std::map<std::string, int> known_;
};

constexpr char kFs[] = " ; /srv => /#/fs ; /svc => /host";

struct Fixture {
  explicit Fixture(std::map<std::string, int> known)
      : namespaces(*store, {{Path{"#", "canary"}, std::make_shared<FixedNamer>(std::map<std::string, int>())},
                            {Path{"#", "fs"}, std::make_shared<FixedNamer>(std::move(known))}}) {}

  // A line a finding of absent destinations: "warning 2: message | remedy".
  std::string Absent(const std::string& dtab, const std::vector<const char*>& names) {
    std::vector<Subscription> following;
    for (const char* name : names) following.push_back(in_use.Follow("web", *Path::Parse(name), Dtab()));
    std::optional<absl::StatusOr<CheckReport>> report;
    const Subscription check =
        checker.Check({"web", dtab, true, {}}, [&](auto told) { report = std::move(told); });
    for (int turn = 0; turn < 20 && !report.has_value(); ++turn) loop.RunReady();
    told_at_once = report.has_value();
    clock.Advance(Checker::kLimitOfBranches);
    loop.RunReady();
    REQUIRE(report.has_value());
    REQUIRE(report->ok());
    CHECK((*report)->ok());
    std::string text;
    for (const Finding& finding : (*report)->problems.findings) {
      if (finding.kind != FindingKind::kAbsentNow) continue;
      absl::StrAppend(&text, text.empty() ? "" : "\n", SeverityName(finding.severity), " ",
                      finding.rules.front() + 1, ": ", finding.message, " | ", finding.remedy);
    }
    return text;
  }

  FakeClock clock;
  Loop loop{clock};
  std::unique_ptr<Store> store = MakeMemoryStore(loop, {});
  Namespaces namespaces;
  NamesInUse in_use;
  Checker checker{loop, namespaces, in_use};
  bool told_at_once = false;
};

TEST_CASE("A rule for a name, of which the destination is misspelt") {
  Fixture f({{"/web", 1}, {"/api", 1}});
  CHECK(f.Absent(absl::StrCat("/host => /srv ; /host/web => /srv/wbe", kFs), {"/svc/web", "/svc/api"}) ==
        "warning 2: leads to /srv/wbe, which is absent now (no rule and no namer has /#/fs/wbe); "
        "/host => /srv serves /svc/web instead | Deploy it, or correct the rule; did you mean /srv/web?");
  // Not that it matters, as long as the general rule comes first.
  CHECK_THAT(f.Absent(absl::StrCat("/host/web => /srv/wbe ; /host => /srv", kFs), {"/svc/web"}),
             Catch::StartsWith("note 1: has for a fallback /srv/wbe, which is absent now"));
}

TEST_CASE("A member of a union that is not deployed") {
  Fixture f({{"/world-v1", 2}});
  CHECK(
      f.Absent(absl::StrCat("/host/world => 90 * /srv/world-v1 & 10 * /srv/world-v2", kFs), {"/svc/world"}) ==
      "warning 1: would send 10 % of requests to /srv/world-v2, which is absent now (no rule and no "
      "namer has /#/fs/world-v2); the other members serve /svc/world | Deploy it, or correct the rule.");
  CHECK(f.Absent(absl::StrCat("/host/world => 1 * /srv/world-v1 & 0 * /srv/world-v2", kFs), {"/svc/world"}) ==
        "");
}

TEST_CASE("An alternate: one that would be taken is a warning, a fallback a note") {
  Fixture f({{"/web", 1}});
  CHECK_THAT(f.Absent("/svc => /#/fs/gone | /#/fs", {"/svc/web"}),
             Catch::StartsWith("warning 1: leads to /#/fs/gone, which is absent now") &&
                 Catch::Contains("another of its alternates serves /svc/web instead"));
  CHECK_THAT(f.Absent("/a => /#/fs ; /b => /#/fs/none ; /svc => /a | /b", {"/svc/web"}),
             Catch::StartsWith("note 3: has for a fallback /b, which is absent now"));
}

TEST_CASE("A namer that is asked before another for all names, and has none of them, is a note") {
  Fixture f({{"/web", 1}});
  CHECK_THAT(f.Absent("/svc => /#/canary | /#/fs", {"/svc/web"}),
             Catch::StartsWith("note 1: leads to /#/canary, which is absent now"));
}

TEST_CASE("So many findings as a report has room for") {
  Fixture f({{"/web", 1}});
  std::string dtab = "/svc/web => 1 * /#/fs/web";
  for (int i = 0; i < 210; ++i) absl::StrAppend(&dtab, " & 1 * /#/fs/gone", i);
  const std::string text = f.Absent(dtab, {"/svc/web"});
  CHECK_THAT(text, Catch::Contains("/#/fs/gone0, which is absent now"));
  CHECK(std::count(text.begin(), text.end(), '\n') + 1 == static_cast<long>(kMaxFindings));
}

TEST_CASE("A set that is known and empty is a note, an error a warning") {
  Fixture f({{"/v1", 1}, {"/v2", 0}, {"/v3", -1}});
  CHECK_THAT(
      f.Absent("/svc/web => 9 * /#/fs/v1 & 1 * /#/fs/v2", {"/svc/web"}),
      Catch::StartsWith("note 1: would send 10 % of requests to /#/fs/v2, which has no endpoints now"));
  CHECK_THAT(f.Absent("/svc/web => 9 * /#/fs/v1 & 1 * /#/fs/v3", {"/svc/web"}),
             Catch::Contains(
                 "warning 1: would send 10 % of requests to /#/fs/v3, which is in error now (no answer)"));
}

TEST_CASE("A finding for a rule and destination, however many names, unless it serves one of them") {
  Fixture f({{"/a", 1}, {"/b", 1}, {"/c", 1}, {"/d", 1}, {"/e", 1}});
  const std::vector<const char*> names = {"/svc/a", "/svc/b", "/svc/c", "/svc/d", "/svc/e"};
  const std::string text = f.Absent("/new => /#/fs/new ; /old => /#/fs ; /svc => 1 * /new & 1 * /old", names);
  CHECK_THAT(text, Catch::StartsWith("warning 3: would send 50 % of requests to /new, which is absent") &&
                       Catch::Contains("serve /svc/a, /svc/b, /svc/c and 2 more |"));
  CHECK(text.find('\n') == std::string::npos);
  CHECK(f.Absent("/new/a => /#/fs/a ; /old => /#/fs ; /svc => 1 * /new & 1 * /old", names) == "");
}

TEST_CASE("What is absent on purpose is not told") {
  Fixture f({{"/web", 1}, {"/world-v1", 1}, {"/world-v2", 1}, {"/ext", 1}});
  // More general rules, tried after a special one or passed over before a catch-all; ~ and !.
  CHECK(f.Absent(absl::StrCat("/host => /srv ; /host/world => 90 * /srv/world-v1 & 10 * /srv/world-v2", kFs),
                 {"/svc/world", "/svc/web"}) == "");
  CHECK(f.Absent("/svc => /#/fs/ext ; /svc => /srv ; /srv => /#/fs", {"/svc/a.com", "/svc/b.com"}) == "");
  CHECK(f.Absent("/svc => /#/fs ; /svc/web => ~ | /off | /#/fs/web ; /off => ~", {"/svc/web"}) == "");
  // A name that nobody serves is told as that.
  CHECK(f.Absent("/svc => /#/fs ; /svc/none => /#/fs/non", {"/svc/none"}) == "");
}

TEST_CASE("A branch that is not known in time holds the report up for a while, and is not told") {
  Fixture f({{"/web", 1}, {"/slow", -2}});
  CHECK(f.Absent("/svc => /#/fs | /#/fs/slow", {"/svc/web"}) == "");
  CHECK_FALSE(f.told_at_once);
}

TEST_CASE("A check that is given up while branches are not known") {
  Fixture f({{"/web", 1}, {"/slow", -2}});
  const Subscription web = f.in_use.Follow("web", Path{"svc", "web"}, Dtab());
  bool told = false;
  {
    const Subscription check =
        f.checker.Check({"web", "/svc => /#/fs | /#/fs/slow", true, {}}, [&](auto) { told = true; });
    for (int turn = 0; turn < 20; ++turn) f.loop.RunReady();
  }
  f.clock.Advance(Checker::kLimit);
  f.loop.RunReady();
  CHECK_FALSE(told);
}

}  // namespace
}  // namespace heddle::namerd
