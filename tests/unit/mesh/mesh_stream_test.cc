// Client and server over loopback, as proxy and namerd are; both on this test's loop, gRPC's threads between
// them.
#include <grpcpp/grpcpp.h>

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/notification.h"
#include "lib/interpreters/kinds.h"
#include "lib/mesh/client.h"
#include "lib/session/http_server.h"
#include "namerd/mesh_api/server.h"
#include "proto/delegator.grpc.pb.h"
#include "proto/interpreter.grpc.pb.h"
#include "proto/mesh.grpc.pb.h"
#include "proto/resolver.grpc.pb.h"
#include "tests/unit/mesh/support.h"

namespace heddle::namerd {
namespace {

struct Server {
  Server(Loop& loop, const std::map<std::string, std::string>& dtabs, uint16_t at = 0)
      : namerd(loop, dtabs),
        server(loop, namerd.namespaces, namerd.fleet, namerd.names_in_use, namerd.traffic) {
    const auto ports = server.Serve({*SocketAddress::Parse("127.0.0.1", at)});
    REQUIRE(ports.ok());
    port = ports->front();
  }
  Source<Addr>& Set(const std::string& label) { return *namerd.namer->SetOf(label); }

  TestNamerd namerd;
  MeshServer server;
  uint16_t port = 0;
};

MeshClientOptions OptionsFor(uint16_t port) {
  return {.target = absl::StrCat("127.0.0.1:", port), .proxy_id = "p", .max_backoff = Millis(100)};
}

const std::map<std::string, std::string> kDtabs = {{"web", "/svc => /#/t"}};

TEST_CASE("A proxy follows names over the wire, and namerd knows how far it is") {
  Loop loop;
  Server server(loop, kDtabs);
  server.Set("a").Set(Bound({"10.0.0.1:1"}));
  MeshClient client(loop, OptionsFor(server.port));
  const auto watch = client.Bind("web", Dtab(), P("/svc/a"));
  Subscription subscription = watch->Subscribe([](const auto&) {});
  REQUIRE(RunUntil(loop, [&] { return Shown(watch->Get()) == "/#/t/a"; }));
  CHECK(client.connected()->Get());
  const auto addr = watch->Get().value->tree.leaf().addr;
  CHECK(Shown(addr->Get()) == "10.0.0.1:1");

  server.Set("a").Set(Bound({"10.0.0.1:1", "10.0.0.2:1"}));
  CHECK(RunUntil(loop, [&] { return Shown(addr->Get()) == "10.0.0.1:1,10.0.0.2:1"; }));

  server.Set("b").Set(Bound({"10.0.0.7:1"}));
  server.namerd.Put("web", "/svc => /#/t ; /svc/a => /#/t/b");
  CHECK(RunUntil(loop, [&] { return Shown(watch->Get()) == "/#/t/b"; }));
  const DtabVersion version{server.namerd.store->epoch(), 2};
  CHECK(watch->Get().value->version == version);
  CHECK(RunUntil(loop, [&] { return server.namerd.fleet.ProgressOf("web", version).applied == 1; }));
  CHECK(client.synced_version("web") == version);
  CHECK(client.applied_version("web") == version);

  const auto state = nlohmann::json::parse(client.StateJson());
  CHECK(state["connected"] == true);
  CHECK(state["bindings"][0]["tree"] == "/#/t/b");

  subscription.Cancel();
  CHECK(RunUntil(loop, [&] { return server.namerd.fleet.ProgressOf("web", version).following == 0; }));
}

TEST_CASE("A version counts as applied when the proxy says so") {
  Loop loop;
  Server server(loop, kDtabs);
  MeshClient client(loop, OptionsFor(server.port));
  std::vector<uint64_t> synced;
  client.OnSynced([&](const std::string&, DtabVersion version) { synced.push_back(version.revision); });
  const auto watch = client.Bind("web", Dtab(), P("/nothing"));
  const Subscription subscription = watch->Subscribe([](const auto&) {});
  REQUIRE(RunUntil(loop, [&] { return synced == std::vector<uint64_t>{1}; }));
  const DtabVersion version{server.namerd.store->epoch(), 1};
  CHECK(server.namerd.fleet.ProgressOf("web", version).applied == 0);
  client.Applied("web", version);
  CHECK(RunUntil(loop, [&] { return server.namerd.fleet.ProgressOf("web", version).applied == 1; }));
}

TEST_CASE("While namerd is away the last known serves; when it is back, the proxy follows") {
  Loop loop;
  auto server = std::make_unique<Server>(loop, kDtabs);
  const uint16_t port = server->port;
  server->Set("a").Set(Bound({"10.0.0.1:1"}));
  MeshClient client(loop, OptionsFor(port));
  const auto watch = client.Bind("web", Dtab(), P("/svc/a"));
  std::vector<std::string> seen;
  const Subscription subscription = watch->Subscribe([&](const auto& now) { seen.push_back(Shown(now)); });
  REQUIRE(RunUntil(loop, [&] { return Shown(watch->Get()) == "/#/t/a"; }));
  const auto addr = watch->Get().value->tree.leaf().addr;

  server.reset();
  REQUIRE(RunUntil(loop, [&] { return !client.connected()->Get(); }));
  CHECK(Shown(addr->Get()) == "10.0.0.1:1");

  server = std::make_unique<Server>(
      loop, std::map<std::string, std::string>{{"web", "/svc => /#/t ; /x => /y"}}, port);
  REQUIRE(RunUntil(loop, [&] { return client.connected()->Get(); }));
  CHECK(client.reconnects() == 1);
  server->Set("a").Set(Bound({"10.0.0.1:1", "10.0.0.9:1"}));
  CHECK(RunUntil(loop, [&] { return Shown(addr->Get()) == "10.0.0.1:1,10.0.0.9:1"; }));
  const DtabVersion version{server->namerd.store->epoch(), 1};
  CHECK(RunUntil(loop, [&] { return server->namerd.fleet.ProgressOf("web", version).applied == 1; }));
  CHECK(seen == std::vector<std::string>{"pending", "/#/t/a"});
}

TEST_CASE("A client that starts before its namerd follows once that is there") {
  Loop loop;
  const uint16_t port = Server(loop, kDtabs).port;  // free again
  MeshClient client(loop, OptionsFor(port));
  const auto watch = client.Bind("web", Dtab(), P("/svc/a"));
  const Subscription subscription = watch->Subscribe([](const auto&) {});
  REQUIRE(RunUntil(loop, [&] { return nlohmann::json::parse(client.StateJson())["error"] != ""; }));
  CHECK(watch->Get().pending());
  Server server(loop, kDtabs, port);
  CHECK(RunUntil(loop, [&] { return Shown(watch->Get()) == "/#/t/a"; }));
  CHECK(client.reconnects() == 0);
}

TEST_CASE("A reader that does not read is sent the latest when it does") {
  Loop loop;
  Server server(loop, kDtabs);
  const std::string filler(20'000, 'x');
  const auto big = [&](int i) {
    Endpoint endpoint = At("10.0.0.1:1");
    endpoint.meta = {{"filler", filler}, {"i", std::to_string(i)}};
    return Addr::Bound({endpoint});
  };
  server.Set("a").Set(big(0));
  auto stub = mesh::v1::Mesh::NewStub(
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", server.port), grpc::InsecureChannelCredentials()));
  grpc::ClientContext context;
  grpc::CompletionQueue queue;
  auto stream = stub->AsyncConnect(&context, &queue, nullptr);
  const auto finish_step = [&] {
    void* tag = nullptr;
    bool ok = false;
    REQUIRE(RunUntil(loop, [&] {
      return queue.AsyncNext(&tag, &ok, std::chrono::system_clock::now()) == grpc::CompletionQueue::GOT_EVENT;
    }));
    return ok;
  };
  REQUIRE(finish_step());
  mesh::v1::FromProxy message;
  const auto write = [&] {
    stream->Write(message, nullptr);
    REQUIRE(finish_step());
  };
  message.mutable_hello()->set_proxy_id("slow");
  write();
  message.mutable_subscribe()->set_id(1);
  message.mutable_subscribe()->set_namespace_("web");
  message.mutable_subscribe()->mutable_path()->add_elems("svc");
  message.mutable_subscribe()->mutable_path()->add_elems("a");
  write();
  message.mutable_resumed();
  write();
  REQUIRE(RunUntil(loop, [&] {
    const auto members = server.namerd.fleet.Members();
    return members.size() == 1 && members[0]->namespaces.contains("web");
  }));
  constexpr int kChanges = 2000;  // 40 MB: far more than any buffer on the way
  for (int i = 1; i <= kChanges; ++i) {
    server.Set("a").Set(big(i));
    loop.RunReady();
  }
  int received = 0;
  std::string latest;
  mesh::v1::FromNamerd incoming;
  while (latest != std::to_string(kChanges)) {
    stream->Read(&incoming, nullptr);
    REQUIRE(finish_step());
    ++received;
    if (incoming.endpoint_set().endpoints_size() == 1) {
      latest = incoming.endpoint_set().endpoints(0).meta().at("i");
    }
  }
  CHECK(received < kChanges / 2);
  context.TryCancel();
  grpc::Status status;
  stream->Finish(&status, nullptr);
  finish_step();
  CHECK(RunUntil(loop, [&] { return !server.namerd.fleet.Members()[0]->connected; }));
}

TEST_CASE("A name is explained by namerd, in its own words") {
  Loop loop;
  Server server(loop, kDtabs);
  server.Set("a").Set(Bound({"10.0.0.1:1"}));
  MeshClients clients(loop, "test");
  const auto interpreter = MakeMeshInterpreter(clients, OptionsFor(server.port), "web", D("/mine => /svc"));
  CHECK(MakeMeshInterpreter(clients, OptionsFor(server.port), "other", Dtab()) != nullptr);
  REQUIRE(clients.all().size() == 1);
  absl::StatusOr<std::string> explained = absl::UnknownError("not yet");
  const auto done = [&](const absl::StatusOr<std::string>& json) { explained = json; };
  Subscription explaining = interpreter->Explain(Dtab(), P("/mine/a"), ExplainDetail::kPlain, done);
  REQUIRE(RunUntil(loop, [&] { return explained.status().code() != absl::StatusCode::kUnknown; }));
  CHECK(explained.status().code() == absl::StatusCode::kUnavailable);  // no stream yet
  const auto connected = clients.all()[0]->connected();
  REQUIRE(RunUntil(loop, [&] { return connected->Get(); }));

  explained = absl::UnknownError("not yet");
  explaining = interpreter->Explain(Dtab(), P("/mine/a"), ExplainDetail::kPlain, done);
  REQUIRE(RunUntil(loop, [&] { return explained.status().code() != absl::StatusCode::kUnknown; }));
  REQUIRE(explained.ok());
  CHECK_THAT(*explained, Catch::Contains("\"/mine/a\"") && Catch::Contains("10.0.0.1"));

  const auto watch = interpreter->Bind(Dtab(), P("/mine/a"));
  const Subscription subscription = watch->Subscribe([](const auto&) {});
  CHECK(RunUntil(loop, [&] { return Shown(watch->Get()) == "/#/t/a"; }));
}

TEST_CASE("The server and the client may go with everything in progress") {
  Loop loop;
  auto server = std::make_unique<Server>(loop, kDtabs);
  std::vector<std::unique_ptr<MeshClient>> clients;
  std::vector<Subscription> subscriptions;
  for (int i = 0; i < 20; ++i) {
    MeshClientOptions options = OptionsFor(server->port);
    options.proxy_id = absl::StrCat("p", i);
    clients.push_back(std::make_unique<MeshClient>(loop, options));
    for (int j = 0; j < 20; ++j) {
      const auto watch = clients.back()->Bind("web", Dtab(), P(absl::StrCat("/svc/n", j)));
      subscriptions.push_back(watch->Subscribe([](const auto&) {}));
    }
  }
  SECTION("at once") {}
  SECTION("when some are connected") {
    REQUIRE(RunUntil(loop, [&] { return server->namerd.fleet.Members().size() > 5; }));
  }
  SECTION("the clients first") {
    REQUIRE(RunUntil(loop, [&] { return server->namerd.fleet.Members().size() > 5; }));
    clients.clear();
    loop.RunReady();
  }
  server.reset();
  loop.RunReady();
}

TEST_CASE("A port in use is an error that says so") {
  Loop loop;
  Server server(loop, kDtabs);
  TestNamerd other(loop);
  MeshServer second(loop, other.namespaces, other.fleet, other.names_in_use, other.traffic);
  const auto ports =
      second.Serve({*SocketAddress::Parse("127.0.0.1", 0), *SocketAddress::Parse("127.0.0.1", server.port)});
  CHECK(ports.status().code() == absl::StatusCode::kUnavailable);
  CHECK_THAT(std::string(ports.status().message()), Catch::Contains(absl::StrCat("127.0.0.1:", server.port)));
}

TEST_CASE("One server serves several ports, and connections that another server has accepted") {
  Loop loop;
  TestNamerd namerd(loop, kDtabs);
  MeshServer server(loop, namerd.namespaces, namerd.fleet, namerd.names_in_use, namerd.traffic);
  const SocketAddress any = *SocketAddress::Parse("127.0.0.1", 0);
  const auto ports = server.Serve({any, any});
  REQUIRE(ports.ok());
  HttpServer http(loop, [](const HttpRequest&, const auto& writer) { writer->SendText(200, "HTTP/1"); });
  http.OnHttp2([&](int fd, const std::string& received) { server.Adopt(fd, received); });
  REQUIRE(http.Listen(any).ok());
  namerd.namer->SetOf("a")->Set(Bound({"10.0.0.1:1"}));

  for (const uint16_t port : {ports->at(0), ports->at(1), http.address().port()}) {
    CAPTURE(port);
    MeshClient client(loop, OptionsFor(port));
    const auto watch = client.Bind("web", Dtab(), P("/svc/a"));
    const Subscription subscription = watch->Subscribe([](const auto&) {});
    REQUIRE(RunUntil(loop, [&] { return Shown(watch->Get()) == "/#/t/a"; }));
  }

  // What was accepted by the other ends with the server, too; and nothing is taken after that.
  MeshClient client(loop, OptionsFor(http.address().port()));
  const auto connected = client.connected();
  const Subscription subscription = connected->Subscribe([](bool) {});
  REQUIRE(RunUntil(loop, [&] { return connected->Get(); }));
  server.Shutdown();
  REQUIRE(RunUntil(loop, [&] { return !connected->Get(); }));
}

// A call of one of Linkerd's services, made while the loop runs.
template <class Response, class Call>
absl::StatusOr<Response> Ask(Loop& loop, Call call) {
  Response response;
  grpc::ClientContext context;
  grpc::Status status;
  std::atomic<bool> done = false;
  call(&context, &response, [&](const grpc::Status& s) {
    status = s;
    done = true;
    loop.Post([] {});
  });
  if (!RunUntil(loop, [&] { return done.load(); })) return absl::DeadlineExceededError("no answer");
  if (!status.ok())
    return absl::Status(static_cast<absl::StatusCode>(status.error_code()), status.error_message());
  return response;
}

TEST_CASE("Linkerd's services answer from the same names") {
  namespace wire = io::linkerd::mesh;
  Loop loop;
  Server server(loop, kDtabs);
  server.Set("a").Set(Addr::Bound({At("10.0.0.1:80", 2)}));
  const auto channel =
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", server.port), grpc::InsecureChannelCredentials());
  const auto interpreter = wire::Interpreter::NewStub(channel);
  wire::BindReq bind;
  const auto get_tree = [&](auto* context, auto* response, auto done) {
    interpreter->async()->GetBoundTree(context, &bind, response, done);
  };
  CHECK(Ask<wire::BoundTreeRsp>(loop, get_tree).status().code() == absl::StatusCode::kInvalidArgument);
  bind.mutable_root()->add_elems("web");
  CHECK(Ask<wire::BoundTreeRsp>(loop, get_tree).status().code() == absl::StatusCode::kNotFound);
  bind.mutable_name()->add_elems("svc");
  bind.mutable_name()->add_elems("a");
  const auto tree = Ask<wire::BoundTreeRsp>(loop, get_tree);
  REQUIRE(tree.ok());
  CHECK(tree->tree().leaf().id().elems(2) == "a");
  bind.mutable_root()->add_elems("too many");
  CHECK(Ask<wire::BoundTreeRsp>(loop, get_tree).status().code() == absl::StatusCode::kInvalidArgument);

  const auto resolver = wire::Resolver::NewStub(channel);
  wire::ReplicasReq id;
  const auto get_replicas = [&](auto* context, auto* response, auto done) {
    resolver->async()->GetReplicas(context, &id, response, done);
  };
  CHECK(Ask<wire::Replicas>(loop, get_replicas)->has_failed());
  *id.mutable_id() = tree->tree().leaf().id();
  const auto replicas = Ask<wire::Replicas>(loop, get_replicas);
  REQUIRE(replicas.ok());
  REQUIRE(replicas->bound().endpoints_size() == 1);
  CHECK(replicas->bound().endpoints(0).port() == 80);
  CHECK(replicas->bound().endpoints(0).metadata().at("endpoint_addr_weight") == "2");

  const auto delegator = wire::Delegator::NewStub(channel);
  wire::DelegateTreeReq explain;
  explain.mutable_root()->add_elems("web");
  explain.mutable_tree()->mutable_leaf()->mutable_id()->add_elems("svc");
  explain.mutable_tree()->mutable_leaf()->mutable_id()->add_elems("a");
  const auto explained = Ask<wire::DelegateTreeRsp>(loop, [&](auto* context, auto* response, auto done) {
    delegator->async()->GetDelegateTree(context, &explain, response, done);
  });
  REQUIRE(explained.ok());
  CHECK(explained->tree().path().elems_size() == 2);
  CHECK(explained->tree().has_dentry());

  auto* tree_in_tree = explain.mutable_tree();
  for (int depth = 0; depth < 90; ++depth) tree_in_tree = tree_in_tree->mutable_alt()->add_trees();
  tree_in_tree->mutable_leaf()->mutable_id()->add_elems("svc");
  const auto too_deep = Ask<wire::DelegateTreeRsp>(loop, [&](auto* context, auto* response, auto done) {
    delegator->async()->GetDelegateTree(context, &explain, response, done);
  });
  CHECK(too_deep.status().code() == absl::StatusCode::kInvalidArgument);
  CHECK_THAT(std::string(too_deep.status().message()), Catch::Contains("nested too deep"));
}

// A stream that is open until it is cancelled; nothing is read from it.
struct OpenStream : grpc::ClientReadReactor<io::linkerd::mesh::BoundTreeRsp> {
  void OnDone(const grpc::Status&) override { done.Notify(); }
  grpc::ClientContext context;
  absl::Notification done;
};

TEST_CASE("A name that a Linkerd follows is in use until its stream ends") {
  namespace wire = io::linkerd::mesh;
  Loop loop;
  Server server(loop, kDtabs);
  const auto stub = wire::Interpreter::NewStub(
      grpc::CreateChannel(absl::StrCat("127.0.0.1:", server.port), grpc::InsecureChannelCredentials()));
  wire::BindReq bind;
  bind.mutable_root()->add_elems("web");
  for (const char* label : {"svc", "a"}) bind.mutable_name()->add_elems(label);
  OpenStream stream;
  stub->async()->StreamBoundTree(&stream.context, &bind, &stream);
  stream.StartCall();
  const auto in_use = [&] { return server.namerd.names_in_use.Of("web").size(); };
  CHECK(RunUntil(loop, [&] { return in_use() == 1; }));
  stream.context.TryCancel();
  CHECK(RunUntil(loop, [&] { return in_use() == 0; }));
  stream.done.WaitForNotification();
}

}  // namespace
}  // namespace heddle::namerd
