#include "tests/conformance/busy_proxy.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <fstream>
#include <thread>

#include "absl/strings/str_cat.h"

namespace heddle::conformance {
namespace {

std::string RequestTo(const std::string& host, const std::string& method) {
  return method + " / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

// A port where nobody answers until Open.
class LateEndpoint {
 public:
  LateEndpoint() : listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    bind(listener_, reinterpret_cast<const sockaddr*>(&address), size);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
  }
  uint16_t port() const { return port_; }
  void Open() const {
    listen(listener_, 8);
    std::thread([listener = listener_] {
      WireConnection connection(accept4(listener, nullptr, nullptr, SOCK_CLOEXEC));
      while (connection.ReadRequest(WireConnection::Wait::kForEver))
        connection.Send(Answer::Status(200).bytes);
    }).detach();
  }

 private:
  const int listener_;
  uint16_t port_ = 0;
};

Json BusyConfig(const std::string& services, uint16_t late_port) {
  const Json accrual = {{"kind", "io.l5d.consecutiveFailures"},
                        {"failures", 3},
                        {"backoff", {{"kind", "constant"}, {"ms", 1}}}};
  Json config = CaseProxy::Config(
      {{"dtab", absl::StrCat("/svc => ", CaseProxy::BoundName(), "; /svc/nowhere => /#/io.l5d.fs/nowhere",
                             "; /svc/away => /$/inet/127.0.0.1/", late_port)},
       {"service", {{"responseClassifier", {{"kind", "io.l5d.http.retryableRead5XX"}}}}},
       {"client", {{"failureAccrual", accrual}, {"failFast", true}}}});
  config["namers"] = Json::array({{{"kind", "io.l5d.fs"}, {"rootDir", services}}});
  return config;
}

// Failures of the endpoint, of its connection, and one that another try makes good.
void AskWeb(CaseProxy* proxy) {
  for (const int status : {200, 404, 500})
    proxy->Ask(RequestTo("web", "POST"), {Answer::Status(status)}, "POST");
  proxy->Ask(RequestTo("web", "POST"), {Answer::Close()}, "POST");
  proxy->Ask(RequestTo("web", "GET"), {Answer::Status(500), Answer::Status(200)});
  // More of a body than is kept to be sent again.
  proxy->Ask(BytesOf("PUT / HTTP/1.1", {{"Host", "web"}}, std::string(100'000, 'x')), {Answer::Close()},
             "PUT");
  // It is taken out, and a probe brings it back.
  for (int i = 0; i < 4; ++i) proxy->Ask(RequestTo("web", "POST"), {Answer::Status(503)}, "POST");
  proxy->Ask(RequestTo("web", "GET"));
}

// Endpoints that cannot be reached.
void AskElsewhere(CaseProxy* proxy, const LateEndpoint& late) {
  proxy->Ask(RequestTo("nowhere", "GET"));
  proxy->Ask(RequestTo("away", "GET"));
  late.Open();
  proxy->Ask(RequestTo("away", "GET"));
}

}  // namespace

CaseProxy& BusyProxy() {
  static const TempDir services;
  static const LateEndpoint late;
  static const std::unique_ptr<CaseProxy> proxy = [] {
    std::ofstream nowhere(services / "nowhere");
    for (int port = 1; port <= 40; ++port) nowhere << "127.0.0.1 " << port << "\n";
    nowhere.close();
    auto started = CaseProxy::Start(BusyConfig(services.path().string(), late.port()));
    AskWeb(started.get());
    AskElsewhere(started.get(), late);
    return started;
  }();
  return *proxy;
}

}  // namespace heddle::conformance
