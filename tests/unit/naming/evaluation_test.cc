#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/naming/fixture.h"

namespace heddle {
namespace {

std::string BoundNow(Naming& naming, absl::string_view path, const Dtab& local = Dtab()) {
  return Bound(naming.interpreter, path, local).now();
}

// /s0 => /s1 ; ... ; /s<n-1> => `end`
std::string Chain(int rules, absl::string_view end) {
  std::string dtab;
  for (int i = 0; i < rules; ++i) {
    absl::StrAppend(&dtab, "/s", i, " => ", i + 1 < rules ? absl::StrCat("/s", i + 1) : std::string(end),
                    ";");
  }
  return dtab;
}

TEST_CASE("A hundred lookups lead to a client, one more does not") {
  Naming naming(Chain(99, "/#/t/a"));
  naming.namer->Know("a", Endpoints(1));
  CHECK(BoundNow(naming, "/s0") == "/#/t/a");
  naming.Rules(Chain(100, "/#/t/a"));
  CHECK(BoundNow(naming, "/s0").find("error: Max recursion level: 100 reached, at /#/t/a") == 0);
}

TEST_CASE("A circle is refused with the rules it is made of") {
  Naming naming("/else => /foo ; /foo => /bar ; /bar => /foo");
  const std::string error = BoundNow(naming, "/else");
  CHECK(error.find("/bar=>/foo") != std::string::npos);
  CHECK(error.find("/foo=>/bar") != std::string::npos);
  CHECK(error.find("/else=>") == std::string::npos);
}

TEST_CASE("Rules that multiply are refused with their names, and at once") {
  std::string dtab;
  for (int i = 0; i < 60; ++i) absl::StrAppend(&dtab, "/x", i, " => /x", i + 1, " & /x", i + 1, ";");
  Naming naming(dtab);
  const std::string error = BoundNow(naming, "/x0");
  CHECK(error.find("error: the name leads to more than can be followed") == 0);
  CHECK(error.find("/x19=>/x20 & /x20") != std::string::npos);

  // The same when what multiplies is absent in the end, and when the last members are in error.
  naming.Rules("/x => /x & /x");
  CHECK(BoundNow(naming, "/x").find("error: the name leads to more") == 0);
}

TEST_CASE("A name that grows is refused before it is large") {
  std::string tail;
  for (int i = 0; i < 2000; ++i) tail += "/x";
  Naming naming(absl::StrCat("/s => /s", tail));
  CHECK(BoundNow(naming, "/s").find("error: ") == 0);
  naming.Rules(absl::StrCat("/s => /s/", std::string(100000, 'x')));
  CHECK(BoundNow(naming, "/s").find("error: ") == 0);
  // Namers are not asked without end either.
  std::string dst = "/#/t/0";
  for (int i = 1; i < 3000; ++i) absl::StrAppend(&dst, " & /#/t/", i);
  naming.Rules(absl::StrCat("/s => ", dst));
  const Bound bound(naming.interpreter, "/s");
  CHECK(bound.now().find("error: the name leads to more than can be followed") == 0);
  CHECK(naming.namer->followed() <= 251);
}

TEST_CASE("Alternates nested over many lookups are refused before the stack ends") {
  std::string dst = "/x";
  for (int i = 0; i < 200; ++i) dst = absl::StrCat("(", dst, " | ~)");
  Naming naming(absl::StrCat("/x => ", dst));
  CHECK(BoundNow(naming, "/x").find("error: ") == 0);
}

TEST_CASE("Unions nest as deep as they can be sent, not deeper") {
  const auto nested = [](int depth) {
    std::string dtab;
    for (int i = 0; i < depth; ++i) absl::StrAppend(&dtab, "/x", i, " => /x", i + 1, " & /#/t/b;");
    return absl::StrCat(dtab, "/x", depth, " => /#/t/a");
  };
  Naming naming(nested(20));
  naming.namer->Know("a", Endpoints(1));
  naming.namer->Know("b", Endpoints(1));
  CHECK(BoundNow(naming, "/x0").find("/#/t/a") != std::string::npos);
  naming.Rules(nested(21));
  // The member that goes too deep is in error, its siblings are not.
  CHECK(BoundNow(naming, "/x0").find("/#/t/a") == std::string::npos);
}

TEST_CASE("The request's own rules win, and share nothing with others' names") {
  Naming naming("/svc => /#/t");
  naming.namer->Know("web", Endpoints(1));
  naming.namer->Know("canary", Endpoints(1));
  CHECK(BoundNow(naming, "/svc/web", D("/svc/web => /#/t/canary")) == "/#/t/canary");
  CHECK(BoundNow(naming, "/svc/web") == "/#/t/web");
  CHECK(BoundNow(naming, "/svc/web", D("/svc/web => /#/t/nosuch")) == "/#/t/web");
  CHECK(BoundNow(naming, "/svc/web", D("/svc/web => !")) == "!");
}

TEST_CASE("A choice passes over what has no endpoints, as long as another has some") {
  Naming naming(
      "/alt => /#/t/none | /#/t/some ; /last => /#/t/none | ~ | $ ; /stop => /#/t/none | ! | /#/t/some");
  naming.namer->Know("none", Endpoints(0));
  naming.namer->Know("some", Endpoints(1));
  CHECK(BoundNow(naming, "/alt") == "/#/t/some");
  CHECK(BoundNow(naming, "/last") == "/#/t/none");
  CHECK(BoundNow(naming, "/stop") == "/#/t/none");
  naming.namer->AddrOf("some")->Set(Endpoints(0));
  CHECK(BoundNow(naming, "/alt") == "/#/t/none");
  // What is pending or in error is not absent.
  naming.namer->AddrOf("none")->Set(Addr::Pending());
  naming.namer->AddrOf("some")->Set(Endpoints(1));
  CHECK(BoundNow(naming, "/alt") == "/#/t/none");
  naming.namer->AddrOf("none")->Set(Addr::Failed(absl::UnavailableError("dns")));
  CHECK(BoundNow(naming, "/alt") == "/#/t/none");
}

TEST_CASE("What ends a search among alternates without endpoints ends it for those around them, too") {
  Naming naming("/svc => /#/t/some ; /svc => /#/t/none | ! ; /void => (/#/t/none | $) | /#/t/some");
  naming.namer->Know("none", Endpoints(0));
  naming.namer->Know("some", Endpoints(1));
  CHECK(BoundNow(naming, "/svc") == "/#/t/none");
  CHECK(BoundNow(naming, "/void") == "/#/t/none");
  naming.namer->Forget("none");
  CHECK(BoundNow(naming, "/svc") == "!");
}

TEST_CASE("A status is a client that is there without endpoints") {
  Naming naming(
      "/alt => /$/io.buoyant.http.status/401/x | /#/t/some ; /bad => /$/io.buoyant.http.status/600 | "
      "/#/t/some");
  naming.namer->Know("some", Endpoints(1));
  CHECK(BoundNow(naming, "/alt/y") == "/$/io.buoyant.http.status/401:/401/x/y");
  CHECK(BoundNow(naming, "/bad") == "/#/t/some");
  CHECK(BoundNow(naming, "/$/io.buoyant.http.status") == "~");
}

TEST_CASE("Names that only ZooKeeper knows are in error, not absent") {
  Naming naming;
  naming.Rules("/zk => /$/com.twitter.serverset | /#/t/some");
  CHECK(BoundNow(naming, "/zk/a").find("error: /$/com.twitter.serverset/a is in ZooKeeper") == 0);
  CHECK(BoundNow(naming, "/$/io.buoyant.namer.zk.leader/a").find("error: ") == 0);
}

TEST_CASE("A later alternate that is not known yet is waited for; one in error is not") {
  Naming naming("/svc => /#/t/none | /#/t/later");
  naming.namer->Know("none", Endpoints(0));
  naming.namer->Set("later", Answer::Pending());
  Bound svc(naming.interpreter, "/svc");
  CHECK(svc.now() == "pending");
  naming.namer->Set("later", Answer::Failed(absl::UnavailableError("gone")));
  CHECK(svc.now() == "/#/t/none");
}

TEST_CASE("A choice inside a choice: the inner alternates' endpoints matter too") {
  Naming naming("/svc => /in | /#/t/out ; /in => /#/t/a | /#/t/b ; /deep => (/#/t/a & /#/t/b) | /#/t/out");
  for (const char* name : {"a", "b"}) naming.namer->Know(name, Endpoints(0));
  naming.namer->Know("out", Endpoints(1));
  Bound svc(naming.interpreter, "/svc");
  Bound deep(naming.interpreter, "/deep");
  CHECK(svc.now() == "/#/t/out");
  CHECK(deep.now() == "/#/t/out");
  naming.namer->AddrOf("b")->Set(Endpoints(1));
  CHECK(svc.now() == "/#/t/b");
  CHECK(deep.now() == "/#/t/b");
}

TEST_CASE("A union leaves out members without endpoints only for one that is to have traffic") {
  Naming naming("/shift => 0*/#/t/v2 & 1*/#/t/v1");
  naming.namer->Know("v1", Endpoints(0));
  naming.namer->Know("v2", Endpoints(1));
  CHECK(BoundNow(naming, "/shift") == "0.00*/#/t/v2 & /#/t/v1");
  naming.Rules("/shift => 0.1*/#/t/v2 & 0.9*/#/t/v1");
  CHECK(BoundNow(naming, "/shift") == "/#/t/v2");
  naming.namer->AddrOf("v2")->Set(Endpoints(0));
  CHECK(BoundNow(naming, "/shift") == "0.10*/#/t/v2 & 0.90*/#/t/v1");
  naming.Rules("/shift => $ & /#/t/v1");
  CHECK(BoundNow(naming, "/shift") == "$ & /#/t/v1");
}

TEST_CASE("A union is known as soon as one member is") {
  Naming naming("/svc => /#/t/a & /#/t/b");
  naming.namer->Set("a", Answer::Pending());
  naming.namer->Set("b", Answer::Failed(absl::UnavailableError("gone")));
  Bound svc(naming.interpreter, "/svc");
  CHECK(svc.now() == "error: gone");
  naming.namer->Know("a", Endpoints(1));
  naming.namer->Know("b", Endpoints(1));
  CHECK(svc.seen == Seen{"error: gone", "/#/t/a", "/#/t/a & /#/t/b"});
}

TEST_CASE("The last namer of the configuration is asked first, and passes on what it does not know") {
  const auto general = std::make_shared<TestNamer>("/#/t");
  const auto special = std::make_shared<TestNamer>("/#/t/a");
  general->Know("a", Endpoints(1));
  const auto dtab = std::make_shared<Source<Activity<VersionedDtab>>>(
      Activity<VersionedDtab>::Ok({{}, std::make_shared<const Dtab>()}));
  LocalInterpreter interpreter(dtab, {general->Prefixed(general), special->Prefixed(special)});
  Bound bound(interpreter, "/#/t/a/x");
  CHECK(bound.now() == "/#/t/a:/x");
  special->Know("x", Endpoints(1));
  CHECK(bound.now() == "/#/t/a/x");
}

}  // namespace
}  // namespace heddle
