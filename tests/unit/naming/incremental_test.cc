#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "tests/unit/naming/fixture.h"

namespace heddle {
namespace {

TEST_CASE("A binding is pending until the dtab and the namers have answered") {
  Naming naming;
  Bound web(naming.interpreter, "/svc/web");
  CHECK(web.now() == "pending");
  naming.namer->Set("web", Answer::Pending());
  naming.Rules("/svc => /#/t");
  CHECK(web.now() == "pending");
  naming.namer->Know("web", Endpoints(1));
  CHECK(web.seen == Seen{"pending", "/#/t/web"});
  CHECK(web.Get().value->version == DtabVersion{1, 1});
}

TEST_CASE("A rule that changes evaluates only the names it can touch") {
  Naming naming("/svc => /#/t ; /other => /#/t");
  for (const char* name : {"a", "b", "v2"}) naming.namer->Know(name, Endpoints(1));
  Bound a(naming.interpreter, "/svc/a");
  Bound b(naming.interpreter, "/svc/b");
  Bound other(naming.interpreter, "/other/a");
  const uint64_t before = naming.interpreter.evaluations();

  naming.Rules("/svc => /#/t ; /svc/a => /#/t/v2 ; /other => /#/t");
  CHECK(naming.interpreter.evaluations() == before + 1);
  CHECK(a.seen == Seen{"/#/t/a", "/#/t/v2"});
  CHECK(a.Get().value->version == DtabVersion{1, 2});
  CHECK(b.seen == Seen{"/#/t/b"});
  CHECK(b.Get().value->version == DtabVersion{1, 1});

  // What has the same effect is evaluated, and nobody is told.
  naming.Rules("/svc => /#/t ; /svc/a => /#/t/v2 | ~ ; /other => /#/t");
  CHECK(naming.interpreter.evaluations() == before + 2);
  CHECK(a.seen.size() == 2);

  // A new version with the same rules, and a rule that nobody's path matches.
  naming.Rules("/svc => /#/t ; /svc/a => /#/t/v2 | ~ ; /other => /#/t");
  naming.Rules("/svc => /#/t ; /svc/a => /#/t/v2 | ~ ; /other => /#/t ; /else => /#/t");
  CHECK(naming.interpreter.evaluations() == before + 2);

  // Rules change places: the later one wins now.
  naming.Rules("/svc/a => /#/t/v2 ; /svc => /#/t ; /other => /#/t");
  CHECK(a.now() == "/#/t/a");
  CHECK(other.seen == Seen{"/#/t/a"});
}

TEST_CASE("An indirection is followed: a rule in the middle of the way touches the name") {
  Naming naming("/svc => /host ; /host => /#/t");
  naming.namer->Know("a", Endpoints(1));
  naming.namer->Know("b", Endpoints(1));
  Bound a(naming.interpreter, "/svc/a");
  naming.Rules("/svc => /host ; /host => /#/t ; /host/a => /#/t/b");
  CHECK(a.seen == Seen{"/#/t/a", "/#/t/b"});
  naming.Rules("/svc => /host ; /host => /#/t");
  CHECK(a.now() == "/#/t/a");
}

TEST_CASE("Endpoints come and go without any evaluation, unless a choice depends on it") {
  Naming naming("/svc => /#/t ; /either => /#/t/a | /#/t/b ; /both => 0.9*/#/t/a & 0.1*/#/t/b");
  naming.namer->Know("a", Endpoints(1));
  naming.namer->Know("b", Endpoints(1));
  Bound plain(naming.interpreter, "/svc/a");
  Bound either(naming.interpreter, "/either");
  Bound both(naming.interpreter, "/both");
  const uint64_t before = naming.interpreter.evaluations();
  for (const int count : {2, 3, 1}) naming.namer->AddrOf("a")->Set(Endpoints(count));
  CHECK(naming.interpreter.evaluations() == before);

  naming.namer->AddrOf("a")->Set(Endpoints(0));
  CHECK(naming.interpreter.evaluations() == before + 2);
  CHECK(plain.seen == Seen{"/#/t/a"});
  CHECK(either.now() == "/#/t/b");
  CHECK(both.now() == "/#/t/b");
  naming.namer->AddrOf("a")->Set(Addr::Absent());  // none either way
  CHECK(naming.interpreter.evaluations() == before + 2);

  naming.namer->AddrOf("a")->Set(Endpoints(5));
  CHECK(either.now() == "/#/t/a");
  CHECK(both.now() == "0.90*/#/t/a & 0.10*/#/t/b");
}

TEST_CASE("A binding is shared while somebody follows it, and follows nothing when nobody does") {
  Naming naming("/svc => /#/t");
  naming.namer->Know("a", Endpoints(1));
  const auto first = naming.interpreter.Bind(Dtab(), P("/svc/a"));
  CHECK(naming.interpreter.Bind(Dtab(), P("/svc/a")) == first);
  CHECK(naming.interpreter.Bind(D("/x=>/y"), P("/svc/a")) != first);
  CHECK(naming.namer->followed() == 0);
  CHECK(naming.interpreter.evaluations() == 0);
  {
    Bound one(naming.interpreter, "/svc/a");
    Bound two(naming.interpreter, "/svc/a");
    CHECK(naming.interpreter.evaluations() == 1);
    CHECK(naming.namer->followed() == 1);
    one.Stop();
    CHECK(naming.namer->followed() == 1);
  }
  CHECK(naming.namer->followed() == 0);
  CHECK_FALSE(naming.dtab->has_subscribers());

  // What happened meanwhile is known when it starts again.
  naming.Rules("/svc => /#/t/b");
  naming.namer->Know("b", Endpoints(1));
  Bound again(naming.interpreter, "/svc/a");
  CHECK(again.seen == Seen{"/#/t/b:/a"});
}

TEST_CASE("What is no longer looked up is let go; what still is does not stop and start") {
  Naming naming("/svc => /#/t/a | /#/t/b | /#/t/c");
  naming.namer->Know("c", Endpoints(1));
  Bound svc(naming.interpreter, "/svc");
  CHECK(naming.namer->followed() == 3);
  naming.namer->Know("b", Endpoints(1));
  CHECK(svc.now() == "/#/t/b");
  CHECK(naming.namer->followed() == 2);
  naming.namer->Know("a", Endpoints(1));
  CHECK(naming.namer->followed() == 1);
  naming.namer->Forget("a");
  CHECK(svc.seen == Seen{"/#/t/c", "/#/t/b", "/#/t/a", "/#/t/b"});
}

TEST_CASE("While a change is pending the last tree stays; so it does in an error") {
  Naming naming("/svc => /#/t/v1");
  naming.namer->Know("v1", Endpoints(1));
  naming.namer->Set("v2", Answer::Pending());
  Bound svc(naming.interpreter, "/svc");
  naming.Rules("/svc => /#/t/v2");
  CHECK(svc.now() == "/#/t/v1");
  CHECK(svc.Get().value->settling);
  CHECK(svc.Get().value->version == DtabVersion{1, 1});
  naming.namer->Know("v2", Endpoints(1));
  CHECK(svc.now() == "/#/t/v2");
  CHECK_FALSE(svc.Get().value->settling);
  CHECK(svc.seen.size() == 3);

  naming.Rules("/svc => /svc");
  CHECK(svc.now() == "/#/t/v2?");
  CHECK(svc.Get().value->version == DtabVersion{1, 2});
  naming.Rules("/svc => /#/t/v1");
  CHECK(svc.now() == "/#/t/v1");
}

TEST_CASE("A binding that settles where it was, or in an error, says so") {
  Naming naming("/svc => /#/t/v1");
  naming.namer->Know("v1", Endpoints(1));
  for (const char* name : {"v2", "v3"}) naming.namer->Set(name, Answer::Pending());
  Bound svc(naming.interpreter, "/svc");
  naming.Rules("/svc => /#/t/v2 | /#/t/v1");
  naming.Rules("/svc => /#/t/v3 | /#/t/v1");  // still pending: nobody is told again
  CHECK(svc.seen.size() == 2);
  CHECK(svc.Get().value->settling);
  naming.namer->Forget("v3");
  CHECK(svc.seen == Seen{"/#/t/v1", "/#/t/v1", "/#/t/v1"});
  CHECK_FALSE(svc.Get().value->settling);
  CHECK(svc.Get().value->version == DtabVersion{1, 3});

  naming.Rules("/svc => /#/t/v2 | /#/t/v1");
  CHECK(svc.Get().value->settling);
  naming.namer->Set("v2", Answer::Failed(absl::UnavailableError("gone")));
  CHECK(svc.now() == "/#/t/v1?");
  CHECK_FALSE(svc.Get().value->settling);
}

TEST_CASE("A name that is refused for what it leads to is looked at again when a rule on its way changes") {
  const Dtab local = D("/svc => /svc/x & /svc/x ; /in => /#/t/a");
  Naming naming("/host => /#/t");
  naming.namer->Know("a", Endpoints(1));
  Bound svc(naming.interpreter, "/svc/a", local);
  CHECK(svc.now().find("error: ") == 0);
  const uint64_t before = naming.interpreter.evaluations();
  naming.Rules("/host => /#/t ; /other => /#/t");
  naming.Rules("/host => /#/t ; /svc/other => /#/t");
  CHECK(naming.interpreter.evaluations() == before);
  naming.Rules("/host => /#/t ; /svc/a/x/x/x => /#/t");
  CHECK(naming.interpreter.evaluations() > before);
}

TEST_CASE("Rules edited in place far apart evaluate what they touch, not what is between them") {
  const auto rules = [](int first, int last) {
    return absl::StrCat("/a => /#/t/v", first, " ; /b => /#/t/v0 ; /c => /#/t/v", last);
  };
  Naming naming(rules(0, 0));
  Bound a(naming.interpreter, "/a");
  Bound b(naming.interpreter, "/b");
  Bound c(naming.interpreter, "/c");
  const uint64_t before = naming.interpreter.evaluations();
  naming.Rules(rules(1, 2));
  CHECK(naming.interpreter.evaluations() == before + 2);
}

TEST_CASE("One rule among many names evaluates one name") {
  std::string rules = "/svc => /#/t";
  Naming naming(rules);
  std::vector<std::unique_ptr<Bound>> names;
  for (int i = 0; i < 1000; ++i) {
    names.push_back(std::make_unique<Bound>(naming.interpreter, absl::StrCat("/svc/n", i)));
  }
  const uint64_t before = naming.interpreter.evaluations();
  naming.Rules(absl::StrCat(rules, " ; /svc/n7 => /#/t/a"));
  naming.Rules(absl::StrCat(rules, " ; /svc/n7 => /#/t/b"));
  CHECK(naming.interpreter.evaluations() == before + 2);
  naming.Rules(absl::StrCat(rules, " ; /svc/* => /#/t/b"));
  CHECK(naming.interpreter.evaluations() == before + 1002);
}

TEST_CASE("A namer in error is taken at its last word, and the error is told") {
  Naming naming("/svc => /#/t/a | /#/t/b");
  naming.namer->Know("b", Endpoints(1));
  Bound svc(naming.interpreter, "/svc");
  naming.namer->Set("a", Answer::Failed(absl::UnavailableError("gone"), NameTree<Name>::Neg()));
  CHECK(svc.now() == "/#/t/b?");
  naming.namer->Forget("a");
  CHECK(svc.now() == "/#/t/b");
  // Without a last word it is no reason to try the next.
  naming.namer->Set("a", Answer::Failed(absl::UnavailableError("gone")));
  Bound other(naming.interpreter, "/svc/residual");
  CHECK(other.now() == "error: gone");
}

TEST_CASE("A dtab in error keeps what is known of it") {
  Naming naming("/svc => /#/t");
  naming.namer->Know("a", Endpoints(1));
  Bound a(naming.interpreter, "/svc/a");
  auto known = naming.dtab->Get();
  known.error = absl::UnavailableError("store away");
  naming.dtab->Set(known);
  CHECK(a.now() == "/#/t/a?");
  naming.Rules("/svc => /#/t");
  CHECK(a.seen == Seen{"/#/t/a", "/#/t/a?", "/#/t/a"});

  naming.dtab->Set(Activity<VersionedDtab>::Failed(absl::UnavailableError("never heard of")));
  Bound b(naming.interpreter, "/svc/b");
  CHECK(b.now() == "error: never heard of");
}

TEST_CASE("An observer may follow and leave names, its own too, while a change is being told") {
  Naming naming("/svc => /#/t");
  naming.namer->Know("a", Endpoints(1));
  naming.namer->Know("b", Endpoints(1));
  const auto watch = naming.interpreter.Bind(Dtab(), P("/svc/a"));
  std::unique_ptr<Bound> other = std::make_unique<Bound>(naming.interpreter, "/svc/b");
  std::unique_ptr<Bound> added;
  Subscription self;
  self = watch->Subscribe([&](const Activity<Binding>& binding) {
    if (Bound::Show(binding) != "/#/t/b:/a") return;
    other.reset();
    added = std::make_unique<Bound>(naming.interpreter, "/svc/c");
    self.Cancel();
  });
  naming.Rules("/svc => /#/t/b");
  REQUIRE(added != nullptr);
  CHECK(added->now() == "/#/t/b:/c");
  CHECK(naming.namer->followed() == 1);
}

TEST_CASE("Watches outlive their interpreter") {
  Naming naming;
  auto interpreter = std::make_unique<LocalInterpreter>(
      naming.dtab, std::vector<PrefixedNamer>{naming.namer->Prefixed(naming.namer)});
  Bound a(*interpreter, "/svc/a");
  interpreter.reset();
  naming.namer->Know("a", Endpoints(1));
  naming.Rules("/svc => /#/t");
  CHECK(a.now() == "/#/t/a");
}

}  // namespace
}  // namespace heddle
