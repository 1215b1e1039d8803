// A router between clients and endpoints of flesh: all on one loop, over loopback, with a clock that only the
// test moves.
#ifndef HEDDLE_TESTS_UNIT_PROXY_SERVER_HARNESS_H_
#define HEDDLE_TESTS_UNIT_PROXY_SERVER_HARNESS_H_

#include <functional>
#include <list>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "lib/base/clock.h"
#include "lib/event/loop.h"
#include "lib/naming/interpreter.h"
#include "lib/net/connection.h"
#include "lib/net/listener.h"
#include "lib/stats/metrics_tree.h"
#include "lib/watch/watch.h"
#include "proxy/server/router.h"

namespace heddle::testing {

// Names lead where the test says.
class FakeInterpreter : public Interpreter {
 public:
  using State = Activity<Binding>;
  std::shared_ptr<Watch<State>> Bind(const Dtab& local, const Path& path) override;
  Subscription Explain(const Dtab&, const Path&, ExplainDetail,
                       std::function<void(absl::StatusOr<std::string>)>) override;

  // `name` under `local`, both as shown; pending until Set.
  std::shared_ptr<Source<State>> At(const std::string& name, const std::string& local = "");
  void Set(const std::string& name, BoundTree tree, const std::string& local = "");

  size_t binds = 0;
  std::optional<std::string> explanation;  // of every name; nullopt: it is waited for

 private:
  std::map<std::string, std::shared_ptr<Source<State>>> names_;
};

// A client's id and its endpoints, as a leaf.
struct FakeClient {
  explicit FakeClient(const std::string& id_text);
  BoundTree Leaf(const std::string& residual = "/") const;
  void SetPorts(const std::vector<uint16_t>& ports);

  Path id;
  std::shared_ptr<Source<Addr>> addr;
};

// An endpoint: answers whole requests as the test says, or is driven by hand.
class Backend {
 public:
  struct Peer;
  // Called with all that has come on a connection and not been taken yet; returns how much it takes.
  using OnBytes = std::function<size_t(Peer& peer, const std::string& bytes)>;

  Backend(Loop& loop, OnBytes on_bytes);
  ~Backend();
  uint16_t port() const;
  // Closes the listener and resets every connection.
  void Die();
  // Closes every connection, in order.
  void CloseConnections();

  std::vector<std::string> received;  // the heads of the requests
  size_t connections = 0;             // accepted so far
  std::list<std::unique_ptr<Peer>> peers;

 private:
  Loop& loop_;
  OnBytes on_bytes_;
  std::unique_ptr<Listener> listener_;
};

struct Backend::Peer : Connection::Handler {
  Peer(Backend& b, std::unique_ptr<Connection> c);
  void OnData(absl::string_view data) override;
  void OnEof() override;
  void OnError(absl::Status) override;
  void OnDrained() override;

  Backend& backend;
  std::unique_ptr<Connection> connection;
  std::string in;
  bool ended = false;
  std::function<void()> on_drained;
};

// Answers each request (head, and a body with a length) with `response`.
Backend::OnBytes Answer(std::string response);
std::string Ok(const std::string& body);

// A requester: writes bytes, collects bytes.
struct TestClient : Connection::Handler {
  TestClient(Loop& loop, const SocketAddress& server);
  void OnConnected() override {}
  void OnData(absl::string_view data) override;
  void OnEof() override { ended = true; }
  void OnError(absl::Status) override { ended = failed = true; }

  std::unique_ptr<Connection> connection;
  std::string in;
  size_t received = 0;
  bool keep = true;  // collects in `in`; otherwise only counts
  bool ended = false;
  bool failed = false;
};

struct World {
  // All of its workers are on the one loop.
  explicit World(RouterConfig config = RouterConfig(), size_t workers = 1);
  ~World();

  // Runs until `done` holds; fails the test if nothing happens any more.
  void Until(const std::function<bool()>& done);
  // Runs what there is to run, without waiting for more.
  void Settle();
  // Moves the clock and runs.
  void Advance(Millis by);
  SocketAddress address() const { return router->addresses()[0]; }
  std::string address_text() const { return address().ip() + "/" + std::to_string(address().port()); }
  // Sends `request` on a connection of its own and returns all that comes back within `responses` whole
  // responses.
  std::string Ask(const std::string& request);
  // The name of a server's metric.
  std::string Server(const std::string& metric) const {
    return "rt|http|server|" + address_text() + "|" + metric;
  }
  // A counter's value; 0 if there is none. `name` joined by '|'.
  uint64_t CounterOf(const std::string& name) const;
  double GaugeOf(const std::string& name) const;

  FakeClock clock;
  MetricsTree metrics;
  Loop loop{clock};
  FakeInterpreter interpreter;
  std::unique_ptr<Router> router;
};

// With the service "web", whose endpoints the test sets.
struct WebWorld : World {
  explicit WebWorld(RouterConfig config = RouterConfig())
      : World(std::move(config)), web("/#/io.l5d.fs/web") {
    interpreter.Set("/svc/web", web.Leaf());
  }
  FakeClient web;
};

// One whole response (head, and a body with a length or in chunks) at the front of `bytes`; 0 if it is not
// whole.
size_t ResponseSize(const std::string& bytes, bool to_head = false);
std::string Get(const std::string& host, const std::string& more = "");

}  // namespace heddle::testing

#endif  // HEDDLE_TESTS_UNIT_PROXY_SERVER_HARNESS_H_
