#include "lib/net/dns.h"

#include <ares.h>

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/check.h"
#include "lib/event/fd_watcher.h"
#include "lib/event/timer.h"

namespace heddle {
namespace {

absl::Status ErrorOf(const std::string& host, int code) {
  const std::string text = absl::StrCat("resolve '", host, "': ", ares_strerror(code));
  switch (code) {
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
      return absl::NotFoundError(text);
    case ARES_EBADNAME:
    case ARES_EBADSTR:
    case ARES_EBADQUERY:
      return absl::InvalidArgumentError(text);
    case ARES_ETIMEOUT:
      return absl::DeadlineExceededError(text);
    default:
      return absl::UnavailableError(text);
  }
}

DnsResolver::Answer AnswerOf(const ares_addrinfo& info) {
  DnsResolver::Answer answer;
  int ttl = INT32_MAX;
  for (const ares_addrinfo_node* node = info.nodes; node != nullptr; node = node->ai_next) {
    if (node->ai_family != AF_INET && node->ai_family != AF_INET6) continue;
    answer.addresses.push_back(SocketAddress::FromSockaddr(node->ai_addr));
    ttl = std::min(ttl, node->ai_ttl);
  }
  std::sort(answer.addresses.begin(), answer.addresses.end());
  answer.addresses.erase(std::unique(answer.addresses.begin(), answer.addresses.end()),
                         answer.addresses.end());
  answer.ttl = std::chrono::seconds(answer.addresses.empty() ? 0 : std::max(0, ttl));
  return answer;
}

// RFC 6761 section 6.3: these names are the loopback addresses whatever a file or a server says, and no
// server is asked.
bool IsLocalhost(absl::string_view host) {
  absl::ConsumeSuffix(&host, ".");
  return absl::EqualsIgnoreCase(host, "localhost") || absl::EndsWithIgnoreCase(host, ".localhost");
}

// The addresses of a host that needs no look-up.
std::optional<std::vector<SocketAddress>> KnownAddresses(const std::string& host) {
  if (const auto literal = SocketAddress::Parse(host, 0); literal.ok()) return std::vector{*literal};
  if (!IsLocalhost(host)) return std::nullopt;
  return std::vector{*SocketAddress::Parse("127.0.0.1", 0), *SocketAddress::Parse("::1", 0)};
}

}  // namespace

// c-ares asks for its sockets to be watched and for a call when its next timeout is due; it answers by
// callback, perhaps at once.
struct DnsResolver::Impl {
  // Shared between the caller's Query and the callback c-ares will make in any case.
  struct Pending {
    Loop& loop;
    std::string host;
    Done done;  // empty once cancelled or called
  };
  struct Handle : Query {
    explicit Handle(std::shared_ptr<Pending> p) : pending(std::move(p)) {}
    ~Handle() override { pending->done = nullptr; }
    std::shared_ptr<Pending> pending;
  };

  Impl(Loop& l, Options o) : loop(l), options(std::move(o)), timer(l, [this] { OnTimer(); }) {
    static const int library = ares_library_init(ARES_LIB_INIT_ALL);
    HEDDLE_CHECK(library == ARES_SUCCESS);
    status = OpenChannel();
  }
  ~Impl() { CloseChannel(); }

  // What c-ares hands back.
  struct Request {
    Impl& impl;
    std::shared_ptr<Pending> pending;
  };

  absl::Status OpenChannel();
  void CloseChannel();
  // A channel reads /etc/resolv.conf once; servers that no longer answer may have been replaced there.
  void ReopenIfServersFailed();
  void Watch(ares_socket_t socket, bool readable, bool writable);
  void OnTimer();
  void SetTimer();
  static void AnswerLater(std::shared_ptr<Pending> pending, absl::StatusOr<Answer> answer);
  static void OnAnswer(void* argument, int code, int timeouts, ares_addrinfo* info);

  Loop& loop;
  const Options options;
  absl::Status status;
  int active = 0;
  bool servers_failed = false;
  ares_channel channel = nullptr;
  std::map<ares_socket_t, std::unique_ptr<FdWatcher>> sockets;
  Timer timer;
};

absl::Status DnsResolver::Impl::OpenChannel() {
  ares_options settings{};
  settings.timeout = static_cast<int>(options.timeout.count());
  settings.tries = options.tries;
  settings.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
    static_cast<Impl*>(self)->Watch(socket, readable != 0, writable != 0);
  };
  settings.sock_state_cb_data = this;
  char hosts_file_first[] = "fb";
  settings.lookups = hosts_file_first;
  int code = ares_init_options(
      &channel, &settings, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_LOOKUPS | ARES_OPT_SOCK_STATE_CB);
  if (code == ARES_SUCCESS && !options.servers.empty()) {
    code = ares_set_servers_ports_csv(channel, options.servers.c_str());
  }
  if (code == ARES_SUCCESS) return absl::OkStatus();
  const std::string servers = options.servers.empty() ? "of /etc/resolv.conf" : options.servers;
  return absl::UnavailableError(absl::StrCat("DNS servers ", servers, ": ", ares_strerror(code)));
}

void DnsResolver::Impl::CloseChannel() {
  if (channel != nullptr) ares_destroy(std::exchange(channel, nullptr));
  sockets.clear();
}

void DnsResolver::Impl::ReopenIfServersFailed() {
  const bool broken = servers_failed || !status.ok();
  if (!broken || active > 0) return;
  CloseChannel();
  servers_failed = false;
  status = OpenChannel();
}

void DnsResolver::Impl::Watch(ares_socket_t socket, bool readable, bool writable) {
  if (!readable && !writable) {
    sockets.erase(socket);
    return;
  }
  auto& watcher = sockets[socket];
  if (!watcher) {
    watcher = std::make_unique<FdWatcher>(loop, socket, [this, socket](FdWatcher::Ready ready) {
      ares_process_fd(channel, ready.readable ? socket : ARES_SOCKET_BAD,
                      ready.writable ? socket : ARES_SOCKET_BAD);
      SetTimer();
    });
  }
  watcher->Update(readable, writable);
}

void DnsResolver::Impl::OnTimer() {
  ares_process_fd(channel, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  SetTimer();
}

void DnsResolver::Impl::SetTimer() {
  timeval next{};
  if (ares_timeout(channel, nullptr, &next) == nullptr) {
    timer.Cancel();
    return;
  }
  timer.Start(std::chrono::seconds(next.tv_sec) + std::chrono::microseconds(next.tv_usec));
}

// c-ares is not to be entered again from its callback, and Resolve must have returned.
void DnsResolver::Impl::AnswerLater(std::shared_ptr<Pending> pending, absl::StatusOr<Answer> answer) {
  Loop& loop = pending->loop;
  loop.Defer([pending = std::move(pending), answer = std::move(answer)]() mutable {
    if (auto done = std::exchange(pending->done, nullptr)) done(std::move(answer));
  });
}

void DnsResolver::Impl::OnAnswer(void* argument, int code, int /*timeouts*/, ares_addrinfo* info) {
  const std::unique_ptr<Request> request(static_cast<Request*>(argument));
  const std::shared_ptr<Pending> pending = request->pending;
  --request->impl.active;
  absl::StatusOr<Answer> answer = Answer();
  if (code == ARES_SUCCESS) {
    answer = AnswerOf(*info);
    ares_freeaddrinfo(info);
    if (answer->addresses.empty()) code = ARES_ENODATA;
  }
  if (code != ARES_SUCCESS) answer = ErrorOf(pending->host, code);
  if (absl::IsUnavailable(answer.status()) || absl::IsDeadlineExceeded(answer.status())) {
    request->impl.servers_failed = true;
  }
  if (pending->done == nullptr || code == ARES_EDESTRUCTION) return;
  AnswerLater(pending, std::move(answer));
}

DnsResolver::DnsResolver(Loop& loop) : DnsResolver(loop, Options()) {}

DnsResolver::DnsResolver(Loop& loop, Options options)
    : impl_(std::make_unique<Impl>(loop, std::move(options))) {}

DnsResolver::~DnsResolver() = default;

std::unique_ptr<DnsResolver::Query> DnsResolver::Resolve(const std::string& host, Done done) {
  auto pending = std::make_shared<Impl::Pending>(Impl::Pending{impl_->loop, host, std::move(done)});
  auto query = std::make_unique<Impl::Handle>(pending);
  if (auto known = KnownAddresses(host)) {
    Impl::AnswerLater(std::move(pending), Answer{*std::move(known), std::chrono::seconds(0)});
    return query;
  }
  impl_->ReopenIfServersFailed();
  if (!impl_->status.ok()) {
    Impl::AnswerLater(std::move(pending), impl_->status);
    return query;
  }
  ++impl_->active;
  ares_addrinfo_hints hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_flags = ARES_AI_NOSORT;
  ares_getaddrinfo(impl_->channel, host.c_str(), nullptr, &hints, &Impl::OnAnswer,
                   new Impl::Request{*impl_, std::move(pending)});
  impl_->SetTimer();
  return query;
}

}  // namespace heddle
