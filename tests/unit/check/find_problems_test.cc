// Each kind of problem, and what looks like one and is none.
#include "namerd/check/find_problems.h"

#include <catch2/catch.hpp>
#include <functional>

#include "absl/strings/str_cat.h"

namespace heddle::namerd {
namespace {

const std::vector<Path> kNamers = {Path{"$", "inet"}, Path{"#", "io.l5d.fs"}};

Surroundings InUse(std::vector<Path> names) { return {kNamers, false, std::move(names), Dtab()}; }

// "warning shadowed 0 1; error circle 1 2": severity, kind and rules of each.
std::string Found(const std::string& dtab, const Surroundings& surroundings = InUse({})) {
  std::string text;
  for (const Finding& finding : FindProblems(*Dtab::Parse(dtab), surroundings).findings) {
    absl::StrAppend(&text, text.empty() ? "" : "; ", SeverityName(finding.severity), " ",
                    FindingName(finding.kind));
    for (const size_t rule : finding.rules) absl::StrAppend(&text, " ", rule);
    CHECK_FALSE(finding.message.empty());
    CHECK_FALSE(finding.remedy.empty());
  }
  return text;
}
Finding First(const std::string& dtab, const Surroundings& surroundings = InUse({})) {
  const Problems problems = FindProblems(*Dtab::Parse(dtab), surroundings);
  REQUIRE_FALSE(problems.findings.empty());
  return problems.findings[0];
}

TEST_CASE("A dtab as people write it gives no findings") {
  CHECK(Found("").empty());
  const char* dtab =
      "/svc => /host ; /host => /srv ; /srv => /#/io.l5d.fs ;"
      "/host/world => 90 * /srv/world-v1 & 10 * /srv/world-v2 ;"
      "/host/web => /srv/web | /srv/fallback ; /host/*/admin => ! ;"
      "/host/old => ~ ; /host/third => 0.33*/srv/a & 0.33*/srv/b & 0.33*/srv/c";
  CHECK(Found(dtab).empty());
  CHECK(Found(dtab, InUse({Path{"svc", "world"}})).empty());
}

TEST_CASE("A rule behind one that lets nothing through is never used") {
  CHECK(Found("/a/b => /#/io.l5d.fs ; /a => !") == "warning shadowed 0 1");
  CHECK(Found("/a/b => /#/io.l5d.fs ; /a => $") == "warning shadowed 0 1");
  CHECK(Found("/a => /#/io.l5d.fs ; /a => /$/inet/127.0.0.1/80") == "warning shadowed 0 1");
  CHECK(Found("/a => /#/io.l5d.fs ; /a => /$/nil") == "warning shadowed 0 1");
  CHECK(Found("/a/b => /#/io.l5d.fs ; /*/b => /$/inet/::1/80") == "warning shadowed 0 1");
  CHECK(Found("/a/*/c => /#/io.l5d.fs ; /a/*  => !") == "warning shadowed 0 1");
  CHECK(Found("/a => /#/io.l5d.fs ; /a => /b ; /b => /c ; /c => !") == "warning shadowed 0 1");
  CHECK(Found("/a => /#/io.l5d.fs ; /a => 9*/$/inet/127.0.0.1/80 & 1*/#/io.l5d.fs/x") ==
        "warning shadowed 0 1");
  CHECK(Found("/a => /#/io.l5d.fs ; /a => /#/io.l5d.fs/x | /$/inet/127.0.0.1/80") == "warning shadowed 0 1");
  const Finding finding = First("/a/b => /#/io.l5d.fs ; /a => !");
  CHECK(finding.message ==
        "is never used: the later rule /a => ! takes every name that it matches and lets none through");
  CHECK(finding.remedy == "Delete it, or move it below that rule: the last rule that matches wins.");
}

TEST_CASE("A rule behind one that may let a name through is not shadowed") {
  CHECK(Found("/a => /$/inet/127.0.0.1/80 ; /a => /#/io.l5d.fs").empty());  // absent there
  CHECK(Found("/a => /#/io.l5d.fs ; /a/b => !").empty());                   // narrower
  CHECK(Found("/a/* => /#/io.l5d.fs ; /a/b => !").empty());                 // a wildcard is more than a label
  CHECK(Found("/a => ! ; /a => /#/io.l5d.fs").empty());                     // earlier
  CHECK(Found("/a => /#/io.l5d.fs ; /a => /$/inet/example.com/80").empty());  // a DNS name may be absent
  CHECK(Found("/a => /#/io.l5d.fs ; /a => ~").empty());
  CHECK(Found("/a => /#/io.l5d.fs ; /a => /#/io.l5d.fs/x | $").empty());  // x may be without endpoints
  CHECK(Found("/a => /#/io.l5d.fs ; /a => /b ; /b => ! ; /b/c => /#/io.l5d.fs").empty());
  CHECK(Found("/a => /#/io.l5d.fs ; /a => 1*! & 1*/#/io.l5d.fs/x").empty());
}

TEST_CASE("A rule that is there twice") {
  CHECK(Found("/a => /#/io.l5d.fs/x ; /a => /#/io.l5d.fs/y ; /a => /#/io.l5d.fs/x") ==
        "warning duplicate 0 2");
  CHECK(Found("/a => ! ; /a => !") == "warning duplicate 0 1");
  CHECK(Found("/a => /#/io.l5d.fs ; /a => /#/io.l5d.fs/x").empty());
}

TEST_CASE("Alternates that are never tried") {
  CHECK(Found("/a => ! | /#/io.l5d.fs") == "warning alternate_unused 0");
  CHECK(Found("/a => /#/io.l5d.fs/x | /$/inet/127.0.0.1/80 | /#/io.l5d.fs/y") ==
        "warning alternate_unused 0");
  CHECK(Found("/a => /#/io.l5d.fs/x | ! | /#/io.l5d.fs/y").empty());
  CHECK(Found("/a => /#/io.l5d.fs/x | /$/inet/127.0.0.1/80").empty());
}

TEST_CASE("Rules that lead back to themselves are a circle, which is named") {
  CHECK(Found("/a => /b ; /b => /a") == "error circle 0 1");
  CHECK(Found("/a => /a") == "error circle 0");
  CHECK(Found("/svc => /svc/prod") == "error circle 0");  // the names grow
  CHECK(Found("/svc => /host ; /host/web => /svc/web") == "error circle 0 1");
  CHECK(Found("/a => /#/io.l5d.fs/x | /b ; /b => /a") == "warning circle 0 1");
  CHECK(Found("/a => 1*/b & 1*/#/io.l5d.fs/x ; /b => /a") == "warning circle 0 1");
  CHECK(Found("/a => /b ; /b => /c ; /c => /d ; /d => /b") == "error circle 1 2 3");
  CHECK(Found("/a/* => /b ; /b => /a/x") == "error circle 0 1");
  const Finding finding = First("/a => /b ; /b => /a");
  CHECK(finding.message ==
        "leads in a circle: on to /b => /a, and back to it. A name that goes this way fails.");
}

TEST_CASE("What looks like a circle and ends is none") {
  CHECK(Found("/svc/web => /svc/web-v2 ; /svc => /#/io.l5d.fs").empty());
  CHECK(Found("/a => /b ; /b => /a ; /b => !") == "warning shadowed 1 2");
  CHECK(Found("/a => /a/b ; /a/b => /$/inet/127.0.0.1/80").empty());
  CHECK(Found("/a => /$/inet/127.0.0.1/80 | /a") == "warning alternate_unused 0");
}

TEST_CASE("Destinations that nobody answers for") {
  CHECK(Found("/svc => /#/io.l5d.k8s/default") == "warning dead_end 0");
  CHECK(Found("/svc => /hots ; /host => /#/io.l5d.fs") == "warning dead_end 0");
  CHECK(Found("/svc => /$/io.l5d.nothing") == "warning dead_end 0");
  CHECK(Found("/a => /#/io.l5d.k8s/x ; /b => /#/io.l5d.k8s/y") == "warning dead_end 0 1");
  CHECK(Found("/svc => /host/web ; /host/web/x => /#/io.l5d.fs").empty());  // some names go on
  CHECK(Found("/svc => /$/io.buoyant.http.status/503").empty());
  CHECK(Found("/svc => /$/io.buoyant.http.domainToPathPfx/host ; /host => /#/io.l5d.fs").empty());
  CHECK(First("/svc => /hots ; /host => /#/io.l5d.fs").remedy ==
        "Correct it, or add a rule for /hots; did you mean /host?");
  CHECK(
      First("/svc => /#/io.l5d.sf").remedy ==
      "namerd has the namers /#/io.l5d.fs: correct the name, or add the namer to its configuration; did you "
      "mean /#/io.l5d.fs?");
  Surroundings with_local = InUse({});
  with_local.local = *Dtab::Parse("/local => /#/io.l5d.fs");
  CHECK(Found("/svc => /local", with_local).empty());  // a router's own rules go on
}

TEST_CASE("Prefixes that nothing leads to") {
  const Surroundings in_use = InUse({Path{"svc", "web"}});
  CHECK(Found("/svc => /host ; /host => /#/io.l5d.fs ; /hots/web => /#/io.l5d.fs/x", in_use) ==
        "warning never_matches 2");
  CHECK(Found("/svc => /host ; /host => /#/io.l5d.fs ; /x => /y ; /y => /#/io.l5d.fs", in_use) ==
        "warning never_matches 2; warning never_matches 3");
  CHECK(First("/svc => /host ; /host => /#/io.l5d.fs ; /hots/web => /#/io.l5d.fs/x", in_use).remedy ==
        "Did you mean /host?");
  SECTION("a name in use stands for those to come") {
    CHECK(Found("/svc/other => /#/io.l5d.fs ; /svc => /#/io.l5d.fs", in_use).empty());
  }
  SECTION("wildcards, and names made by built-in ones, lead on") {
    CHECK(Found("/*/x => /#/io.l5d.fs ; /svc => /#/io.l5d.fs", in_use).empty());
    CHECK(Found("/svc => /$/io.buoyant.http.domainToPathPfx/host ; /host => /#/io.l5d.fs", in_use).empty());
    CHECK(Found("/svc => /$/io.buoyant.http.domainToPath ; /org => /#/io.l5d.fs", in_use).empty());
  }
  SECTION("not without names in use, nor with a namer that leads on") {
    CHECK(Found("/svc => /host ; /host => /#/io.l5d.fs ; /x => /#/io.l5d.fs").empty());
    Surroundings rewriting = in_use;
    rewriting.namers_lead_on = true;
    CHECK(Found("/svc => /#/io.l5d.fs ; /x => /#/io.l5d.fs", rewriting).empty());
  }
}

TEST_CASE("Weights that are not what they look like") {
  const auto weights = [](const std::string& dst) { return Found("/a => " + dst); };
  CHECK(weights("0.1*/#/io.l5d.fs/x & /#/io.l5d.fs/y") == "warning weights 0");
  CHECK(weights("0.9*/#/io.l5d.fs/x & 0.2*/#/io.l5d.fs/y") == "warning weights 0");
  CHECK(weights("90*/#/io.l5d.fs/x & 11*/#/io.l5d.fs/y & 1*/#/io.l5d.fs/z") == "warning weights 0");
  CHECK(weights("0*/#/io.l5d.fs/x & 0*/#/io.l5d.fs/y") == "warning weights 0");
  CHECK(weights("100*/#/io.l5d.fs/x & 0*/#/io.l5d.fs/y") == "note weights 0");
  CHECK(weights("/#/io.l5d.fs/x & /#/io.l5d.fs/y").empty());
  CHECK(weights("1*/#/io.l5d.fs/x & 3*/#/io.l5d.fs/y").empty());
  CHECK(weights("0.95*/#/io.l5d.fs/x & 0.05*/#/io.l5d.fs/y").empty());
  CHECK(First("/a => 0.9*/#/io.l5d.fs/x & 0.2*/#/io.l5d.fs/y").message ==
        "has weights that are not the shares they look like: they add up to 1.1, not 1; the shares are 81.82 "
        "%, 18.18 %");
}

TEST_CASE("A dtab that multiplies, or is large, is checked in bounded work") {
  std::string doubling;
  for (int i = 0; i < 64; ++i) absl::StrAppend(&doubling, "/a", i, " => /a", i + 1, "/x | /a", i + 1, "/y ;");
  CHECK_FALSE(FindProblems(*Dtab::Parse(doubling), InUse({})).complete);
  std::string same;
  for (int i = 0; i < 5000; ++i) absl::StrAppend(&same, "/a => /a/n", i, " ;");
  const Problems problems = FindProblems(*Dtab::Parse(same), InUse({Path{"a"}}));
  CHECK(problems.findings.size() <= kMaxFindings);
}

std::string Repeated(int times, const std::function<std::string(int)>& rule) {
  std::string text;
  for (int i = 0; i < times; ++i) absl::StrAppend(&text, rule(i));
  return text;
}

// Each of them took minutes once, in which namerd did nothing else.
TEST_CASE("What is looked at is bounded, however rules multiply each other's work") {
  SECTION("dead ends that are all different: as many as are shown are told") {
    const std::string dtab = Repeated(50'000, [](int i) { return absl::StrCat("/n", i, "=>/m", i, ";"); });
    const Problems problems = FindProblems(*Dtab::Parse(dtab), InUse({Path{"svc", "web"}}));
    CHECK(problems.findings.size() == kMaxFindings);
    CHECK(problems.left_out == 2 * 50'000 - kMaxFindings);
    CHECK(problems.findings.front().rules == std::vector<size_t>{0});
    CHECK(problems.findings.back().rules == std::vector<size_t>{kMaxFindings / 2 - 1});
  }
  SECTION("a long rule that is quoted for each of many") {
    const std::string dtab = Repeated(50'000, [](int i) { return absl::StrCat("/svc/n", i, "=>/srv;"); }) +
                             "/svc=>! | /srv" +
                             Repeated(50'000, [](int i) { return absl::StrCat("|/n", i); });
    const Problems problems = FindProblems(*Dtab::Parse(dtab), InUse({}));
    CHECK(
        problems.findings.front().message ==
        absl::StrCat("is never used: the later rule ",
                     "/svc => ! | /srv | /n0 | /n1 | /n2 | /n3 | /n4 | /n5 | /n6 | /n7 | /n8 | /n9 | /n10 | "
                     "/n11 | /n12 | /n13 | /n14 | /n15 |... takes every name that it matches and lets none "
                     "through"));
  }
  SECTION("rules that all lead to all of them") {
    const auto under = [](int i) { return absl::StrCat("/svc/n", i, "=>/svc;"); };
    CHECK(FindProblems(*Dtab::Parse(Repeated(100'000, under)), InUse({Path{"svc", "n1"}})).findings.size() <=
          kMaxFindings);
    const auto same = [](int i) { return absl::StrCat("/svc=>/svc/n", i, ";"); };
    CHECK_FALSE(FindProblems(*Dtab::Parse(Repeated(100'000, same)), InUse({Path{"svc", "n1"}})).complete);
  }
  SECTION("a rule of very many ways that lead back to it") {
    const std::string dtab =
        "/svc=>/svc/a" + Repeated(300'000, [](int i) { return absl::StrCat("|/svc/", i); });
    CHECK_FALSE(FindProblems(*Dtab::Parse(dtab), InUse({})).complete);
  }
}

}  // namespace
}  // namespace heddle::namerd
