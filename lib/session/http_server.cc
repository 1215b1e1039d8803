#include "lib/session/http_server.h"

#include <map>
#include <utility>
#include <vector>

#include "lib/net/lingering_closer.h"
#include "lib/net/listener.h"
#include "lib/session/server_session.h"

namespace heddle {

struct HttpServer::Impl : ServerSession::Host, std::enable_shared_from_this<HttpServer::Impl> {
  Impl(Loop& l, Handler h, Limits lim) : Host(std::move(h), lim), loop(l), closer(l) {
    closer.OnEmpty([this] { CheckDrained(); });
  }

  void OnAccept(std::unique_ptr<Connection> connection) {
    auto session = std::make_shared<ServerSession>(shared_from_this(), std::move(connection));
    sessions.emplace(session.get(), session);
    if (sessions.size() >= limits.max_connections) {
      for (auto& listener : listeners) listener->Pause();
    }
    session->Start();
  }

  void OnSessionOver(ServerSession& session, std::unique_ptr<Connection> connection) override {
    if (connection) closer.Close(std::move(connection));
    const bool was_full = sessions.size() >= limits.max_connections;
    sessions.erase(&session);
    if (was_full && sessions.size() < limits.max_connections) {
      for (auto& listener : listeners) listener->Resume();
    }
    CheckDrained();
  }

  void CheckDrained() {
    if (!draining || !sessions.empty() || closer.size() > 0) return;
    if (auto done = std::exchange(on_drained, nullptr)) loop.Defer(std::move(done));
  }

  Loop& loop;
  std::vector<std::unique_ptr<Listener>> listeners;
  std::map<ServerSession*, std::shared_ptr<ServerSession>> sessions;
  LingeringCloser closer;
  std::function<void()> on_drained;
};

HttpServer::HttpServer(Loop& loop, Handler handler, Limits limits)
    : impl_(std::make_shared<Impl>(loop, std::move(handler), limits)) {}

HttpServer::~HttpServer() {
  impl_->listeners.clear();
  impl_->on_drained = nullptr;
  for (const auto& [key, session] : std::exchange(impl_->sessions, {})) session->Abandon();
}

absl::Status HttpServer::Listen(const SocketAddress& address) {
  auto listener =
      Listener::Listen(impl_->loop, address, {},
                       [impl = impl_.get()](std::unique_ptr<Connection> c) { impl->OnAccept(std::move(c)); });
  RETURN_IF_ERROR(listener.status());
  impl_->listeners.push_back(*std::move(listener));
  return absl::OkStatus();
}

void HttpServer::OnHttp2(Http2Handler handler) { impl_->on_http2 = std::move(handler); }

SocketAddress HttpServer::address() const {
  return impl_->listeners.empty() ? SocketAddress() : impl_->listeners.front()->address();
}

void HttpServer::Drain(std::function<void()> done) {
  impl_->draining = true;
  impl_->on_drained = std::move(done);
  for (auto& listener : impl_->listeners) listener->StopAccepting();
  const auto sessions = impl_->sessions;
  for (const auto& [key, session] : sessions) session->Drain();
  impl_->CheckDrained();
}

}  // namespace heddle
