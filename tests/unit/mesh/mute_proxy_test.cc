// A proxy whose process is stopped, or whose machine is cut off: its connection stands, nobody answers.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "namerd/mesh_api/server.h"
#include "proto/mesh.pb.h"
#include "tests/unit/mesh/support.h"

namespace heddle::namerd {
namespace {

// HTTP/2 (RFC 9113, section 4.1): length, type, flags, stream.
std::string Frame(char type, char flags, char stream, const std::string& payload) {
  const auto length = static_cast<uint32_t>(payload.size());
  std::string frame{static_cast<char>(length >> 16), static_cast<char>(length >> 8),
                    static_cast<char>(length)};
  return frame + type + flags + std::string(3, '\0') + stream + payload;
}

// HPACK (RFC 7541, section 6.2.2): a literal that is not indexed, its name new or of the static table.
std::string Text(const std::string& text) { return static_cast<char>(text.size()) + text; }
std::string Header(const std::string& name, const std::string& value) {
  return std::string(1, '\0') + Text(name) + Text(value);
}

// What a proxy says up to its first name, all at once; it will never read or write again.
std::string Opening() {
  mesh::v1::FromProxy hello, subscribe;
  hello.mutable_hello()->set_proxy_id("mute");
  subscribe.mutable_subscribe()->set_id(1);
  subscribe.mutable_subscribe()->set_namespace_("web");
  subscribe.mutable_subscribe()->mutable_path()->add_elems("nothing");
  const std::string method_post = "\x83", scheme_http = "\x86";  // of the static table
  std::string bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + Frame(4, 0, 0, "");
  bytes += Frame(1, 4, 1,
                 method_post + scheme_http + Header(":path", "/heddle.mesh.v1.Mesh/Connect") +
                     Header(":authority", "namerd") + Header("content-type", "application/grpc") +
                     Header("te", "trailers"));
  for (const auto& message : {hello, subscribe}) {
    const std::string body = message.SerializeAsString();
    bytes += Frame(0, 0, 1, std::string(4, '\0') + Text(body));  // not compressed; its length
  }
  return bytes;
}

TEST_CASE(
    "A proxy that answers nothing any more is behind until it is given up, which does not take for ever") {
  Loop loop;
  TestNamerd namerd(loop, {{"web", "/svc => /#/t"}});
  MeshServer server(loop, namerd.namespaces, namerd.fleet, namerd.names_in_use, namerd.traffic,
                    {.after = Millis(300), .timeout = Millis(100)});
  const auto ports = server.Serve({*SocketAddress::Parse("127.0.0.1", 0)});
  REQUIRE(ports.ok());
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(ports->front());
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  REQUIRE(connect(fd, reinterpret_cast<const sockaddr*>(&to), sizeof(to)) == 0);
  const std::string opening = Opening();
  REQUIRE(send(fd, opening.data(), opening.size(), MSG_NOSIGNAL) == static_cast<ssize_t>(opening.size()));

  const DtabVersion version{namerd.store->epoch(), 1};
  const auto behind = [&] { return namerd.fleet.ProgressOf("web", version).behind; };
  REQUIRE(RunUntil(loop, [&] { return behind() == std::vector<std::string>{"mute"}; }));
  std::optional<Convergence> told;
  const Subscription wait =
      namerd.fleet.Await("web", version, std::chrono::hours(1), [&](const Convergence& how) { told = how; });
  CHECK(RunUntil(loop, [&] { return told.has_value(); }));
  REQUIRE(told);
  CHECK(told->following == 0);
  CHECK(told->gone == std::vector<std::string>{"mute"});
  CHECK_FALSE(namerd.fleet.Members().at(0)->connected);
  close(fd);
}

}  // namespace
}  // namespace heddle::namerd
