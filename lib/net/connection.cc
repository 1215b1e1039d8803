#include "lib/net/connection.h"

#include <sys/socket.h>
#include <unistd.h>
#include <uv.h>

#include <cerrno>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/event/timer.h"
#include "lib/net/apply_socket_options.h"

namespace heddle {
namespace {

// One a thread is one a loop: bytes are handed on before the next read.
char* SharedReadBuffer() {
  static thread_local const std::unique_ptr<char[]> buffer(new char[Connection::kReadBufferBytes]);
  return buffer.get();
}

// A buffer that has grown beyond this is given back when it is empty: idle connections are to stay small.
constexpr size_t kKeptCapacity = 4 << 10;
// Others on the loop get their turn after this many reads that filled the read buffer.
constexpr int kReadsAtOnce = 4;

}  // namespace

// libuv says when the socket is ready; receiving and sending are ours. recv and send cost less than the read
// and write of libuv's streams, which pass through the file layer, and a request pays four of them.
struct Connection::Impl : std::enable_shared_from_this<Impl> {
  Impl(Loop& l, const SocketAddress& p) : loop(l), peer(p) {}

  absl::Status Error(absl::string_view what, int error) const {
    return absl::UnavailableError(absl::StrCat(what, " ", peer.ToString(), ": ", ErrnoText(error)));
  }
  size_t buffered() const { return pending.size() - pending_sent; }
  bool usable() const { return !closed && !failed; }

  // Takes the socket over.
  void Watch(int descriptor);
  // Asks libuv for what is waited for now, if that has changed.
  void UpdateInterest();
  void OnReady(int status, int events);
  void OnConnectDone();
  void OnReadable(bool in_error);
  void OnReadEnd();
  void OnWritable();
  // What of `data` the kernel does not take.
  absl::string_view Send(absl::string_view data);
  void FailWrite(absl::Status error);
  void FailLater(absl::Status error);
  void Fail(absl::Status error);
  void MaybeShutdown();
  void Unwatch();
  void Close(bool reset);

  Loop& loop;
  SocketAddress peer;
  int fd = -1;
  Handler* handler = nullptr;
  bool established = false;
  bool reading = false;  // armed, or to be armed once established
  bool eof = false;
  bool failed = false;  // OnError is called or about to be
  bool closed = false;
  bool shutdown_wanted = false;
  int interest = 0;  // what libuv watches for
  size_t buffer_limit = 64 << 20;
  uint64_t written = 0;  // by the owner, in all
  absl::Status write_error;
  std::string pending;  // what the kernel has not taken, after the first pending_sent bytes
  size_t pending_sent = 0;
  std::unique_ptr<Timer> connect_timer;
  uv_poll_t poll{};
  std::shared_ptr<Impl> self;  // while libuv has the handle
};

void Connection::Impl::Watch(int descriptor) {
  fd = descriptor;
  const int error = uv_poll_init(loop.uv(), &poll, fd);
  if (error != 0) {
    FailLater(Error("watch the connection to", -error));
    return;
  }
  poll.data = this;
  self = shared_from_this();
}

void Connection::Impl::UpdateInterest() {
  int wanted = 0;
  if (usable()) {
    wanted = !established ? UV_WRITABLE : (reading ? UV_READABLE : 0) | (buffered() > 0 ? UV_WRITABLE : 0);
  }
  if (wanted == interest) return;
  interest = wanted;
  if (wanted == 0) {
    uv_poll_stop(&poll);
    return;
  }
  uv_poll_start(&poll, wanted, [](uv_poll_t* handle, int status, int events) {
    static_cast<Impl*>(handle->data)->OnReady(status, events);
  });
}

void Connection::Impl::OnReady(int status, int events) {
  const bool in_error = status != 0;
  if (in_error) {  // of the socket; libuv watches it no more
    interest = 0;
    events = UV_READABLE | UV_WRITABLE;
  }
  if (!established) {
    OnConnectDone();
  } else {
    if ((events & UV_READABLE) != 0 && reading) OnReadable(in_error);
    if ((events & UV_WRITABLE) != 0 && usable() && buffered() > 0) OnWritable();
  }
  if (in_error) UpdateInterest();
}

void Connection::Impl::OnConnectDone() {
  connect_timer.reset();
  int error = 0;
  socklen_t length = sizeof(error);
  getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
  if (error != 0) {
    Fail(Error("connect to", error));
    return;
  }
  established = true;
  handler->OnConnected();
  if (!usable()) return;
  if (buffered() > 0) {
    OnWritable();
  } else {
    UpdateInterest();
    MaybeShutdown();
  }
}

void Connection::Impl::OnReadable(bool in_error) {
  char* const buffer = SharedReadBuffer();
  // What has come before an error is still worth having.
  for (int reads = 1;; ++reads) {
    const ssize_t count = recv(fd, buffer, kReadBufferBytes, 0);
    if (count > 0) {
      handler->OnData(absl::string_view(buffer, static_cast<size_t>(count)));
      if (!usable() || !reading) return;
      const bool more = static_cast<size_t>(count) == kReadBufferBytes && reads < kReadsAtOnce;
      if (more || in_error) continue;
      return;
    }
    if (count == 0) {
      OnReadEnd();
    } else if (errno == EINTR) {
      continue;
    } else if (errno != EAGAIN && errno != EWOULDBLOCK) {
      Fail(Error("read from", errno));
    }
    return;
  }
}

void Connection::Impl::OnReadEnd() {
  eof = true;
  reading = false;
  UpdateInterest();
  if (!write_error.ok()) {
    Fail(write_error);
  } else {
    handler->OnEof();
  }
}

absl::string_view Connection::Impl::Send(absl::string_view data) {
  while (!data.empty()) {
    const ssize_t count = send(fd, data.data(), data.size(), MSG_NOSIGNAL);
    if (count >= 0) {
      // The kernel's buffer is full when it has not taken all: another call would only say so.
      return data.substr(static_cast<size_t>(count));
    }
    if (errno == EINTR) continue;
    if (errno == EAGAIN || errno == EWOULDBLOCK) return data;
    FailWrite(Error("write to", errno));
    return {};
  }
  return {};
}

void Connection::Impl::OnWritable() {
  pending_sent = pending.size() - Send(absl::string_view(pending).substr(pending_sent)).size();
  if (!write_error.ok()) return;
  if (buffered() > 0) {
    UpdateInterest();
    return;
  }
  if (pending.capacity() > kKeptCapacity) std::string().swap(pending);
  pending.clear();
  pending_sent = 0;
  UpdateInterest();
  MaybeShutdown();
  handler->OnDrained();
}

// What the peer has sent before it went is still worth having, such as an early response to a request that it
// did not want to read: the error is told when the reader has come to the end.
void Connection::Impl::FailWrite(absl::Status error) {
  if (!write_error.ok()) return;
  write_error = std::move(error);
  pending.clear();
  pending_sent = 0;
  UpdateInterest();
  if (!reading) FailLater(write_error);
}

void Connection::Impl::FailLater(absl::Status error) {
  if (failed) return;
  failed = true;
  loop.Defer([keep = shared_from_this(), error = std::move(error)] {
    if (keep->closed || keep->handler == nullptr) return;
    keep->failed = false;
    keep->Fail(error);
  });
}

void Connection::Impl::Fail(absl::Status error) {
  if (failed) return;
  failed = true;
  connect_timer.reset();
  UpdateInterest();
  handler->OnError(std::move(error));
}

void Connection::Impl::MaybeShutdown() {
  if (!shutdown_wanted || !established || !usable() || buffered() > 0) return;
  shutdown_wanted = false;
  shutdown(fd, SHUT_WR);
}

void Connection::Impl::Unwatch() {
  closed = true;
  connect_timer.reset();
  if (self == nullptr) return;
  uv_poll_stop(&poll);
  uv_close(reinterpret_cast<uv_handle_t*>(&poll),
           [](uv_handle_t* handle) { static_cast<Impl*>(handle->data)->self.reset(); });
}

void Connection::Impl::Close(bool reset) {
  if (closed) return;
  Unwatch();
  if (fd < 0) return;
  if (reset && established) {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  }
  close(fd);
}

Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) {}

Connection::~Connection() { impl_->Close(/*reset=*/false); }

std::unique_ptr<Connection> Connection::Connect(Loop& loop, const SocketAddress& peer, Millis timeout,
                                                Handler& handler, const SocketOptions& options) {
  auto impl = std::make_shared<Impl>(loop, peer);
  std::unique_ptr<Connection> connection(new Connection(impl));
  impl->handler = &handler;
  impl->reading = true;
  const int fd =
      socket(peer.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) {
    impl->FailLater(impl->Error("connect to", errno));
    return connection;
  }
  ApplySocketOptions(options, fd);
  sockaddr_storage address;
  const socklen_t length = peer.ToSockaddr(&address);
  const bool begun =
      connect(fd, reinterpret_cast<const sockaddr*>(&address), length) == 0 || errno == EINPROGRESS;
  const int error = errno;
  impl->Watch(fd);
  if (!begun) {
    impl->FailLater(impl->Error("connect to", error));
    return connection;
  }
  impl->UpdateInterest();
  if (timeout > Millis(0)) {
    impl->connect_timer = std::make_unique<Timer>(loop, [raw = impl.get(), timeout] {
      raw->Fail(absl::DeadlineExceededError(
          absl::StrCat("connect to ", raw->peer.ToString(), ": no answer within ", timeout.count(), " ms")));
    });
    impl->connect_timer->Start(timeout);
  }
  return connection;
}

std::unique_ptr<Connection> Connection::Adopt(Loop& loop, int fd, const SocketAddress& peer,
                                              const SocketOptions& options) {
  auto impl = std::make_shared<Impl>(loop, peer);
  std::unique_ptr<Connection> connection(new Connection(impl));
  ApplySocketOptions(options, fd);
  impl->established = true;
  impl->Watch(fd);
  return connection;
}

void Connection::Start(Handler& handler) {
  HEDDLE_CHECK(impl_->handler == nullptr);
  impl_->handler = &handler;
  impl_->reading = true;
  impl_->UpdateInterest();
}

void Connection::set_handler(Handler& handler) { impl_->handler = &handler; }

void Connection::Write(absl::string_view data) {
  Impl& c = *impl_;
  if (data.empty() || !c.usable() || !c.write_error.ok()) return;
  c.written += data.size();
  if (c.established && c.buffered() == 0) {
    data = c.Send(data);
    if (data.empty()) return;
  }
  if (c.buffered() + data.size() > c.buffer_limit) {
    c.write_error = absl::ResourceExhaustedError(absl::StrCat("write to ", c.peer.ToString(), ": more than ",
                                                              c.buffer_limit, " bytes wait to be sent"));
    c.FailLater(c.write_error);
    return;
  }
  // What has been sent goes when it is the larger part: each byte is moved once at most.
  if (c.pending_sent > c.pending.size() / 2) {
    c.pending.erase(0, c.pending_sent);
    c.pending_sent = 0;
  }
  c.pending.append(data.data(), data.size());
  c.UpdateInterest();
}

size_t Connection::buffered() const { return impl_->buffered(); }

uint64_t Connection::sent() const { return impl_->written - impl_->buffered(); }

void Connection::set_buffer_limit(size_t bytes) { impl_->buffer_limit = bytes; }

void Connection::PauseReading() {
  if (!impl_->reading) return;
  impl_->reading = false;
  impl_->UpdateInterest();
  if (!impl_->write_error.ok()) impl_->FailLater(impl_->write_error);
}

void Connection::ResumeReading() {
  if (impl_->reading || impl_->eof || !impl_->usable()) return;
  impl_->reading = true;
  impl_->UpdateInterest();
}

bool Connection::paused() const { return !impl_->reading && !impl_->eof; }

void Connection::Shutdown() {
  impl_->shutdown_wanted = true;
  impl_->MaybeShutdown();
}

void Connection::Reset() { impl_->Close(/*reset=*/true); }

int Connection::Release() {
  const bool whole = connected();
  if (!whole) {
    impl_->Close(/*reset=*/false);
    return -1;
  }
  impl_->Unwatch();
  return impl_->fd;
}

bool Connection::connected() const { return impl_->established && impl_->usable(); }

bool Connection::read_ended() const { return impl_->eof; }

Loop& Connection::loop() const { return impl_->loop; }

const SocketAddress& Connection::peer() const { return impl_->peer; }

SocketAddress Connection::local() const {
  sockaddr_storage address{};
  socklen_t length = sizeof(address);
  if (!connected() || getsockname(impl_->fd, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return SocketAddress();
  }
  return SocketAddress::FromSockaddr(reinterpret_cast<const sockaddr*>(&address));
}

}  // namespace heddle
