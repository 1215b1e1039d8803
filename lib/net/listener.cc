#include "lib/net/listener.h"

#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"

namespace heddle {
namespace {

// Others on the loop get their turn after this many.
constexpr int kAcceptsAtOnce = 32;

// How long connections wait in the backlog when the process has no descriptor left for them.
constexpr Millis kRetryAfter(100);
constexpr std::chrono::seconds kWarnEvery(10);

absl::Status ListenError(const SocketAddress& address, int error) {
  const std::string text = absl::StrCat("listen on ", address.ToString(), ": ", ErrnoText(error));
  if (error == EADDRINUSE) {
    return absl::AlreadyExistsError(
        absl::StrCat(text, "; stop the process that has it (ss -ltnp names it), or choose another port"));
  }
  if (error == EADDRNOTAVAIL) {
    return absl::UnavailableError(absl::StrCat(text, "; give one of this host's, or 0.0.0.0 for all"));
  }
  if (error == EACCES || error == EPERM) return absl::PermissionDeniedError(text);
  return absl::UnavailableError(text);
}

int BindAndListen(int fd, const SocketAddress& address, const Listener::Options& options) {
  const int on = 1;
  const SocketOptions& socket = options.socket;
  if (socket.reuse_address && setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on)) != 0) return errno;
  const bool reuse_port = options.reuse_port || socket.reuse_port;
  if (reuse_port && setsockopt(fd, SOL_SOCKET, SO_REUSEPORT, &on, sizeof(on)) != 0) return errno;
  sockaddr_storage where;
  const socklen_t length = address.ToSockaddr(&where);
  if (bind(fd, reinterpret_cast<const sockaddr*>(&where), length) != 0) return errno;
  if (listen(fd, socket.backlog.value_or(options.backlog)) != 0) return errno;
  return 0;
}

}  // namespace

absl::StatusOr<std::unique_ptr<Listener>> Listener::Listen(Loop& loop, const SocketAddress& address,
                                                           Options options, OnAccept on_accept) {
  const int fd =
      socket(address.is_v6() ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, IPPROTO_TCP);
  if (fd < 0) return ListenError(address, errno);
  if (const int error = BindAndListen(fd, address, options); error != 0) {
    close(fd);
    return ListenError(address, error);
  }
  sockaddr_storage bound{};
  socklen_t length = sizeof(bound);
  getsockname(fd, reinterpret_cast<sockaddr*>(&bound), &length);
  const auto taken = SocketAddress::FromSockaddr(reinterpret_cast<const sockaddr*>(&bound));
  return std::unique_ptr<Listener>(new Listener(loop, fd, taken, options.socket, std::move(on_accept)));
}

Listener::Listener(Loop& loop, int fd, SocketAddress address, const SocketOptions& socket, OnAccept on_accept)
    : loop_(loop),
      fd_(fd),
      address_(address),
      socket_(socket),
      on_accept_(std::make_shared<OnAccept>(std::move(on_accept))),
      watcher_(std::make_unique<FdWatcher>(loop, fd, [this](FdWatcher::Ready) { OnReadable(); })),
      retry_(loop, [this] { Resume(); }) {
  watcher_->Update(/*readable=*/true, /*writable=*/false);
}

Listener::~Listener() {
  *destroyed_ = true;
  CloseSocket();
}

void Listener::OnReadable() {
  const auto destroyed = destroyed_;
  for (int i = 0; i < kAcceptsAtOnce && AcceptOne(); ++i) {
    if (*destroyed || paused_ || fd_ < 0) return;
  }
}

bool Listener::AcceptOne() {
  sockaddr_storage peer{};
  socklen_t length = sizeof(peer);
  const int fd = accept4(fd_, reinterpret_cast<sockaddr*>(&peer), &length, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (fd >= 0) {
    const auto from = SocketAddress::FromSockaddr(reinterpret_cast<const sockaddr*>(&peer));
    const auto on_accept = on_accept_;
    (*on_accept)(Connection::Adopt(loop_, fd, from, socket_));
    return true;
  }
  // A connection that was given up while it waited is not the listener's trouble.
  if (errno == ECONNABORTED || errno == EINTR || errno == EPROTO) return true;
  if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM) {
    WaitForResources(errno);
  }
  return false;
}

void Listener::WaitForResources(int error) {
  if (last_warning_ == Nanos(0) || loop_.Now() - last_warning_ >= kWarnEvery) {
    last_warning_ = loop_.Now();
    Log(LogLevel::kWarning) << "accept on " << address_.ToString() << ": " << ErrnoText(error)
                            << "; new connections wait. Raise the limit of open files (ulimit -n).";
  }
  watcher_->Update(false, false);
  retry_.Start(kRetryAfter);
}

void Listener::Pause() {
  paused_ = true;
  retry_.Cancel();
  if (watcher_) watcher_->Update(false, false);
}

void Listener::Resume() {
  paused_ = false;
  if (watcher_) watcher_->Update(/*readable=*/true, /*writable=*/false);
}

void Listener::StopAccepting() {
  const auto destroyed = destroyed_;
  while (fd_ >= 0 && AcceptOne()) {
    if (*destroyed) return;
  }
  CloseSocket();
}

void Listener::CloseSocket() {
  retry_.Cancel();
  watcher_.reset();
  if (fd_ >= 0) close(std::exchange(fd_, -1));
}

}  // namespace heddle
