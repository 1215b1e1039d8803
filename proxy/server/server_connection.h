// The server side of HTTP/1.1: one connection, its requests one after the other (pipelined ones wait).
#ifndef HEDDLE_PROXY_SERVER_SERVER_CONNECTION_H_
#define HEDDLE_PROXY_SERVER_SERVER_CONNECTION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/net/connection.h"
#include "lib/net/write_progress.h"
#include "proxy/server/exchange.h"
#include "proxy/server/request_context.h"
#include "proxy/server/server_stats.h"

namespace heddle {

class Admission;
class ServerWorker;

// Loop thread only. Owned by its worker, which destroys it some time after Close.
class ServerConnection : private Connection::Handler {
 public:
  // `admission`: null if the server takes any number of requests.
  ServerConnection(ServerWorker& worker, const ServerConfig& server, ServerStats& stats, Admission* admission,
                   std::unique_ptr<Connection> connection);
  ~ServerConnection() override;
  ServerConnection(const ServerConnection&) = delete;
  ServerConnection& operator=(const ServerConnection&) = delete;

  // Begins to read. Once.
  void Start() { connection_->Start(*this); }

  // For the exchange under way.
  void Send(absl::string_view bytes) {
    stats_.sent_bytes.Increment(bytes.size());
    sent_bytes_ += bytes.size();
    connection_->Write(bytes);
  }
  // Nothing more will be sent: the requester is told once all that was has left.
  void EndSending() { connection_->Shutdown(); }
  size_t buffered() const { return connection_->buffered(); }
  void OnExchangeDone(Exchange::After after);
  void OnBodyWanted();
  void CountRequest() { ++requests_; }
  ServerStats& stats() { return stats_; }
  const ServerConfig& server() const { return *origin_.server; }
  Admission* admission() const { return admission_; }
  const RequestOrigin& origin() const { return origin_; }
  const SocketAddress& peer() const { return connection_->peer(); }
  // The requester sends no more: it has gone, or only waits for its responses.
  bool ended() const { return ended_; }
  // It is older than serverSession.lifeTimeMs: it is not kept after the next response.
  bool expired(Nanos now) const { return now >= ends_at_; }

  // For the worker. Closes if nothing has come for too long, see ServerLimits.
  void CheckTimeouts(Nanos now);
  // No request, nor part of one, is under way.
  bool idle() const { return exchange_ == nullptr; }
  // Closes without waiting for anything; drops the request under way.
  void Close();

 private:
  friend class ServerWorker;
  void OnData(absl::string_view data) override;
  void OnEof() override;
  void OnError(absl::Status error) override;
  void OnDrained() override;

  // Takes as much of `bytes` as can be taken now.
  size_t Process(absl::string_view bytes);
  // Takes of in_, and of the requests behind.
  void ProcessHeld();
  void UpdatePause();
  // The requester has sent, or taken, nothing for as long as the server's socketOptions let it.
  bool Stalled(Nanos now);
  // The requester sends no more: closes unless a response is still owed.
  void CloseIfOver();
  void CloseLingering();
  void DropExchange();
  void Detach();

  ServerWorker& worker_;
  ServerStats& stats_;
  Admission* const admission_;
  std::unique_ptr<Connection> connection_;  // null once closed
  std::unique_ptr<Exchange> exchange_;      // while a request, or part of a head, is there
  bool in_request_ = false;                 // its head is complete
  bool processing_ = false;
  bool paused_ = false;
  bool ended_ = false;      // the requester sends no more
  Nanos last_activity_{0};  // while there is no request
  WriteProgress writes_;
  size_t index_ = 0;  // in the worker's list
  const Nanos began_;
  Nanos ends_at_ = Nanos::max();
  uint64_t requests_ = 0;
  uint64_t sent_bytes_ = 0;
  uint64_t received_bytes_ = 0;
  RequestOrigin origin_;
  std::string in_;  // received, and not taken yet
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_SERVER_CONNECTION_H_
