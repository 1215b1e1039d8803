#include "tests/unit/proxy_server/harness.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/codec/h1/body_decoder.h"
#include "lib/codec/h1/head_parser.h"

namespace heddle::testing {

std::shared_ptr<Watch<FakeInterpreter::State>> FakeInterpreter::Bind(const Dtab& local, const Path& path) {
  ++binds;
  return At(path.Show(), local.Show());
}

Subscription FakeInterpreter::Explain(const Dtab&, const Path&, ExplainDetail,
                                      std::function<void(absl::StatusOr<std::string>)> done) {
  if (explanation.has_value()) done(*explanation);
  return Subscription();
}

std::shared_ptr<Source<FakeInterpreter::State>> FakeInterpreter::At(const std::string& name,
                                                                    const std::string& local) {
  auto& source = names_[name + " " + local];
  if (source == nullptr) source = std::make_shared<Source<State>>(State::Pending());
  return source;
}

void FakeInterpreter::Set(const std::string& name, BoundTree tree, const std::string& local) {
  At(name, local)->Set(State::Ok({std::move(tree), {1, 7}}));
}

FakeClient::FakeClient(const std::string& id_text)
    : id(*Path::Parse(id_text)), addr(std::make_shared<Source<Addr>>(Addr::Pending())) {}

BoundTree FakeClient::Leaf(const std::string& residual) const {
  return BoundTree::Leaf({id, addr, *Path::Parse(residual)});
}

void FakeClient::SetPorts(const std::vector<uint16_t>& ports) {
  std::vector<Endpoint> endpoints;
  for (const uint16_t port : ports) endpoints.push_back({*SocketAddress::Parse("127.0.0.1", port), 1.0, {}});
  addr->Set(Addr::Bound(std::move(endpoints)));
}

Backend::Backend(Loop& loop, OnBytes on_bytes) : loop_(loop), on_bytes_(std::move(on_bytes)) {
  auto listener = Listener::Listen(loop, *SocketAddress::Parse("127.0.0.1", 0), {},
                                   [this](std::unique_ptr<Connection> c) {
                                     ++connections;
                                     peers.push_back(std::make_unique<Peer>(*this, std::move(c)));
                                     Peer& peer = *peers.back();
                                     peer.on_drained = [] {};
                                     peer.connection->Start(peer);
                                   });
  REQUIRE(listener.ok());
  listener_ = *std::move(listener);
}

Backend::~Backend() = default;

uint16_t Backend::port() const { return listener_->address().port(); }

void Backend::Die() {
  listener_.reset();
  for (const auto& peer : peers) {
    if (peer->connection != nullptr) peer->connection->Reset();
    peer->connection.reset();
  }
}

void Backend::CloseConnections() {
  for (const auto& peer : peers) peer->connection.reset();
}

Backend::Peer::Peer(Backend& b, std::unique_ptr<Connection> c) : backend(b), connection(std::move(c)) {}

void Backend::Peer::OnData(absl::string_view data) {
  in.append(data.data(), data.size());
  while (connection != nullptr && !in.empty()) {
    const size_t taken = backend.on_bytes_(*this, in);
    if (taken == 0) return;
    in.erase(0, taken);
  }
}

void Backend::Peer::OnEof() {
  ended = true;
  connection.reset();
}

void Backend::Peer::OnError(absl::Status) {
  ended = true;
  connection.reset();
}

void Backend::Peer::OnDrained() { on_drained(); }

Backend::OnBytes Answer(std::string response) {
  return [response = std::move(response)](Backend::Peer& peer, const std::string& bytes) -> size_t {
    h1::RequestParser parser(h1::Limits{1 << 16, 1 << 16});
    const h1::Progress progress = parser.Parse(bytes);
    REQUIRE(progress != h1::Progress::kError);
    if (progress == h1::Progress::kMore) return 0;
    h1::BodyDecoder body(400);
    body.Start(h1::RequestFraming(parser.head()));
    const size_t head = parser.head().size;
    const size_t size = body.Skip(absl::string_view(bytes).substr(head));
    REQUIRE_FALSE(body.error());
    if (!body.done()) return 0;
    peer.backend.received.push_back(bytes.substr(0, head));
    peer.connection->Write(response);
    return head + size;
  };
}

std::string Ok(const std::string& body) {
  return absl::StrCat("HTTP/1.1 200 OK\r\nContent-Length: ", body.size(), "\r\n\r\n", body);
}

TestClient::TestClient(Loop& loop, const SocketAddress& server) {
  connection = Connection::Connect(loop, server, Millis(0), *this);
}

void TestClient::OnData(absl::string_view data) {
  received += data.size();
  if (keep) in.append(data.data(), data.size());
}

World::World(RouterConfig config, size_t workers) {
  for (ServerConfig& server : config.servers) server.address = *SocketAddress::Parse("127.0.0.1", 0);
  router = std::make_unique<Router>(config, interpreter, loop, std::vector<Loop*>(workers, &loop),
                                    metrics.root().Child("rt"));
  REQUIRE(router->Start().ok());
}

World::~World() {
  router.reset();
  loop.RunReady();
}

void World::Until(const std::function<bool()>& done) {
  // Each step waits for an event; only a test that has failed comes to the end of the ten seconds.
  for (int quiet = 0; !done(); ++quiet) {
    if (quiet == 2000) FAIL("what the test waits for does not happen");
    loop.RunOnce(Millis(5));
  }
}

void World::Settle() {
  for (int i = 0; i < 20; ++i) loop.RunOnce(Millis(1));
}

void World::Advance(Millis by) {
  clock.Advance(by);
  loop.RunReady();
}

std::string World::Ask(const std::string& request) {
  TestClient client(loop, address());
  client.connection->Write(request);
  const bool to_head = request.rfind("HEAD", 0) == 0;
  Until([&] { return client.ended || ResponseSize(client.in, to_head) > 0; });
  return client.in;
}

namespace {
bool Named(const MetricSample& sample, const std::string& name) {
  return absl::StrJoin(sample.path, "|") == name;
}
}  // namespace

uint64_t World::CounterOf(const std::string& name) const {
  uint64_t value = 0;
  metrics.Visit([&](const MetricSample& s) {
    if (s.kind == MetricSample::Kind::kCounter && Named(s, name)) value = s.counter;
  });
  return value;
}

double World::GaugeOf(const std::string& name) const {
  double value = 0;
  metrics.Visit([&](const MetricSample& s) {
    if (s.kind == MetricSample::Kind::kGauge && Named(s, name)) value = s.gauge;
  });
  return value;
}

size_t ResponseSize(const std::string& bytes, bool to_head) {
  h1::ResponseParser parser;
  if (parser.Parse(bytes) != h1::Progress::kDone) return 0;
  const h1::BodyFraming framing = h1::ResponseFraming(parser.head(), to_head);
  h1::BodyDecoder body(502);
  body.Start(framing);
  const size_t head = parser.head().size;
  const size_t size = body.Skip(absl::string_view(bytes).substr(head));
  return body.done() ? head + size : 0;
}

std::string Get(const std::string& host, const std::string& more) {
  return "GET / HTTP/1.1\r\nHost: " + host + "\r\n" + more + "\r\n";
}

}  // namespace heddle::testing
