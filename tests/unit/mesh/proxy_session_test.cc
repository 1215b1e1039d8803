#include "namerd/mesh_api/proxy_session.h"

#include "lib/mesh/digest.h"
#include "tests/unit/mesh/proxy_session_fixture.h"

namespace heddle::namerd {
namespace {

TEST_CASE("A name is told as its endpoints, then its tree, then the namespace is synced") {
  SessionFixture f;
  f.Set("a").Set(Bound({"10.0.0.1:1"}));
  SessionProxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/a").ok());
  CHECK(proxy.Drain() == Lines{"/#/t/a BOUND 10.0.0.1:1", "#1 /#/t/a", "synced web 1"});
  REQUIRE(proxy.Subscribe(2, "/nothing").ok());
  CHECK(proxy.Drain() == Lines{"#2 ~"});
}

TEST_CASE("Changes of endpoints are told as changes, absence and failure as what they are") {
  SessionFixture f;
  f.Set("a").Set(Bound({"10.0.0.1:1", "10.0.0.2:1"}));
  SessionProxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/a").ok());
  proxy.Drain();
  const int woken = proxy.woken;
  f.Set("a").Set(Bound({"10.0.0.1:1", "10.0.0.3:1"}));
  CHECK(proxy.woken > woken);
  CHECK(proxy.Drain() == Lines{"/#/t/a BOUND delta 10.0.0.3:1,-10.0.0.2:1"});
  f.Set("a").Set(Addr::Failed(absl::UnavailableError("no answer")));
  CHECK(proxy.Drain() == Lines{"/#/t/a FAILED"});
  f.Set("a").Set(Bound({"10.0.0.1:1"}));
  CHECK(proxy.Drain() == Lines{"/#/t/a BOUND 10.0.0.1:1"});
  f.Set("a").Set(Addr::Pending());
  CHECK(proxy.Drain() == Lines{});
  f.Set("a").Set(Addr::Absent());
  CHECK(proxy.Drain() == Lines{"/#/t/a ABSENT"});
}

TEST_CASE("A rule change tells the names it touches, makes before it breaks, and syncs last") {
  SessionFixture f("/svc => /#/t ; /svc/x => /#/t/a");
  for (const char* label : {"a", "b", "y"}) f.Set(label).Set(Bound({"10.0.0.1:1"}));
  SessionProxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/x").ok());
  REQUIRE(proxy.Subscribe(2, "/svc/y").ok());
  proxy.Drain();
  f.namerd.Put("web", "/svc => /#/t ; /svc/x => /#/t/b");
  CHECK(proxy.Drain() == Lines{"/#/t/b BOUND 10.0.0.1:1", "#1 /#/t/b", "synced web 2", "/#/t/a WITHDRAWN"});
  f.namerd.Put("web", "/svc => /#/t ; /svc/x => /#/t/b ; /other => /#/t/z");
  CHECK(proxy.Drain() == Lines{"synced web 3"});
}

TEST_CASE(
    "A tree with a client that is not known yet waits behind the one that works, and the version with it") {
  SessionFixture f("/svc/x => /#/t/a");
  f.Set("a").Set(Bound({"10.0.0.1:1"}));
  SessionProxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/x").ok());
  proxy.Drain();
  f.namerd.Put("web", "/svc/x => 0.9 * /#/t/a & 0.1 * /#/t/b");
  CHECK(proxy.Drain() == Lines{});
  f.Set("a").Set(Bound({"10.0.0.9:1"}));  // what the proxy has is kept up to date all the same
  CHECK(proxy.Drain() == Lines{"/#/t/a BOUND 10.0.0.9:1"});
  SECTION("until it is known") {
    f.Set("b").Set(Bound({"10.0.0.2:1"}));
    CHECK(proxy.Drain() == Lines{"/#/t/b BOUND 10.0.0.2:1", "#1 0.90*/#/t/a & 0.10*/#/t/b", "synced web 2"});
  }
  SECTION("until the name is given up") {
    REQUIRE(proxy.Subscribe(2, "/svc/y").ok());
    CHECK(proxy.Drain() == Lines{"#2 ~"});
    proxy.Unsubscribe(1);
    CHECK(proxy.Drain() == Lines{"synced web 2", "/#/t/a WITHDRAWN"});
  }
  SECTION("until the rule is taken back") {
    f.namerd.Put("web", "/svc/x => /#/t/a");
    CHECK(proxy.Drain() == Lines{"synced web 2", "synced web 3"});
  }
}

TEST_CASE("A name that is new may be told before its endpoints are known") {
  SessionFixture f;
  SessionProxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/a").ok());
  CHECK(proxy.Drain() == Lines{"/#/t/a PENDING", "#1 /#/t/a", "synced web 1"});
  f.Set("a").Set(Bound({"10.0.0.1:1"}));
  CHECK(proxy.Drain() == Lines{"/#/t/a BOUND 10.0.0.1:1"});
}

TEST_CASE("A slow proxy skips what is no longer so") {
  SessionFixture f("/svc/x => /#/t/a");
  for (const char* label : {"a", "b", "c"}) f.Set(label).Set(Bound({"10.0.0.1:1"}));
  SessionProxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/x").ok());
  proxy.Drain();
  for (int i = 0; i < 100; ++i) {
    f.namerd.Put("web", i % 2 == 0 ? "/svc/x => /#/t/b" : "/svc/x => /#/t/c");
    f.Set("a").Set(Bound({absl::StrCat("10.0.1.", i, ":1")}));
  }
  const Lines lines = proxy.Drain();
  CHECK(lines ==
        Lines{"/#/t/c BOUND 10.0.0.1:1", "#1 /#/t/c", "synced web 2", "/#/t/a WITHDRAWN", "synced web 101"});
}

TEST_CASE("Asking and giving up without reading leaves nothing behind") {
  SessionFixture f;
  SessionProxy proxy(f.namerd);
  proxy.Start();
  for (uint64_t id = 1; id <= 1000; ++id) {
    REQUIRE(proxy.Subscribe(id, absl::StrCat("/svc/n", id)).ok());
    proxy.Unsubscribe(id);
  }
  CHECK(proxy.Drain() == Lines{});
  CHECK(f.namerd.fleet.Members()[0]->namespaces.empty());
}

TEST_CASE("A proxy that comes back is sent only what differs from what it holds") {
  SessionFixture f("/svc/x => /#/t/a ; /svc/y => /#/t/b");
  const Addr a = Bound({"10.0.0.1:1"});
  f.Set("a").Set(a);
  f.Set("b").Set(Bound({"10.0.0.2:1"}));
  const uint64_t tree_x = DigestOf(BoundTree::Leaf({P("/#/t/a"), nullptr, Path()}));
  SessionProxy proxy(f.namerd);
  proxy.Hold("/#/t/a", DigestOf(a)).Hold("/#/t/b", 12345).Hold("/#/t/unused", 6);
  REQUIRE(proxy.Hello().ok());
  REQUIRE(proxy.Subscribe(1, "/svc/x", tree_x).ok());
  CHECK(proxy.Drain() ==
        Lines{"welcome", "/#/t/a UNCHANGED", "#1 unchanged"});  // others may still run an older version
  REQUIRE(proxy.Subscribe(2, "/svc/y", 678).ok());
  REQUIRE(proxy.Resumed().ok());
  CHECK(proxy.Drain() == Lines{"/#/t/b BOUND 10.0.0.2:1", "#2 /#/t/b", "synced web 1"});
  f.Set("a").Set(Bound({"10.0.0.1:1", "10.0.0.9:1"}));
  CHECK(proxy.Drain() == Lines{"/#/t/a BOUND delta 10.0.0.9:1"});
}

TEST_CASE("Endpoints that namerd does not know again yet do not disturb what the proxy holds") {
  SessionFixture f("/svc/x => /#/t/a");
  const Addr a = Bound({"10.0.0.1:1"});
  SessionProxy proxy(f.namerd);
  proxy.Hold("/#/t/a", DigestOf(a));
  REQUIRE(proxy.Hello().ok());
  REQUIRE(proxy.Subscribe(1, "/svc/x", DigestOf(BoundTree::Leaf({P("/#/t/a"), nullptr, Path()}))).ok());
  REQUIRE(proxy.Resumed().ok());
  CHECK(proxy.Drain() == Lines{"welcome", "/#/t/a PENDING", "#1 unchanged", "synced web 1"});
  f.Set("a").Set(a);
  CHECK(proxy.Drain() == Lines{"/#/t/a UNCHANGED"});
}

TEST_CASE("A binding that fails says why and comes back") {
  SessionFixture f("/svc/x => /svc/x");
  SessionProxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/x").ok());
  CHECK_THAT(proxy.Next(), Catch::StartsWith("#1 failed: "));
  CHECK(proxy.Drain() == Lines{"synced web 1"});
  f.Set("a").Set(Bound({}));
  f.namerd.Put("web", "/svc/x => /#/t/a");
  CHECK(proxy.Drain() == Lines{"/#/t/a BOUND", "#1 /#/t/a", "synced web 2"});
  f.namerd.Put("web", "/svc/x => /svc/x");
  CHECK_THAT(proxy.Next(), Catch::StartsWith("#1 failed: "));
  CHECK(proxy.Drain() == Lines{"synced web 3"});
  f.namerd.Put("web", "/svc/x => /#/t/a");
  CHECK(proxy.Drain() == Lines{"#1 unchanged", "synced web 4"});
}

TEST_CASE("The fleet knows what a proxy has been sent and what it has applied") {
  SessionFixture f;
  f.Set("a").Set(Bound({}));
  auto proxy = std::make_unique<SessionProxy>(f.namerd);
  proxy->Start();
  REQUIRE(proxy->Subscribe(1, "/svc/a").ok());
  const DtabVersion version{f.namerd.store->epoch(), 1};
  CHECK(f.namerd.fleet.ProgressOf("web", version).behind == Lines{"p"});
  proxy->Drain();
  CHECK(f.namerd.fleet.Members()[0]->namespaces.at("web").synced == version);
  FromProxy applied;
  applied.mutable_applied()->set_namespace_("web");
  applied.mutable_applied()->mutable_version()->set_epoch(version.epoch);
  applied.mutable_applied()->mutable_version()->set_revision(version.revision);
  REQUIRE(proxy->session.Receive(applied).ok());
  CHECK(f.namerd.fleet.ProgressOf("web", version).applied == 1);
  FromProxy rejected;
  rejected.mutable_rejected()->set_error("cannot");
  REQUIRE(proxy->session.Receive(rejected).ok());
  CHECK(f.namerd.fleet.Members()[0]->last_error == "cannot");
  proxy.reset();
  CHECK_FALSE(f.namerd.fleet.Members()[0]->connected);
}

TEST_CASE("A namespace that does not exist is synced as nothing, and follows when it is created") {
  SessionFixture f;
  f.Set("a").Set(Bound({}));
  SessionProxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/a", 0, "later").ok());
  CHECK(proxy.Drain() == Lines{"#1 ~", "synced later 0"});
  f.namerd.Put("later", "/svc => /#/t");
  CHECK(proxy.Drain() == Lines{"/#/t/a BOUND", "#1 /#/t/a", "synced later 2"});
}

TEST_CASE("A version is synced only when nothing that it needs is still being looked up") {
  SessionFixture f;
  f.Set("a").Set(Bound({"10.0.0.1:1"}));
  f.Set("slow").Set(Bound({"10.0.0.2:1"}));
  SessionProxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/a").ok());
  REQUIRE(proxy.Subscribe(2, "/svc/b").ok());
  proxy.Drain();
  f.namerd.Put("web", "/svc => /#/t ; /svc/a => /#/t/slow ; /svc/b => /#/t/a");
  // One name is bound anew; the other keeps its tree, and the version is not in force.
  CHECK(proxy.Drain() == Lines{"#2 /#/t/a", "/#/t/b WITHDRAWN"});
  f.namerd.Put("web", "/svc => /#/t ; /svc/a => /#/t/slow/er ; /svc/b => /#/t/a");
  CHECK(proxy.Drain() == Lines{});

  SECTION("the answer lets it pass") {
    f.namerd.namer->Answer("slow");
    CHECK(proxy.Drain() == Lines{"/#/t/slow BOUND 10.0.0.2:1", "#1 /#/t/slow", "synced web 3"});
  }
  SECTION("so does the end of the name's subscription") {
    proxy.Unsubscribe(1);
    CHECK(proxy.Drain() == Lines{"synced web 3"});
  }
  SECTION("and a version that does not need the answer") {
    f.namerd.Put("web", "/svc => /#/t ; /svc/b => /#/t/a");
    // The one that did is overtaken: what it lacked is not wanted any more.
    CHECK(proxy.Drain() == Lines{"synced web 3", "synced web 4"});
  }
}

TEST_CASE("A proxy's names are in use for as long as it follows them, under the rules it adds") {
  SessionFixture f;
  const auto in_use = [&f] {
    Lines lines;
    for (const auto& name : f.namerd.names_in_use.Of("web")) lines.push_back(name.path.Show());
    return lines;
  };
  {
    SessionProxy proxy(f.namerd);
    proxy.Start();
    REQUIRE(proxy.Subscribe(1, "/svc/a").ok());
    REQUIRE(proxy.Subscribe(2, "/svc/b").ok());
    CHECK(in_use() == Lines{"/svc/a", "/svc/b"});
    proxy.Unsubscribe(1);
    CHECK(in_use() == Lines{"/svc/b"});
  }
  CHECK(in_use() == Lines{});
}

}  // namespace
}  // namespace heddle::namerd
