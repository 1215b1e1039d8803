// The proxy's end of the mesh stream (proto/mesh.proto): names in, bindings and endpoints out, as watches.
//
//   MeshClient client(loop, {.target = "127.0.0.1:4321"});
//   auto watch = client.Bind("internal", Dtab(), path);    // asked for while somebody subscribes
//
// One stream for everything. While namerd is away, what was last known stays in force; connecting is tried
// again for ever, with jittered backoff, and then only what has changed meanwhile is sent.
#ifndef HEDDLE_LIB_MESH_CLIENT_H_
#define HEDDLE_LIB_MESH_CLIENT_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/base/clock.h"
#include "lib/event/loop.h"
#include "lib/naming/interpreter.h"
#include "lib/stats/traffic_row.h"

namespace heddle {

struct MeshClientOptions {
  std::string target{};    // namerd's "host:port"; the host an address or a DNS name, IPv6 in brackets
  std::string proxy_id{};  // unique in the fleet; empty: made from the host name and chance
  std::string version{};   // of the program
  Millis min_backoff{50};  // between tries to connect
  Millis max_backoff{1000};
  // A ping when nothing has come for `ping_after`; without an answer within `ping_timeout` the connection is
  // given up.
  Millis ping_after{5000};
  Millis ping_timeout{6000};
  int window_bytes = 0;  // HTTP/2's initial window for the stream; 0: gRPC decides

  friend bool operator==(const MeshClientOptions&, const MeshClientOptions&) = default;
};

// All calls on the loop's thread. Watches and subscriptions may outlive it: then they no longer change.
class MeshClient {
 public:
  // Connects when the loop runs. The loop outlives it.
  MeshClient(Loop& loop, MeshClientOptions options);
  ~MeshClient();
  MeshClient(const MeshClient&) = delete;
  MeshClient& operator=(const MeshClient&) = delete;

  // The binding of `path` in `ns` with `local` after its dtab. Equal arguments share one watch while somebody
  // holds it. Pending until namerd has answered for the first time; an error, and a lost connection, keep the
  // last known value. (A lost connection is no error of the name: see connected().)
  std::shared_ptr<Watch<Activity<Binding>>> Bind(const std::string& ns, const Dtab& local, const Path& path);

  // Interpreter::Explain by namerd. Unavailable when not connected, DeadlineExceeded after 10 seconds.
  Subscription Explain(const std::string& ns, const Dtab& local, const Path& path, ExplainDetail detail,
                       std::function<void(absl::StatusOr<std::string>)> done);

  // `hook` is called when every binding that `version` of `ns` changes has been published; once all workers
  // route by them, call Applied. Without a hook, Applied follows by itself after one turn of the loop.
  using SyncedHook = std::function<void(const std::string& ns, DtabVersion version)>;
  void OnSynced(SyncedHook hook);
  // Tells namerd that this proxy routes by `version` of `ns`. A call for a version that is no longer the
  // latest is fine.
  void Applied(const std::string& ns, DtabVersion version);

  // Where traffic reports come from: what was counted since the call before (nothing is counted twice,
  // nothing left out). Called while a stream is up, as often as namerd wants reports, and when it asks for
  // one. `done` may be called later, on the loop. Without a source, reports are empty.
  using TrafficSource = std::function<void(std::function<void(std::vector<TrafficRow>)> done)>;
  void ReportTraffic(TrafficSource source);

  // The last report, of what has been counted until now; `done` is called when namerd has it, or when the
  // stream has broken; at once if there is none. For a process that ends: the client does not connect again.
  void Finish(std::function<void()> done);

  // True while a stream is up and namerd has answered on it. The watch changes on the loop.
  std::shared_ptr<Watch<bool>> connected() const;
  // The latest version of `ns` that is synced, and that is applied; {0, 0} for none.
  DtabVersion synced_version(const std::string& ns) const;
  DtabVersion applied_version(const std::string& ns) const;
  // How often a stream came up after the first.
  uint64_t reconnects() const;
  const MeshClientOptions& options() const;

  // For the admin page: {"target", "connected", "error", "reconnects", "namespaces": {...}, "bindings":
  // [...]}; at most 1000 bindings.
  std::string StateJson() const;

 private:
  class Impl;
  std::shared_ptr<Impl> impl_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_CLIENT_H_
