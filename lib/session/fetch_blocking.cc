#include "lib/session/fetch_blocking.h"

#include <netdb.h>

#include <optional>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/event/timer.h"
#include "lib/session/http_client.h"

namespace heddle {
namespace {

absl::StatusOr<std::vector<SocketAddress>> Lookup(const std::string& host, uint16_t port) {
  addrinfo hints{};
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0) {
    return absl::UnavailableError(absl::StrCat("cannot resolve '", host, "': ", gai_strerror(error)));
  }
  std::vector<SocketAddress> addresses;
  for (const addrinfo* info = found; info != nullptr; info = info->ai_next) {
    addresses.push_back(SocketAddress::FromSockaddr(info->ai_addr));
    addresses.back().set_port(port);
  }
  freeaddrinfo(found);
  return addresses;
}

// Calls `fetch` with each address of `host`, until one is reached.
template <class Fetch>
absl::StatusOr<HttpResponse> TryEach(const std::string& host, uint16_t port, HttpRequest request,
                                     const Fetch& fetch) {
  const std::string place = absl::StrCat(host, ":", port);
  ASSIGN_OR_RETURN(const auto addresses, Lookup(host, port));
  if (FindHeader(request.headers, "host") == nullptr) request.headers.emplace_back("Host", place);
  absl::Status last;
  for (const SocketAddress& address : addresses) {
    absl::StatusOr<HttpResponse> response = fetch(address, request);
    if (response.ok()) return response;
    last = Annotate(response.status(), place);
    if (!HttpClient::HasNotConnected(response.status())) break;
  }
  return last;
}

// One FetchLines at one address.
class LineFetch {
 public:
  explicit LineFetch(const LineReader& reader) : reader_(reader) {}

  absl::StatusOr<HttpResponse> Run(const SocketAddress& server, const HttpRequest& request) {
    heard_ = loop_.Now();
    ticker_.Start(reader_.tick);
    const auto call = client_.Stream(
        {server, Millis(0)}, request, [this](const HttpResponse& head) { head_ = head; },
        [this](absl::string_view data) { OnData(data); },
        [this](absl::Status status) {
          if (end_) return;
          if (status.ok() && !rest_.empty()) reader_.on_line(rest_);
          End(std::move(status));
        });
    if (!end_) loop_.Run();
    if (!end_->ok()) return *end_;
    return std::move(head_);
  }

 private:
  void OnData(absl::string_view data) {
    heard_ = loop_.Now();
    if (end_) return;
    if (head_.status != 200) {
      absl::StrAppend(&head_.body, data.substr(0, kMaxStreamedLine - head_.body.size()));
      return;
    }
    for (size_t end; (end = data.find('\n')) != absl::string_view::npos; data.remove_prefix(end + 1)) {
      const absl::string_view piece = data.substr(0, end);
      rest_.append(piece.data(), piece.size());
      const bool more = reader_.on_line(rest_);
      rest_.clear();
      if (!more) return End(absl::OkStatus());
    }
    rest_.append(data.data(), data.size());
    if (rest_.size() > kMaxStreamedLine)
      End(absl::ResourceExhaustedError("a line of the stream is too long"));
  }

  void OnTick() {
    if (end_) return;
    if (!reader_.on_tick()) return End(absl::OkStatus());
    if (loop_.Now() - heard_ > reader_.silence) {
      return End(
          absl::DeadlineExceededError(absl::StrCat("nothing has come for ", reader_.silence.count(), " ms")));
    }
    ticker_.Start(reader_.tick);
  }

  void End(absl::Status status) {
    end_ = std::move(status);
    loop_.Stop();
  }

  const LineReader& reader_;
  Loop loop_;
  HttpClient client_{loop_};
  Timer ticker_{loop_, [this] { OnTick(); }};
  Nanos heard_{0};
  HttpResponse head_;
  std::string rest_;  // the beginning of a line
  std::optional<absl::Status> end_;
};

}  // namespace

absl::StatusOr<HttpResponse> FetchBlocking(const std::string& host, uint16_t port, HttpRequest request,
                                           Millis timeout) {
  Loop loop;
  HttpClient client(loop);
  return TryEach(host, port, std::move(request), [&](const SocketAddress& address, const HttpRequest& sent) {
    std::optional<absl::StatusOr<HttpResponse>> result;
    const auto call = client.Fetch({address, timeout}, sent, [&](absl::StatusOr<HttpResponse> response) {
      result = std::move(response);
      loop.Stop();
    });
    loop.Run();
    return *std::move(result);
  });
}

absl::StatusOr<HttpResponse> FetchLines(const std::string& host, uint16_t port, HttpRequest request,
                                        const LineReader& reader) {
  return TryEach(host, port, std::move(request), [&](const SocketAddress& address, const HttpRequest& sent) {
    return LineFetch(reader).Run(address, sent);
  });
}

}  // namespace heddle
