#include "lib/session/http_client.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/cord.h"
#include "absl/strings/str_cat.h"
#include "lib/session/http_client_connection.h"

namespace heddle {
namespace {

constexpr Millis kConnectTimeout(10'000);
constexpr Millis kIdleTimeout(30'000);
constexpr size_t kIdlePerServer = 8;

// Marks the errors of requests that have not reached the server: another address may be tried.
constexpr char kNotConnected[] = "heddle/not-connected";

bool IsIdempotentMethod(absl::string_view method) {
  return method == "GET" || method == "HEAD" || method == "PUT" || method == "DELETE" || method == "OPTIONS";
}

}  // namespace

struct HttpClient::Impl {
  class Call;

  explicit Impl(Loop& l) : loop(l) {}

  std::unique_ptr<HttpCall> Begin(std::shared_ptr<Call> call);
  // An idle connection to `server`, or a new one. `*reused` says which.
  std::shared_ptr<HttpClientConnection> Take(const SocketAddress& server, bool* reused);
  void Keep(std::shared_ptr<HttpClientConnection> connection);
  void Forget(const HttpClientConnection& connection);

  Loop& loop;
  std::set<std::shared_ptr<Call>> calls;
  std::map<SocketAddress, std::vector<std::shared_ptr<HttpClientConnection>>> idle;  // no empty ones
};

// A request on its way. Lives in Impl::calls until it is over or cancelled.
class HttpClient::Impl::Call : public HttpClientConnection::User, public std::enable_shared_from_this<Call> {
 public:
  using OnHeadFn = std::function<void(const HttpResponse&)>;
  using OnDataFn = std::function<void(absl::string_view)>;
  using OnEndFn = absl::AnyInvocable<void(absl::Status)>;

  Call(Impl& client, const Options& options, HttpRequest request, OnHeadFn on_head, OnDataFn on_data,
       OnEndFn on_end)
      : client_(client),
        options_(options),
        request_(std::move(request)),
        on_head_(std::move(on_head)),
        on_data_(std::move(on_data)),
        on_end_(std::move(on_end)),
        timer_(client.loop, [this] { OnTimeout(); }) {}

  void Start() {
    if (options_.timeout > Millis(0)) timer_.Start(options_.timeout);
    Dispatch();
  }

  void Cancel() {
    timer_.Cancel();
    if (connection_) connection_->Close();
    connection_.reset();
    on_end_ = nullptr;
    client_.calls.erase(shared_from_this());
  }

  // `error` ends the call from inside on_data.
  void Abort(absl::Status error) {
    if (connection_) connection_->Close();
    connection_.reset();
    End(std::move(error));
  }

  void OnHead(const HttpResponse& head) override {
    const auto self = shared_from_this();
    on_head_(head);
  }
  void OnBody(absl::string_view data) override {
    const auto self = shared_from_this();
    on_data_(data);
  }
  void OnComplete(bool reusable) override {
    if (reusable) client_.Keep(std::move(connection_));
    connection_.reset();
    End(absl::OkStatus());
  }
  void OnFailure(absl::Status error, bool unanswered) override {
    if (!connection_->connected()) error.SetPayload(kNotConnected, absl::Cord());
    connection_.reset();
    if (unanswered && std::exchange(reused_, false) && IsIdempotentMethod(request_.method)) {
      Dispatch();
      return;
    }
    End(std::move(error));
  }

 private:
  void Dispatch() {
    connection_ = client_.Take(options_.server, &reused_);
    connection_->Send(request_, *this);
  }
  void OnTimeout() {
    Abort(absl::DeadlineExceededError(absl::StrCat(options_.server.ToString(), " has not answered ",
                                                   request_.method, " ", request_.target, " within ",
                                                   options_.timeout.count(), " ms")));
  }
  void End(absl::Status status) {
    const auto self = shared_from_this();
    timer_.Cancel();
    client_.calls.erase(self);
    if (auto on_end = std::exchange(on_end_, nullptr)) on_end(std::move(status));
  }

  Impl& client_;
  const Options options_;
  const HttpRequest request_;
  const OnHeadFn on_head_;
  const OnDataFn on_data_;
  OnEndFn on_end_;
  Timer timer_;
  std::shared_ptr<HttpClientConnection> connection_;
  bool reused_ = false;
};

std::unique_ptr<HttpCall> HttpClient::Impl::Begin(std::shared_ptr<Call> call) {
  struct Handle : HttpCall {
    explicit Handle(std::weak_ptr<Call> c) : call(std::move(c)) {}
    ~Handle() override {
      if (const auto alive = call.lock()) alive->Cancel();
    }
    std::weak_ptr<Call> call;
  };
  calls.insert(call);
  call->Start();
  return std::make_unique<Handle>(call);
}

std::shared_ptr<HttpClientConnection> HttpClient::Impl::Take(const SocketAddress& server, bool* reused) {
  const auto found = idle.find(server);
  *reused = found != idle.end();
  if (!*reused) return std::make_shared<HttpClientConnection>(loop, server, kConnectTimeout);
  auto connection = std::move(found->second.back());
  found->second.pop_back();
  if (found->second.empty()) idle.erase(found);
  return connection;
}

void HttpClient::Impl::Keep(std::shared_ptr<HttpClientConnection> connection) {
  auto& waiting = idle[connection->server()];
  if (waiting.size() >= kIdlePerServer) return;
  connection->WaitIdle(kIdleTimeout, [this, raw = connection.get()] { Forget(*raw); });
  waiting.push_back(std::move(connection));
}

void HttpClient::Impl::Forget(const HttpClientConnection& connection) {
  const auto found = idle.find(connection.server());
  auto& waiting = found->second;
  waiting.erase(
      std::find_if(waiting.begin(), waiting.end(), [&](const auto& c) { return c.get() == &connection; }));
  if (waiting.empty()) idle.erase(found);
}

HttpClient::HttpClient(Loop& loop) : impl_(std::make_unique<Impl>(loop)) {}

HttpClient::~HttpClient() {
  for (const auto& call : std::set<std::shared_ptr<Impl::Call>>(impl_->calls)) call->Cancel();
  for (auto& [server, waiting] : impl_->idle) {
    for (auto& connection : waiting) connection->Close();
  }
}

bool HttpClient::HasNotConnected(const absl::Status& error) {
  return error.GetPayload(kNotConnected).has_value();
}

std::unique_ptr<HttpCall> HttpClient::Stream(const Options& options, HttpRequest request,
                                             std::function<void(const HttpResponse&)> on_head,
                                             std::function<void(absl::string_view)> on_data,
                                             absl::AnyInvocable<void(absl::Status)> on_end) {
  return impl_->Begin(std::make_shared<Impl::Call>(*impl_, options, std::move(request), std::move(on_head),
                                                   std::move(on_data), std::move(on_end)));
}

std::unique_ptr<HttpCall> HttpClient::Fetch(const Options& options, HttpRequest request,
                                            absl::AnyInvocable<void(absl::StatusOr<HttpResponse>)> done) {
  auto response = std::make_shared<HttpResponse>();
  auto call_place = std::make_shared<std::weak_ptr<Impl::Call>>();
  const auto on_data = [response, call_place, options](absl::string_view data) {
    response->body.append(data.data(), data.size());
    if (response->body.size() <= options.max_body_bytes) return;
    if (const auto call = call_place->lock()) {
      call->Abort(
          absl::ResourceExhaustedError(absl::StrCat("the response of ", options.server.ToString(),
                                                    " has more than ", options.max_body_bytes, " bytes")));
    }
  };
  const auto call = std::make_shared<Impl::Call>(
      *impl_, options, std::move(request), [response](const HttpResponse& head) { *response = head; },
      on_data,
      [response, done = std::move(done)](absl::Status status) mutable {
        if (!status.ok()) {
          done(std::move(status));
        } else {
          done(std::move(*response));
        }
      });
  *call_place = call;
  return impl_->Begin(call);
}

}  // namespace heddle
