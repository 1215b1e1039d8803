// A proxy's stream without the network: its messages go in, namerd's come out as lines.
#ifndef HEDDLE_TESTS_UNIT_MESH_PROXY_SESSION_FIXTURE_H_
#define HEDDLE_TESTS_UNIT_MESH_PROXY_SESSION_FIXTURE_H_

#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/mesh/convert.h"
#include "namerd/mesh_api/proxy_session.h"
#include "proto/mesh.pb.h"
#include "tests/unit/mesh/support.h"

namespace heddle::namerd {

using Lines = std::vector<std::string>;
using mesh::v1::EndpointSet;
using mesh::v1::FromNamerd;
using mesh::v1::FromProxy;

inline std::string Show(const EndpointSet& set) {
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

inline std::string Show(const FromNamerd& message) {
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
struct SessionProxy {
  explicit SessionProxy(TestNamerd& namerd, std::string id = "p")
      : session(namerd.namespaces, namerd.fleet, namerd.names_in_use, namerd.traffic, "peer",
                [this] { ++woken; }) {
    hello.mutable_hello()->set_proxy_id(id);
  }

  SessionProxy& Hold(absl::string_view client, uint64_t digest) {
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

struct SessionFixture {
  explicit SessionFixture(const std::string& dtab = "/svc => /#/t") : namerd(loop, {{"web", dtab}}) {}
  Source<Addr>& Set(const std::string& label) { return *namerd.namer->SetOf(label); }

  FakeClock clock;
  Loop loop{clock};
  TestNamerd namerd;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_TESTS_UNIT_MESH_PROXY_SESSION_FIXTURE_H_
