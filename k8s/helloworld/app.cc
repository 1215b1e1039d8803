#include "k8s/helloworld/app.h"

#include <list>
#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "lib/event/timer.h"
#include "lib/namers/host_addrs.h"
#include "lib/session/http_client.h"
#include "lib/session/http_server.h"

namespace heddle {
namespace {

constexpr Millis kTargetTimeout(10'000);
constexpr Millis kMaxLatency(10'000);

using Writer = std::shared_ptr<ResponseWriter>;

// What ties the calls of one request together: the mesh's context, and a trace's switch.
bool IsContextHeader(absl::string_view name) {
  return absl::StartsWithIgnoreCase(name, "l5d-ctx-") || absl::EqualsIgnoreCase(name, "l5d-dtab") ||
         absl::EqualsIgnoreCase(name, "l5d-reqid") || absl::EqualsIgnoreCase(name, "l5d-sample");
}

struct HostPort {
  std::string host;
  uint16_t port = 80;
};

// "host", "host:port", "http://host:port/", "[::1]:80".
HostPort ParseHostPort(absl::string_view text) {
  if (absl::StartsWith(text, "http://")) text.remove_prefix(7);
  text = text.substr(0, text.find('/'));
  HostPort result;
  const size_t colon = text.rfind(':');
  uint32_t port = 0;
  const bool has_port = colon != absl::string_view::npos &&
                        text.find(']', colon) == absl::string_view::npos &&
                        absl::SimpleAtoi(text.substr(colon + 1), &port) && port > 0 && port <= 65535;
  if (has_port) {
    result.port = static_cast<uint16_t>(port);
    text = text.substr(0, colon);
  }
  if (text.size() >= 2 && text.front() == '[' && text.back() == ']') text = text.substr(1, text.size() - 2);
  result.host = std::string(text);
  return result;
}

}  // namespace

absl::StatusOr<Millis> ParseLatency(absl::string_view text) {
  absl::Duration duration;
  if (!absl::ParseDuration(std::string(text), &duration) || duration < absl::ZeroDuration() ||
      duration > absl::Milliseconds(kMaxLatency.count())) {
    return absl::InvalidArgumentError(
        absl::StrCat("'", text, "' is not a duration such as 10ms or 1.5s, of at most 10s"));
  }
  return Millis(absl::ToInt64Milliseconds(duration));
}

struct HelloApp::Impl {
  class Task;

  Impl(Loop& l, HelloOptions o, Random r);
  void Handle(const HttpRequest& request, Writer writer);
  void SetLatency(const HttpRequest& request, ResponseWriter& writer);
  void SetFailureRate(const HttpRequest& request, ResponseWriter& writer);
  // "world (10.0.0.1:7778)".
  std::string Greeting() const;
  // Where the next call of the target goes.
  absl::StatusOr<SocketAddress> NextServer();

  Loop& loop;
  HelloOptions options;
  Random random;
  std::shared_ptr<HostAddrs> hosts;
  std::shared_ptr<Watch<Addr>> servers;  // of the target, or of the proxy before it
  Subscription following;
  size_t turn = 0;
  HttpClient client;
  std::list<std::unique_ptr<Task>> tasks;
  HttpServer server;
};

// One request on its way to an answer.
class HelloApp::Impl::Task {
 public:
  Task(Impl& app, const HttpRequest& request, Writer writer)
      : app_(app), writer_(std::move(writer)), latency_(app.loop, [this] { Answer(); }) {
    for (const auto& header : request.headers) {
      if (IsContextHeader(header.first)) context_.push_back(header);
    }
  }

  void Start(std::list<std::unique_ptr<Task>>::iterator position) {
    position_ = position;
    if (app_.options.latency > Millis(0)) {
      latency_.Start(app_.options.latency);
    } else {
      Answer();
    }
  }

 private:
  void Answer() {
    if (app_.random.Unit() < app_.options.failure_rate) return Finish(500, "");
    if (app_.options.target.empty()) return Finish(200, app_.Greeting() + "!!");
    const auto server = app_.NextServer();
    if (!server.ok()) return Finish(503, std::string(server.status().message()));
    HttpRequest request{"GET", "/", std::move(context_), "", {}};
    if (!app_.options.proxy.empty()) request.target = absl::StrCat("http://", app_.options.target, "/");
    request.headers.emplace_back("Host", app_.options.target);
    call_ =
        app_.client.Fetch({*server, kTargetTimeout, 1 << 20}, std::move(request),
                          [this](absl::StatusOr<HttpResponse> response) { OnTarget(std::move(response)); });
  }

  void OnTarget(absl::StatusOr<HttpResponse> response) {
    if (!response.ok()) return Finish(503, std::string(response.status().message()));
    if (response->status != 200) {
      return Finish(503,
                    absl::StrCat(app_.options.target, " answered ", response->status, ": ", response->body));
    }
    Finish(200, absl::StrCat(app_.Greeting(), " ", response->body));
  }

  void Finish(int status, std::string text) {
    if (status == 200 && app_.options.json) {
      writer_->SendText(200, nlohmann::json{{"api_result", text}}.dump(), "application/json");
    } else {
      writer_->SendText(status, std::move(text));
    }
    app_.tasks.erase(position_);  // destroys this
  }

  Impl& app_;
  const Writer writer_;
  HeaderList context_;
  Timer latency_;
  std::unique_ptr<HttpCall> call_;
  std::list<std::unique_ptr<Task>>::iterator position_;
};

HelloApp::Impl::Impl(Loop& l, HelloOptions o, Random r)
    : loop(l),
      options(std::move(o)),
      random(r),
      hosts(std::make_shared<HostAddrs>(l)),
      client(l),
      server(l, [this](const HttpRequest& request, Writer writer) { Handle(request, std::move(writer)); }) {
  if (options.target.empty()) return;
  const HostPort via = ParseHostPort(options.proxy.empty() ? options.target : options.proxy);
  servers = hosts->Get(via.host, via.port);
  following = servers->Subscribe([](const Addr&) {});  // resolved before the first request, and kept so
}

void HelloApp::Impl::Handle(const HttpRequest& request, Writer writer) {
  if (request.RawPath() == "/setLatency") return SetLatency(request, *writer);
  if (request.RawPath() == "/setFailureRate") return SetFailureRate(request, *writer);
  tasks.push_front(std::make_unique<Task>(*this, request, std::move(writer)));
  tasks.front()->Start(tasks.begin());
}

void HelloApp::Impl::SetLatency(const HttpRequest& request, ResponseWriter& writer) {
  if (request.method != "POST") return writer.SendText(405, "POST /setLatency?latency=10ms\n");
  const auto latency = ParseLatency(request.Query("latency").value_or(""));
  if (!latency.ok()) return writer.SendText(400, absl::StrCat("latency: ", latency.status().message(), "\n"));
  options.latency = *latency;
  writer.SendText(200, "ok");
}

void HelloApp::Impl::SetFailureRate(const HttpRequest& request, ResponseWriter& writer) {
  if (request.method != "POST") return writer.SendText(405, "POST /setFailureRate?failureRate=0.2\n");
  double rate = 0;
  if (!absl::SimpleAtod(request.Query("failureRate").value_or(""), &rate) || !(rate >= 0 && rate <= 1)) {
    return writer.SendText(400, "failureRate: a number from 0 to 1\n");
  }
  options.failure_rate = rate;
  writer.SendText(200, "ok");
}

std::string HelloApp::Impl::Greeting() const {
  const SocketAddress address = server.address();
  const std::string ip = options.ip.empty() ? address.ip() : options.ip;
  return absl::StrCat(options.text, " (", ip, ":", address.port(), ")");
}

absl::StatusOr<SocketAddress> HelloApp::Impl::NextServer() {
  const Addr& addr = servers->Get();
  if (addr.state == AddrState::kBound && !addr.endpoints->empty()) {
    return (*addr.endpoints)[turn++ % addr.endpoints->size()].address;
  }
  const std::string& name = options.proxy.empty() ? options.target : options.proxy;
  if (addr.state == AddrState::kFailed) return addr.error;
  return absl::UnavailableError(absl::StrCat("no address is known of ", name));
}

HelloApp::HelloApp(Loop& loop, HelloOptions options, Random random)
    : impl_(std::make_unique<Impl>(loop, std::move(options), random)) {}

HelloApp::~HelloApp() = default;

absl::Status HelloApp::Listen() { return impl_->server.Listen(impl_->options.listen); }

SocketAddress HelloApp::address() const { return impl_->server.address(); }

void HelloApp::Drain(std::function<void()> done) { impl_->server.Drain(std::move(done)); }

}  // namespace heddle
