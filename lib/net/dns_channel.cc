#include "lib/net/dns_channel.h"

#include <ares.h>
#include <netdb.h>

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/base/check.h"

namespace heddle {
namespace {

absl::Status StatusOf(int code, const std::string& name) {
  // c-ares says that it could not contact a server of any that does not answer the question.
  const std::string text = absl::StrCat("resolve '", name, "': ",
                                        code == ARES_ECONNREFUSED
                                            ? "no DNS server answers (away, or answering SERVFAIL or REFUSED)"
                                            : ares_strerror(code));
  switch (code) {
    case ARES_SUCCESS:
      return absl::OkStatus();
    case ARES_ENOTFOUND:
    case ARES_ENODATA:
      return absl::NotFoundError(text);
    case ARES_EBADNAME:
    case ARES_EBADSTR:
    case ARES_EBADQUERY:
      return absl::InvalidArgumentError(text);
    case ARES_ETIMEOUT:
      return absl::DeadlineExceededError(text);
    case ARES_EREFUSED:
      return absl::PermissionDeniedError(text);
    default:
      return absl::UnavailableError(text);
  }
}

}  // namespace

// c-ares answers by callback, perhaps at once, and is not to be entered again from there: the answer is
// passed on once it has returned.
struct DnsChannel::Question {
  DnsChannel& channel;
  std::string name;
  Done done;
};

DnsChannel::DnsChannel(Loop& loop, std::string servers, Millis timeout, int tries)
    : loop_(loop), servers_(std::move(servers)), timeout_(timeout), tries_(tries), timer_(loop, [this] {
        OnTimer();
      }) {
  static const int library = ares_library_init(ARES_LIB_INIT_ALL);
  HEDDLE_CHECK(library == ARES_SUCCESS);
  status_ = Open();
}

DnsChannel::~DnsChannel() {
  *gone_ = true;
  Close();
}

absl::Status DnsChannel::Open() {
  ares_options settings{};
  settings.timeout = static_cast<int>(timeout_.count());
  settings.tries = tries_;
  settings.sock_state_cb = [](void* self, ares_socket_t socket, int readable, int writable) {
    static_cast<DnsChannel*>(self)->Watch(socket, readable != 0, writable != 0);
  };
  settings.sock_state_cb_data = this;
  int code =
      ares_init_options(&channel_, &settings, ARES_OPT_TIMEOUTMS | ARES_OPT_TRIES | ARES_OPT_SOCK_STATE_CB);
  if (code == ARES_SUCCESS && !servers_.empty())
    code = ares_set_servers_ports_csv(channel_, servers_.c_str());
  ares_options in_force{};
  int known = 0;
  if (code == ARES_SUCCESS) code = ares_save_options(channel_, &in_force, &known);
  if (code != ARES_SUCCESS) {
    const std::string servers = servers_.empty() ? "of /etc/resolv.conf" : servers_;
    return absl::UnavailableError(absl::StrCat("DNS servers ", servers, ": ", ares_strerror(code)));
  }
  ndots_ = in_force.ndots;
  domains_.assign(in_force.domains, in_force.domains + in_force.ndomains);
  ares_destroy_options(&in_force);
  return absl::OkStatus();
}

void DnsChannel::Close() {
  if (channel_ != nullptr) ares_destroy(std::exchange(channel_, nullptr));
  sockets_.clear();
}

void DnsChannel::ReopenIfServersFailed() {
  const bool broken = servers_failed_ || !status_.ok();
  if (!broken || active_ > 0) return;
  Close();
  servers_failed_ = false;
  status_ = Open();
}

// Source: resolv.conf(5).
std::vector<std::string> DnsChannel::Candidates(const std::string& host) const {
  if (absl::EndsWith(host, ".")) return {host};
  std::vector<std::string> candidates;
  for (const std::string& domain : domains_) candidates.push_back(absl::StrCat(host, ".", domain));
  const bool itself_first = std::count(host.begin(), host.end(), '.') >= ndots_;
  candidates.insert(itself_first ? candidates.begin() : candidates.end(), host);
  return candidates;
}

void DnsChannel::Ask(const std::string& name, RecordType type, Done done) {
  ReopenIfServersFailed();
  if (!status_.ok()) return Tell(status_, "", std::move(done));
  ++active_;
  constexpr int kInternet = 1;
  ares_query(channel_, name.c_str(), kInternet, static_cast<int>(type), &DnsChannel::OnAnswer,
             new Question{*this, name, std::move(done)});
  SetTimer();
}

// May be called from inside ares_query, and from ares_destroy.
void DnsChannel::OnAnswer(void* argument, int code, int /*timeouts*/, unsigned char* bytes, int size) {
  const std::unique_ptr<Question> question(static_cast<Question*>(argument));
  DnsChannel& self = question->channel;
  --self.active_;
  if (code == ARES_EDESTRUCTION) return;
  const absl::Status status = StatusOf(code, question->name);
  const bool gone = absl::IsUnavailable(status) || absl::IsDeadlineExceeded(status);
  if (gone) self.servers_failed_ = true;
  std::string message;
  if (bytes != nullptr) message.assign(reinterpret_cast<const char*>(bytes), static_cast<size_t>(size));
  self.Tell(status, std::move(message), std::move(question->done));
}

void DnsChannel::Tell(absl::Status status, std::string message, Done done) {
  loop_.Defer([gone = gone_, status = std::move(status), message = std::move(message),
               done = std::move(done)]() mutable {
    if (!*gone) done(status, message);
  });
}

std::vector<SocketAddress> DnsChannel::InHostsFile(const std::string& host) const {
  std::vector<SocketAddress> addresses;
  const std::string name(absl::StripSuffix(host, "."));
  for (const int family : {AF_INET, AF_INET6}) {
    hostent* entry = nullptr;
    if (channel_ == nullptr ||
        ares_gethostbyname_file(channel_, name.c_str(), family, &entry) != ARES_SUCCESS) {
      continue;
    }
    for (char** address = entry->h_addr_list; *address != nullptr; ++address) {
      const absl::string_view bytes(*address, static_cast<size_t>(entry->h_length));
      if (auto parsed = SocketAddress::FromBytes(bytes, 0); parsed.ok()) addresses.push_back(*parsed);
    }
    ares_free_hostent(entry);
  }
  return addresses;
}

void DnsChannel::Watch(int socket, bool readable, bool writable) {
  if (!readable && !writable) {
    sockets_.erase(socket);
    return;
  }
  auto& watcher = sockets_[socket];
  if (!watcher) {
    watcher = std::make_unique<FdWatcher>(loop_, socket, [this, socket](FdWatcher::Ready ready) {
      ares_process_fd(channel_, ready.readable ? socket : ARES_SOCKET_BAD,
                      ready.writable ? socket : ARES_SOCKET_BAD);
      SetTimer();
    });
  }
  watcher->Update(readable, writable);
}

void DnsChannel::OnTimer() {
  ares_process_fd(channel_, ARES_SOCKET_BAD, ARES_SOCKET_BAD);
  SetTimer();
}

void DnsChannel::SetTimer() {
  timeval next{};
  if (ares_timeout(channel_, nullptr, &next) == nullptr) {
    timer_.Cancel();
    return;
  }
  timer_.Start(std::chrono::seconds(next.tv_sec) + std::chrono::microseconds(next.tv_usec));
}

}  // namespace heddle
