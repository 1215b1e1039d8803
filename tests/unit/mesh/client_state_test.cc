#include "lib/mesh/client_state.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "lib/mesh/convert.h"
#include "lib/mesh/endpoint_set.h"
#include "proto/mesh.pb.h"
#include "tests/unit/mesh/support.h"

namespace heddle::namerd {
namespace {

using Lines = std::vector<std::string>;
using mesh::v1::EndpointSet;
using mesh::v1::FromNamerd;
using mesh::v1::FromProxy;

std::string Show(const FromProxy& message) {
  switch (message.message_case()) {
    case FromProxy::kSubscribe: {
      const auto& subscribe = message.subscribe();
      return absl::StrCat("subscribe #", subscribe.id(), " ", subscribe.namespace_(), " ",
                          FromProto(subscribe.path())->Show(), " ", FromProto(subscribe.local())->Show(),
                          " held ", subscribe.held_digest());
    }
    case FromProxy::kUnsubscribe:
      return absl::StrCat("unsubscribe #", message.unsubscribe().id());
    case FromProxy::kResumed:
      return "resumed";
    case FromProxy::kApplied:
      return absl::StrCat("applied ", message.applied().namespace_(), " ",
                          message.applied().version().revision());
    case FromProxy::kRejected:
      return absl::StrCat("rejected ", message.rejected().namespace_(), ": ", message.rejected().error());
    default:
      return "?";
  }
}

// The client's state, and what namerd would say to it.
struct Fixture {
  Fixture() {
    state = std::make_shared<MeshClientState>([this] { ++woken; });
  }

  mesh::v1::Hello Start() {
    mesh::v1::Hello hello;
    state->StartStream(&hello);
    return hello;
  }
  // Start, with the answer to Hello.
  mesh::v1::Hello StartWelcomed() {
    mesh::v1::Hello hello = Start();
    FromNamerd message;
    message.mutable_welcome();
    REQUIRE(state->Receive(message).ok());
    return hello;
  }
  Lines Drain() {
    Lines lines;
    FromProxy message;
    while (state->NextMessage(&message)) lines.push_back(Show(message));
    return lines;
  }

  absl::Status Set(absl::string_view client, const Addr& addr, uint64_t digest = 1) {
    FromNamerd message;
    ToProto(P(client), message.mutable_endpoint_set()->mutable_client());
    WriteSnapshot(addr, digest, message.mutable_endpoint_set());
    return state->Receive(message);
  }
  absl::Status SetState(absl::string_view client, EndpointSet::State what, uint64_t digest = 0) {
    FromNamerd message;
    ToProto(P(client), message.mutable_endpoint_set()->mutable_client());
    message.mutable_endpoint_set()->set_state(what);
    message.mutable_endpoint_set()->set_digest(digest);
    return state->Receive(message);
  }
  absl::Status Change(absl::string_view client, const Addr& from, const Addr& to, uint64_t digest) {
    FromNamerd message;
    ToProto(P(client), message.mutable_endpoint_set()->mutable_client());
    WriteChange(from, to, digest, message.mutable_endpoint_set());
    REQUIRE(message.endpoint_set().delta());
    return state->Receive(message);
  }
  absl::Status Tree(uint64_t id, absl::string_view client, uint64_t digest, uint64_t revision = 1) {
    FromNamerd message;
    auto* binding = message.mutable_binding();
    binding->set_subscription(id);
    binding->set_digest(digest);
    binding->mutable_version()->set_revision(revision);
    ToProto(P(client), binding->mutable_tree()->mutable_leaf()->mutable_client());
    return state->Receive(message);
  }
  absl::Status Unchanged(uint64_t id, uint64_t digest) {
    FromNamerd message;
    message.mutable_binding()->set_subscription(id);
    message.mutable_binding()->set_digest(digest);
    message.mutable_binding()->mutable_unchanged();
    return state->Receive(message);
  }
  absl::Status Fail(uint64_t id, const std::string& why) {
    FromNamerd message;
    message.mutable_binding()->set_subscription(id);
    message.mutable_binding()->set_failed(why);
    return state->Receive(message);
  }
  absl::Status Synced(const std::string& ns, uint64_t revision) {
    FromNamerd message;
    message.mutable_synced()->set_namespace_(ns);
    message.mutable_synced()->mutable_version()->set_revision(revision);
    return state->Receive(message);
  }

  std::shared_ptr<MeshClientState> state;
  int woken = 0;
};

// Follows a binding and keeps what it was.
struct Follower {
  Follower(Fixture& f, absl::string_view path, absl::string_view local = "")
      : watch(f.state->Bind("web", D(local), P(path))),
        subscription(watch->Subscribe([this](const auto& now) { seen.push_back(Shown(now)); })) {}
  const Addr& AddrOfLeaf() const { return watch->Get().value->tree.leaf().addr->Get(); }

  Lines seen;
  std::shared_ptr<Watch<Activity<Binding>>> watch;
  Subscription subscription;
};

TEST_CASE("A name is asked for while somebody follows it, once for all who do") {
  Fixture f;
  f.StartWelcomed();
  CHECK(f.Drain() == Lines{"resumed"});
  const auto unfollowed = f.state->Bind("web", Dtab(), P("/svc/a"));
  CHECK(f.Drain() == Lines{});
  auto first = std::make_unique<Follower>(f, "/svc/a");
  auto second = std::make_unique<Follower>(f, "/svc/a");
  CHECK(first->watch == second->watch);
  Follower other(f, "/svc/a", "/svc => /other");
  CHECK(f.Drain() == Lines{"subscribe #1 web /svc/a  held 0", "subscribe #2 web /svc/a /svc=>/other held 0"});
  first.reset();
  CHECK(f.Drain() == Lines{});
  second.reset();
  CHECK(f.Drain() == Lines{"unsubscribe #1"});
}

TEST_CASE("A name that is given up before it was asked for costs no message") {
  Fixture f;
  f.StartWelcomed();
  f.Drain();
  for (int i = 0; i < 100; ++i) Follower(f, absl::StrCat("/svc/n", i));
  CHECK(f.Drain() == Lines{});
  CHECK(f.state->bindings().empty());
}

TEST_CASE("Trees lead to endpoints that follow by themselves") {
  Fixture f;
  f.StartWelcomed();
  Follower a(f, "/svc/a"), b(f, "/svc/b");
  f.Drain();
  REQUIRE(f.Set("/#/t/x", Bound({"10.0.0.1:1"})).ok());
  REQUIRE(f.Tree(1, "/#/t/x", 11).ok());
  REQUIRE(f.Tree(2, "/#/t/x", 11).ok());
  CHECK(a.seen == Lines{"pending", "/#/t/x"});
  CHECK(a.watch->Get().value->tree.leaf().addr == b.watch->Get().value->tree.leaf().addr);
  REQUIRE(f.Change("/#/t/x", Bound({"10.0.0.1:1"}), Bound({"10.0.0.1:1", "10.0.0.2:1"}), 2).ok());
  CHECK(Shown(a.AddrOfLeaf()) == "10.0.0.1:1,10.0.0.2:1");
  CHECK(a.seen.size() == 2);
  REQUIRE(f.Tree(1, "/#/t/x", 11).ok());
  CHECK(a.seen.size() == 2);  // the same tree is no news
}

TEST_CASE("An error keeps the last tree and ends with a tree") {
  Fixture f;
  f.StartWelcomed();
  Follower a(f, "/svc/a");
  f.Drain();
  REQUIRE(f.Fail(1, "no").ok());
  REQUIRE(f.Tree(1, "/#/t/x", 11).ok());
  REQUIRE(f.Fail(1, "again").ok());
  REQUIRE(f.Unchanged(1, 11).ok());
  CHECK(a.seen == Lines{"pending", "failed: no", "/#/t/x", "/#/t/x (failed: again)", "/#/t/x"});
}

TEST_CASE("What was known stays over a lost stream, and is told to the next") {
  Fixture f;
  f.StartWelcomed();
  Follower a(f, "/svc/a"), b(f, "/svc/b");
  f.Drain();
  REQUIRE(f.Set("/#/t/x", Bound({"10.0.0.1:1"}), 7).ok());
  REQUIRE(f.Tree(1, "/#/t/x", 11).ok());
  f.state->EndStream();
  CHECK(a.seen.back() == "/#/t/x");
  CHECK(Shown(a.AddrOfLeaf()) == "10.0.0.1:1");

  const mesh::v1::Hello hello = f.StartWelcomed();
  REQUIRE(hello.endpoint_sets_size() == 1);
  CHECK(hello.endpoint_sets(0).digest() == 7);
  Lines sent = f.Drain();
  CHECK(sent.back() == "resumed");
  std::sort(sent.begin(), sent.end());
  REQUIRE(sent.size() == 3);
  const uint64_t id_of_a =
      sent[1].find("/svc/a") != std::string::npos ? sent[1][11] - '0' : sent[2][11] - '0';
  CHECK_THAT(sent[id_of_a], Catch::EndsWith("/svc/a  held 11"));
  CHECK_THAT(sent[3 - id_of_a], Catch::EndsWith("/svc/b  held 0"));

  REQUIRE(f.SetState("/#/t/x", EndpointSet::PENDING).ok());
  CHECK(Shown(a.AddrOfLeaf()) == "10.0.0.1:1");
  REQUIRE(f.SetState("/#/t/x", EndpointSet::UNCHANGED, 7).ok());
  REQUIRE(f.Unchanged(id_of_a, 11).ok());
  REQUIRE(f.Change("/#/t/x", Bound({"10.0.0.1:1"}), Bound({"10.0.0.1:1", "10.0.0.2:1"}), 8).code() ==
          absl::StatusCode::kOk);
  CHECK(Shown(a.AddrOfLeaf()) == "10.0.0.1:1,10.0.0.2:1");
  CHECK(a.seen == Lines{"pending", "/#/t/x"});
}

TEST_CASE("A name that is followed again is asked for again; without namerd the last answer serves") {
  Fixture f;
  f.StartWelcomed();
  const auto held = f.state->Bind("web", Dtab(), P("/svc/a"));
  std::make_unique<Follower>(f, "/svc/a").reset();
  {
    Follower a(f, "/svc/a");
    f.Drain();
    REQUIRE(f.Tree(1, "/#/t/x", 11).ok());
  }
  SECTION("connected") {
    Follower again(f, "/svc/a");
    CHECK(f.Drain() == Lines{"unsubscribe #1", "subscribe #2 web /svc/a  held 11"});
    CHECK(again.seen == Lines{"pending"});
    REQUIRE(f.Tree(1, "/#/t/old", 12).ok());  // an answer to the subscription that is over
    REQUIRE(f.Unchanged(2, 11).ok());
    CHECK(again.seen == Lines{"pending", "/#/t/x"});
  }
  SECTION("connection lost before the answer") {
    Follower again(f, "/svc/a");
    f.state->EndStream();
    CHECK(again.seen == Lines{"pending", "/#/t/x"});
  }
  SECTION("not connected") {
    f.state->EndStream();
    Follower again(f, "/svc/a");
    CHECK(again.seen == Lines{"/#/t/x"});
  }
}

TEST_CASE("Versions are passed on, and the acknowledgement of the latest is sent") {
  Fixture f;
  Lines synced;
  f.state->OnSynced(
      [&](const std::string& ns, DtabVersion v) { synced.push_back(absl::StrCat(ns, " ", v.revision)); });
  f.StartWelcomed();
  Follower a(f, "/svc/a");
  f.Drain();
  REQUIRE(f.Synced("web", 5).ok());
  REQUIRE(f.Synced("web", 6).ok());
  REQUIRE(f.Synced("not ours", 1).ok());
  CHECK(synced == Lines{"web 5", "web 6"});
  f.state->Applied("web", {0, 5});
  f.state->Applied("web", {0, 6});
  f.state->Applied("not ours", {0, 1});
  CHECK(f.Drain() == Lines{"applied web 6"});
  CHECK(f.state->namespaces().at("web").applied.revision == 6);
}

TEST_CASE("What cannot be used is refused with the reason, and what was known stays") {
  Fixture f;
  f.StartWelcomed();
  Follower a(f, "/svc/a");
  f.Drain();
  REQUIRE(f.Set("/#/t/x", Bound({"10.0.0.1:1"})).ok());
  REQUIRE(f.Tree(1, "/#/t/x", 11).ok());
  SECTION("a tree") {
    FromNamerd message;
    message.mutable_binding()->set_subscription(1);
    message.mutable_binding()->mutable_tree()->mutable_alt()->add_trees();
    REQUIRE(f.state->Receive(message).ok());
    CHECK_THAT(a.seen.back(), Catch::StartsWith("/#/t/x (failed: a tree node that says nothing"));
    CHECK_THAT(f.Drain().at(0), Catch::StartsWith("rejected web: /svc/a: a tree node that says nothing"));
  }
  SECTION("endpoints, and then changes to them") {
    FromNamerd message;
    ToProto(P("/#/t/x"), message.mutable_endpoint_set()->mutable_client());
    message.mutable_endpoint_set()->set_state(EndpointSet::BOUND);
    message.mutable_endpoint_set()->add_endpoints()->set_address("?");
    REQUIRE(f.state->Receive(message).ok());
    CHECK_THAT(f.Drain().at(0), Catch::StartsWith("rejected : /#/t/x: "));
    REQUIRE(f.Change("/#/t/x", Bound({"10.0.0.1:1"}), Bound({"10.0.0.1:1", "10.0.0.2:1"}), 8).ok());
    CHECK(Shown(a.AddrOfLeaf()) == "10.0.0.1:1");
  }
}

TEST_CASE("What contradicts the stream so far ends it") {
  Fixture f;
  f.StartWelcomed();
  Follower a(f, "/svc/a");
  f.Drain();
  CHECK_FALSE(f.Unchanged(1, 5).ok());
  CHECK_FALSE(f.SetState("/#/t/x", EndpointSet::UNCHANGED, 5).ok());
  CHECK_FALSE(f.Change("/#/t/x", Bound({"10.0.0.1:1"}), Bound({"10.0.0.1:1", "10.0.0.2:1"}), 8).ok());
  CHECK(f.Unchanged(99, 5).ok());  // of a name that has been given up
}

TEST_CASE("Endpoints that nobody names any more are let go; a set that comes back is the same watch") {
  Fixture f;
  f.StartWelcomed();
  Follower a(f, "/svc/a");
  f.Drain();
  REQUIRE(f.Set("/#/t/x", Bound({"10.0.0.1:1"})).ok());
  REQUIRE(f.Tree(1, "/#/t/x", 11).ok());
  auto kept = a.watch->Get().value->tree.leaf().addr;
  REQUIRE(f.Tree(1, "/#/t/y", 12).ok());
  REQUIRE(f.SetState("/#/t/x", EndpointSet::WITHDRAWN).ok());
  REQUIRE(f.Set("/#/t/x", Bound({"10.0.0.3:1"}), 3).ok());
  CHECK(Shown(kept->Get()) == "10.0.0.3:1");
  REQUIRE(f.SetState("/#/t/x", EndpointSet::WITHDRAWN).ok());
  CHECK(f.state->endpoint_sets() == 2);
  kept.reset();
  CHECK(f.state->endpoint_sets() == 1);
}

TEST_CASE("Watches outlive the client") {
  auto f = std::make_unique<Fixture>();
  f->StartWelcomed();
  auto a = std::make_unique<Follower>(*f, "/svc/a");
  f->Drain();
  REQUIRE(f->Set("/#/t/x", Bound({"10.0.0.1:1"})).ok());
  REQUIRE(f->Tree(1, "/#/t/x", 11).ok());
  f.reset();
  CHECK(Shown(a->AddrOfLeaf()) == "10.0.0.1:1");
  a->subscription.Cancel();
  a.reset();
}

}  // namespace
}  // namespace heddle::namerd
