// What a proxy asks that it must not, or that cannot be.
#include "lib/mesh/limits.h"
#include "tests/unit/mesh/proxy_session_fixture.h"

namespace heddle::namerd {
namespace {

TEST_CASE("Who does not speak the protocol loses the stream") {
  SessionFixture f;
  SessionProxy proxy(f.namerd);
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
  SessionFixture f;
  SessionProxy proxy(f.namerd);
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

}  // namespace
}  // namespace heddle::namerd
