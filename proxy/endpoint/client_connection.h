// The client side of HTTP/1.1: one connection to an endpoint, one exchange at a time.
#ifndef HEDDLE_PROXY_ENDPOINT_CLIENT_CONNECTION_H_
#define HEDDLE_PROXY_ENDPOINT_CLIENT_CONNECTION_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/codec/h1/body_decoder.h"
#include "lib/codec/h1/head_parser.h"
#include "lib/net/connection.h"
#include "lib/net/write_progress.h"

namespace heddle {

class EndpointPool;

// Hears how an exchange goes. Called from the loop, never from inside a method of ClientConnection. The views
// are valid during the call. Any call may destroy the connection or give it back to its pool.
class ExchangeHandler {
 public:
  // A response in full or in part: its head lies in `bytes`; `body` is what has come of the body, as it was
  // sent (chunks and all); `complete`: the response ends with it. `tunnel`: the connection is a tunnel from
  // here on (101, or 2xx to CONNECT), and `body` the first of its bytes: what is written goes to the endpoint
  // as it is, and what comes arrives by OnResponseBody, until OnTunnelEof or OnFailure. The tunnel ends when
  // the connection is given back.
  struct Response {
    absl::string_view bytes;
    const Head& head;
    h1::BodyFraming framing;
    absl::string_view body;
    bool complete;
    bool tunnel = false;
  };
  enum class Failure {
    kConnect,    // nothing was sent
    kClosed,     // the connection broke before the response was complete
    kMalformed,  // not HTTP/1.1
    kTimeout,    // nothing could be read, or written, for as long as the socket options say
  };

  virtual ~ExchangeHandler() = default;
  // An interim response (1xx), any number of times before OnResponse.
  virtual void OnInterim(absl::string_view bytes, const Head& head) = 0;
  // Once, the final response.
  virtual void OnResponse(const Response& response) = 0;
  // More of the body, or nothing more of it with `complete`.
  virtual void OnResponseBody(absl::string_view body, bool complete) = 0;
  // The endpoint will send no more into the tunnel; what is written still reaches it.
  virtual void OnTunnelEof() {}
  // The exchange is over, and the connection of no use.
  virtual void OnFailure(Failure failure, const absl::Status& error) = 0;
  // What was written has left.
  virtual void OnRequestDrained() = 0;
};

// Loop thread only. Made by an EndpointPool.
class ClientConnection : private Connection::Handler {
 public:
  explicit ClientConnection(EndpointPool& pool);
  ~ClientConnection() override;
  ClientConnection(const ClientConnection&) = delete;
  ClientConnection& operator=(const ClientConnection&) = delete;

  // What the request may turn the connection into.
  enum class Tunnel : uint8_t { kNever, kUpgrade, kConnect };

  // The next exchange. `to_head`: the method is HEAD. `tunnel`: kUpgrade if the request asks for an upgrade
  // (101 makes a tunnel, and is malformed otherwise), kConnect if the method is CONNECT (2xx makes a tunnel).
  // Bytes written before the connection is established wait. REQUIRES: none is under way.
  void Begin(ExchangeHandler& handler, bool to_head, Tunnel tunnel = Tunnel::kNever);
  void Write(absl::string_view bytes);
  // All of the request has been written. Without this the connection is not used again.
  void EndRequest() { request_ended_ = true; }
  // Of a tunnel: nothing more will be written. The endpoint is told once all that was has left.
  void Shutdown() { connection_->Shutdown(); }
  size_t buffered() const { return connection_->buffered(); }
  void PauseReading() { connection_->PauseReading(); }
  void ResumeReading() { connection_->ResumeReading(); }

  bool connected() const { return connected_; }
  // This exchange is not the first: the peer may have closed meanwhile, which is no fault of the request.
  bool reused() const { return exchanges_ > 1; }
  // Something of a response has come.
  bool response_begun() const { return response_begun_; }
  EndpointPool& pool() const { return pool_; }

 private:
  friend class EndpointPool;
  // kDone: out of the pool, without an exchange. kTunnelEnded: the endpoint's direction has.
  enum class State : uint8_t { kIdle, kHead, kBody, kTunnel, kTunnelEnded, kDone };

  void OnConnected() override;
  void OnData(absl::string_view data) override;
  void OnEof() override;
  void OnError(absl::Status error) override;
  void OnDrained() override;
  // Takes the head, with what is behind it, from `bytes`.
  void TakeHead(absl::string_view bytes);
  // Takes one interim response off the front. False: the exchange has failed, or the connection is gone.
  bool TakeInterim(absl::string_view* bytes);
  void TakeFinal(absl::string_view bytes);
  void TakeBody(absl::string_view bytes);
  bool MakesTunnel(int status) const;
  // For FailIfStalled, and only where that is to be called.
  void NoteActivity();
  // Fails the exchange if it waits longer than the socket options let it.
  bool FailIfStalled(Nanos now);
  void FailMalformed(absl::string_view reason);
  void Fail(ExchangeHandler::Failure failure, const absl::Status& error);
  bool reusable() const;

  EndpointPool& pool_;
  ExchangeHandler* handler_ = nullptr;
  ClientConnection* prev_ = nullptr;  // in the pool's list
  ClientConnection* next_ = nullptr;
  State state_ = State::kDone;
  Tunnel tunnel_ = Tunnel::kNever;
  bool connected_ = false;
  bool ended_ = false;  // the peer has closed, or the connection failed
  bool to_head_ = false;
  bool request_ended_ = false;
  bool response_begun_ = false;
  bool keeps_alive_ = false;
  uint8_t interims_ = 0;
  bool* destroyed_ = nullptr;
  uint32_t exchanges_ = 0;
  size_t idle_index_ = 0;  // in the pool
  const Nanos born_;
  Nanos since_;  // connecting, or idle; with a read timeout, in an exchange or with nothing received
  WriteProgress writes_;
  std::string partial_;  // a head that has not come in one piece
  h1::ResponseParser parser_;
  h1::BodyDecoder decoder_{502};
  std::unique_ptr<Connection> connection_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ENDPOINT_CLIENT_CONNECTION_H_
