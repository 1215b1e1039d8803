#include "lib/net/connection.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <uv.h>

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/event/timer.h"

namespace heddle {
namespace {

// One a thread is one a loop: bytes are handed on before the next read.
char* SharedReadBuffer() {
  static thread_local const std::unique_ptr<char[]> buffer(new char[Connection::kReadBufferBytes]);
  return buffer.get();
}

// A buffer that has been this large is given back when it is empty.
constexpr size_t kKeptCapacity = 64 << 10;

}  // namespace

struct Connection::Impl {
  Impl(Loop& l, const SocketAddress& p) : loop(l), peer(p) {
    HEDDLE_CHECK(uv_tcp_init(loop.uv(), &tcp) == 0);
    tcp.data = this;
    write.data = this;
    connect.data = this;
  }

  uv_stream_t* stream() { return reinterpret_cast<uv_stream_t*>(&tcp); }

  absl::Status Error(absl::string_view what, int uv_error) const {
    return absl::UnavailableError(absl::StrCat(what, " ", peer.ToString(), ": ", ErrnoText(-uv_error)));
  }

  size_t buffered() const { return tcp.write_queue_size + pending.size(); }
  void Apply(const SocketOptions& options);

  void Read();
  void OnRead(ssize_t count, const char* data);
  void OnConnectDone(int status);
  void Flush();
  void OnWriteDone(int status);
  void FailWrite(absl::Status error);
  void FailLater(absl::Status error);
  void Fail(absl::Status error);
  void MaybeShutdown();
  void Close(bool reset);

  Loop& loop;
  SocketAddress peer;
  Handler* handler = nullptr;
  bool established = false;
  bool reading = false;  // armed, or to be armed once established
  bool eof = false;
  bool failed = false;  // OnError is called or about to be
  bool closed = false;
  bool shutdown_wanted = false;
  bool writing = false;  // in_flight is libuv's
  size_t buffer_limit = 64 << 20;
  uint64_t written = 0;  // by the owner, in all
  absl::Status write_error;
  std::string in_flight;  // being written by libuv
  std::string pending;    // waits for that
  std::unique_ptr<Timer> connect_timer;
  uv_tcp_t tcp{};
  uv_write_t write{};
  uv_connect_t connect{};
  uv_shutdown_t shutdown{};
  std::shared_ptr<Impl> self;  // until the handle is closed
};

// The read and write timeouts are for the owners, who know what a connection waits for. What the kernel does
// not let be set stays as it is.
void Connection::Impl::Apply(const SocketOptions& options) {
  if (options.no_delay) uv_tcp_nodelay(&tcp, 1);
  if (!options.keep_alive.has_value()) return;
  uv_os_fd_t fd = -1;
  const int on = *options.keep_alive ? 1 : 0;
  if (uv_fileno(reinterpret_cast<const uv_handle_t*>(&tcp), &fd) == 0) {
    setsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof(on));
  }
}

void Connection::Impl::Read() {
  const int error = uv_read_start(
      stream(),
      [](uv_handle_t*, size_t, uv_buf_t* buffer) {
        buffer->base = SharedReadBuffer();
        buffer->len = kReadBufferBytes;
      },
      [](uv_stream_t* s, ssize_t count, const uv_buf_t* buffer) {
        static_cast<Impl*>(s->data)->OnRead(count, buffer->base);
      });
  if (error != 0) FailLater(Error("read from", error));
}

void Connection::Impl::OnRead(ssize_t count, const char* data) {
  if (count > 0) {
    handler->OnData(absl::string_view(data, static_cast<size_t>(count)));
  } else if (count == UV_EOF) {
    eof = true;
    reading = false;
    if (!write_error.ok()) {
      Fail(write_error);
    } else {
      handler->OnEof();
    }
  } else if (count < 0) {
    Fail(Error("read from", static_cast<int>(count)));
  }
}

void Connection::Impl::OnConnectDone(int status) {
  if (closed || failed) return;
  connect_timer.reset();
  if (status != 0) {
    Fail(Error("connect to", status));
    return;
  }
  established = true;
  if (reading) Read();
  if (!pending.empty()) Flush();
  MaybeShutdown();
  handler->OnConnected();
}

void Connection::Impl::Flush() {
  writing = true;
  in_flight.swap(pending);
  const uv_buf_t buffer = uv_buf_init(in_flight.data(), static_cast<unsigned>(in_flight.size()));
  const int error = uv_write(&write, stream(), &buffer, 1, [](uv_write_t* w, int status) {
    static_cast<Impl*>(w->data)->OnWriteDone(status);
  });
  if (error != 0) FailWrite(Error("write to", error));
}

void Connection::Impl::OnWriteDone(int status) {
  writing = false;
  if (closed || failed) return;
  if (in_flight.capacity() > kKeptCapacity) std::string().swap(in_flight);
  in_flight.clear();
  if (status != 0) {
    FailWrite(Error("write to", status));
    return;
  }
  if (!pending.empty()) {
    Flush();
    return;
  }
  MaybeShutdown();
  handler->OnDrained();
}

// What the peer has sent before it went is still worth having, such as an early response to a request that it
// did not want to read: the error is told when the reader has come to the end.
void Connection::Impl::FailWrite(absl::Status error) {
  if (!write_error.ok()) return;
  write_error = std::move(error);
  pending.clear();
  if (!reading) FailLater(write_error);
}

void Connection::Impl::FailLater(absl::Status error) {
  if (failed) return;
  failed = true;
  loop.Defer([keep = self, error = std::move(error)] {
    if (keep->closed) return;
    keep->failed = false;
    keep->Fail(error);
  });
}

void Connection::Impl::Fail(absl::Status error) {
  if (failed) return;
  failed = true;
  connect_timer.reset();
  uv_read_stop(stream());
  handler->OnError(std::move(error));
}

void Connection::Impl::MaybeShutdown() {
  if (!shutdown_wanted || !established || failed || writing || buffered() > 0) return;
  shutdown_wanted = false;
  uv_shutdown(&shutdown, stream(), [](uv_shutdown_t*, int) {});
}

void Connection::Impl::Close(bool reset) {
  if (closed) return;
  closed = true;
  connect_timer.reset();
  const auto on_closed = [](uv_handle_t* handle) { static_cast<Impl*>(handle->data)->self.reset(); };
  if (reset && established && uv_tcp_close_reset(&tcp, on_closed) == 0) return;
  uv_close(reinterpret_cast<uv_handle_t*>(&tcp), on_closed);
}

Connection::Connection(std::shared_ptr<Impl> impl) : impl_(std::move(impl)) { impl_->self = impl_; }

Connection::~Connection() { impl_->Close(/*reset=*/false); }

std::unique_ptr<Connection> Connection::Connect(Loop& loop, const SocketAddress& peer, Millis timeout,
                                                Handler& handler, const SocketOptions& options) {
  auto impl = std::make_shared<Impl>(loop, peer);
  std::unique_ptr<Connection> connection(new Connection(impl));
  impl->handler = &handler;
  impl->reading = true;
  sockaddr_storage address;
  peer.ToSockaddr(&address);
  const int error =
      uv_tcp_connect(&impl->connect, &impl->tcp, reinterpret_cast<const sockaddr*>(&address),
                     [](uv_connect_t* c, int status) { static_cast<Impl*>(c->data)->OnConnectDone(status); });
  if (error == 0) impl->Apply(options);
  if (error != 0) {
    impl->FailLater(impl->Error("connect to", error));
  } else if (timeout > Millis(0)) {
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
  HEDDLE_CHECK(uv_tcp_open(&impl->tcp, fd) == 0);
  impl->Apply(options);
  impl->established = true;
  return connection;
}

void Connection::Start(Handler& handler) {
  HEDDLE_CHECK(impl_->handler == nullptr);
  impl_->handler = &handler;
  impl_->reading = true;
  impl_->Read();
}

void Connection::set_handler(Handler& handler) { impl_->handler = &handler; }

void Connection::Write(absl::string_view data) {
  Impl& c = *impl_;
  if (data.empty() || c.closed || c.failed || !c.write_error.ok()) return;
  c.written += data.size();
  if (c.established && !c.writing) {
    const uv_buf_t buffer = uv_buf_init(const_cast<char*>(data.data()), static_cast<unsigned>(data.size()));
    const int taken = uv_try_write(c.stream(), &buffer, 1);
    if (taken < 0 && taken != UV_EAGAIN) {
      c.FailWrite(c.Error("write to", taken));
      return;
    }
    if (taken > 0) data.remove_prefix(static_cast<size_t>(taken));
    if (data.empty()) return;
  }
  if (c.buffered() + data.size() > c.buffer_limit) {
    c.write_error = absl::ResourceExhaustedError(absl::StrCat("write to ", c.peer.ToString(), ": more than ",
                                                              c.buffer_limit, " bytes wait to be sent"));
    c.FailLater(c.write_error);
    return;
  }
  c.pending.append(data.data(), data.size());
  if (c.established && !c.writing) c.Flush();
}

size_t Connection::buffered() const { return impl_->buffered(); }

uint64_t Connection::sent() const { return impl_->written - impl_->buffered(); }

void Connection::set_buffer_limit(size_t bytes) { impl_->buffer_limit = bytes; }

void Connection::PauseReading() {
  if (!impl_->reading) return;
  impl_->reading = false;
  uv_read_stop(impl_->stream());
  if (!impl_->write_error.ok()) impl_->FailLater(impl_->write_error);
}

void Connection::ResumeReading() {
  if (impl_->reading || impl_->eof || impl_->failed || impl_->closed) return;
  impl_->reading = true;
  if (impl_->established) impl_->Read();
}

bool Connection::paused() const { return !impl_->reading && !impl_->eof; }

void Connection::Shutdown() {
  impl_->shutdown_wanted = true;
  impl_->MaybeShutdown();
}

void Connection::Reset() { impl_->Close(/*reset=*/true); }

int Connection::Release() {
  uv_os_fd_t fd = -1;
  if (connected() && uv_fileno(reinterpret_cast<const uv_handle_t*>(&impl_->tcp), &fd) == 0) {
    fd = fcntl(fd, F_DUPFD_CLOEXEC, 0);
  }
  impl_->Close(/*reset=*/false);
  return fd;
}

bool Connection::connected() const { return impl_->established && !impl_->failed && !impl_->closed; }

bool Connection::read_ended() const { return impl_->eof; }

Loop& Connection::loop() const { return impl_->loop; }

const SocketAddress& Connection::peer() const { return impl_->peer; }

SocketAddress Connection::local() const {
  sockaddr_storage address{};
  int length = sizeof(address);
  if (!connected() || uv_tcp_getsockname(&impl_->tcp, reinterpret_cast<sockaddr*>(&address), &length) != 0) {
    return SocketAddress();
  }
  return SocketAddress::FromSockaddr(reinterpret_cast<const sockaddr*>(&address));
}

}  // namespace heddle
