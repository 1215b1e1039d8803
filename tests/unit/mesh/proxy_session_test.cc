#include "namerd/mesh_api/proxy_session.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/mesh/convert.h"
#include "lib/mesh/digest.h"
#include "lib/mesh/limits.h"
#include "proto/mesh.pb.h"
#include "tests/unit/mesh/support.h"

namespace heddle::namerd {
namespace {

using Lines = std::vector<std::string>;
using mesh::v1::EndpointSet;
using mesh::v1::FromNamerd;
using mesh::v1::FromProxy;

std::string Show(const EndpointSet& set) {
  Lines addresses;
  for (const auto& endpoint : set.endpoints()) {
    addresses.push_back(SocketAddress::FromBytes(endpoint.address(), endpoint.port())->ToString());
  }
  for (const auto& endpoint : set.removed()) {
    addresses.push_back("-" + SocketAddress::FromBytes(endpoint.address(), endpoint.port())->ToString());
  }
  return absl::StrCat(FromProto(set.client())->Show(), " ", EndpointSet::State_Name(set.state()),
                      set.delta() ? " delta" : "", addresses.empty() ? "" : " ",
                      absl::StrJoin(addresses, ","));
}

std::string Show(const FromNamerd& message) {
  switch (message.message_case()) {
    case FromNamerd::kWelcome:
      return "welcome";
    case FromNamerd::kEndpointSet:
      return Show(message.endpoint_set());
    case FromNamerd::kSynced:
      return absl::StrCat("synced ", message.synced().namespace_(), " ",
                          message.synced().version().revision());
    case FromNamerd::kBinding:
      break;
    default:
      return "?";
  }
  const auto& binding = message.binding();
  const std::string id = absl::StrCat("#", binding.subscription(), " ");
  if (binding.has_unchanged()) return id + "unchanged";
  if (binding.state_case() == mesh::v1::Binding::kFailed) return id + "failed: " + binding.failed();
  return id + Shown(FromProto(binding.tree(), [](const Path&) { return Constant(Addr()); }).value());
}

// A proxy's messages, and namerd's answers as lines.
struct Proxy {
  explicit Proxy(TestNamerd& namerd, std::string id = "p")
      : session(namerd.namespaces, namerd.fleet, namerd.names_in_use, namerd.traffic, "peer",
                [this] { ++woken; }) {
    hello.mutable_hello()->set_proxy_id(id);
  }

  Proxy& Hold(absl::string_view client, uint64_t digest) {
    auto* held = hello.mutable_hello()->add_endpoint_sets();
    ToProto(P(client), held->mutable_client());
    held->set_digest(digest);
    return *this;
  }
  absl::Status Hello() { return session.Receive(hello); }
  absl::Status Resumed() {
    FromProxy message;
    message.mutable_resumed();
    return session.Receive(message);
  }
  // Hello and Resumed, answered.
  void Start() {
    REQUIRE(Hello().ok());
    REQUIRE(Resumed().ok());
    CHECK(Drain() == Lines{"welcome"});
  }
  absl::Status Subscribe(uint64_t id, absl::string_view path, uint64_t held = 0,
                         const std::string& ns = "web") {
    FromProxy message;
    message.mutable_subscribe()->set_id(id);
    message.mutable_subscribe()->set_namespace_(ns);
    ToProto(P(path), message.mutable_subscribe()->mutable_path());
    message.mutable_subscribe()->set_held_digest(held);
    return session.Receive(message);
  }
  void Unsubscribe(uint64_t id) {
    FromProxy message;
    message.mutable_unsubscribe()->set_id(id);
    REQUIRE(session.Receive(message).ok());
  }
  Lines Drain() {
    Lines lines;
    FromNamerd message;
    while (session.NextMessage(&message)) lines.push_back(Show(message));
    return lines;
  }
  std::string Next() {
    FromNamerd message;
    return session.NextMessage(&message) ? Show(message) : "nothing";
  }

  FromProxy hello;
  int woken = 0;
  ProxySession session;
};

struct Fixture {
  explicit Fixture(const std::string& dtab = "/svc => /#/t") : namerd(loop, {{"web", dtab}}) {}
  Source<Addr>& Set(const std::string& label) { return *namerd.namer->SetOf(label); }

  FakeClock clock;
  Loop loop{clock};
  TestNamerd namerd;
};

TEST_CASE("A name is told as its endpoints, then its tree, then the namespace is synced") {
  Fixture f;
  f.Set("a").Set(Bound({"10.0.0.1:1"}));
  Proxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/a").ok());
  CHECK(proxy.Drain() == Lines{"/#/t/a BOUND 10.0.0.1:1", "#1 /#/t/a", "synced web 1"});
  REQUIRE(proxy.Subscribe(2, "/nothing").ok());
  CHECK(proxy.Drain() == Lines{"#2 ~"});
}

TEST_CASE("Changes of endpoints are told as changes, absence and failure as what they are") {
  Fixture f;
  f.Set("a").Set(Bound({"10.0.0.1:1", "10.0.0.2:1"}));
  Proxy proxy(f.namerd);
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
  Fixture f("/svc => /#/t ; /svc/x => /#/t/a");
  for (const char* label : {"a", "b", "y"}) f.Set(label).Set(Bound({"10.0.0.1:1"}));
  Proxy proxy(f.namerd);
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
  Fixture f("/svc/x => /#/t/a");
  f.Set("a").Set(Bound({"10.0.0.1:1"}));
  Proxy proxy(f.namerd);
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
  Fixture f;
  Proxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/a").ok());
  CHECK(proxy.Drain() == Lines{"/#/t/a PENDING", "#1 /#/t/a", "synced web 1"});
  f.Set("a").Set(Bound({"10.0.0.1:1"}));
  CHECK(proxy.Drain() == Lines{"/#/t/a BOUND 10.0.0.1:1"});
}

TEST_CASE("A slow proxy skips what is no longer so") {
  Fixture f("/svc/x => /#/t/a");
  for (const char* label : {"a", "b", "c"}) f.Set(label).Set(Bound({"10.0.0.1:1"}));
  Proxy proxy(f.namerd);
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
  Fixture f;
  Proxy proxy(f.namerd);
  proxy.Start();
  for (uint64_t id = 1; id <= 1000; ++id) {
    REQUIRE(proxy.Subscribe(id, absl::StrCat("/svc/n", id)).ok());
    proxy.Unsubscribe(id);
  }
  CHECK(proxy.Drain() == Lines{});
  CHECK(f.namerd.fleet.Members()[0]->namespaces.empty());
}

TEST_CASE("A proxy that comes back is sent only what differs from what it holds") {
  Fixture f("/svc/x => /#/t/a ; /svc/y => /#/t/b");
  const Addr a = Bound({"10.0.0.1:1"});
  f.Set("a").Set(a);
  f.Set("b").Set(Bound({"10.0.0.2:1"}));
  const uint64_t tree_x = DigestOf(BoundTree::Leaf({P("/#/t/a"), nullptr, Path()}));
  Proxy proxy(f.namerd);
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
  Fixture f("/svc/x => /#/t/a");
  const Addr a = Bound({"10.0.0.1:1"});
  Proxy proxy(f.namerd);
  proxy.Hold("/#/t/a", DigestOf(a));
  REQUIRE(proxy.Hello().ok());
  REQUIRE(proxy.Subscribe(1, "/svc/x", DigestOf(BoundTree::Leaf({P("/#/t/a"), nullptr, Path()}))).ok());
  REQUIRE(proxy.Resumed().ok());
  CHECK(proxy.Drain() == Lines{"welcome", "/#/t/a PENDING", "#1 unchanged", "synced web 1"});
  f.Set("a").Set(a);
  CHECK(proxy.Drain() == Lines{"/#/t/a UNCHANGED"});
}

TEST_CASE("A binding that fails says why and comes back") {
  Fixture f("/svc/x => /svc/x");
  Proxy proxy(f.namerd);
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
  Fixture f;
  f.Set("a").Set(Bound({}));
  auto proxy = std::make_unique<Proxy>(f.namerd);
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
  Fixture f;
  f.Set("a").Set(Bound({}));
  Proxy proxy(f.namerd);
  proxy.Start();
  REQUIRE(proxy.Subscribe(1, "/svc/a", 0, "later").ok());
  CHECK(proxy.Drain() == Lines{"#1 ~", "synced later 0"});
  f.namerd.Put("later", "/svc => /#/t");
  CHECK(proxy.Drain() == Lines{"/#/t/a BOUND", "#1 /#/t/a", "synced later 2"});
}

TEST_CASE("Who does not speak the protocol loses the stream") {
  Fixture f;
  Proxy proxy(f.namerd);
  SECTION("no hello first") {
    CHECK(proxy.Subscribe(1, "/svc/a").code() == absl::StatusCode::kInvalidArgument);
  }
  SECTION("hello without an id") {
    proxy.hello.mutable_hello()->clear_proxy_id();
    CHECK(proxy.Hello().code() == absl::StatusCode::kInvalidArgument);
  }
  SECTION("an id without end") {
    proxy.hello.mutable_hello()->set_proxy_id(std::string(mesh_limits::kMaxTextBytes + 1, 'x'));
    CHECK(proxy.Hello().code() == absl::StatusCode::kInvalidArgument);
  }
  SECTION("hello twice") {
    REQUIRE(proxy.Hello().ok());
    CHECK(proxy.Hello().code() == absl::StatusCode::kInvalidArgument);
  }
  SECTION("an id twice") {
    proxy.Start();
    REQUIRE(proxy.Subscribe(1, "/svc/a").ok());
    CHECK(proxy.Subscribe(1, "/svc/b").code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("A name that cannot be served fails alone") {
  Fixture f;
  Proxy proxy(f.namerd);
  proxy.Start();
  SECTION("no namespace") {
    REQUIRE(proxy.Subscribe(1, "/svc/a", 0, "").ok());
    CHECK(proxy.Drain() == Lines{"#1 failed: no namespace given"});
  }
  SECTION("a label that is none") {
    FromProxy message;
    message.mutable_subscribe()->set_id(9);
    message.mutable_subscribe()->set_namespace_("web");
    message.mutable_subscribe()->mutable_path()->add_elems("");
    REQUIRE(proxy.session.Receive(message).ok());
    CHECK_THAT(proxy.Next(), Catch::StartsWith("#9 failed: "));
  }
  SECTION("more names than one proxy may follow") {
    uint64_t id = 1;
    for (; id <= mesh_limits::kMaxSubscriptions; ++id) REQUIRE(proxy.Subscribe(id, "/nothing").ok());
    while (proxy.session.WantsMore()) REQUIRE(proxy.Subscribe(id++, "/nothing").ok());
    CHECK(id < mesh_limits::kMaxSubscriptions + 100);  // answers that nobody reads stop the reading
    CHECK_THAT(proxy.Next(), Catch::Contains("65536 names already, the limit"));
    CHECK(proxy.session.WantsMore());
    proxy.Drain();
    proxy.Unsubscribe(1);
    REQUIRE(proxy.Subscribe(id, "/nothing").ok());
    CHECK(proxy.Drain() == Lines{absl::StrCat("#", id, " ~")});
  }
}

TEST_CASE("A version is synced only when nothing that it needs is still being looked up") {
  Fixture f;
  f.Set("a").Set(Bound({"10.0.0.1:1"}));
  f.Set("slow").Set(Bound({"10.0.0.2:1"}));
  Proxy proxy(f.namerd);
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
  Fixture f;
  const auto in_use = [&f] {
    Lines lines;
    for (const auto& name : f.namerd.names_in_use.Of("web")) lines.push_back(name.path.Show());
    return lines;
  };
  {
    Proxy proxy(f.namerd);
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
