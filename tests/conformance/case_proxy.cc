#include "tests/conformance/case_proxy.h"

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <list>
#include <sstream>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "tests/conformance/config_reading.h"

namespace heddle::conformance {
namespace {

// Processes that are kept for cases to come.
constexpr size_t kKept = 6;

std::string Program() {
  const char* bin = std::getenv("HEDDLE_BIN");
  if (bin != nullptr) return std::string(bin) + "/proxy";
  const std::filesystem::path runner = std::filesystem::read_symlink("/proc/self/exe");
  return runner.parent_path().parent_path() / "bin" / "proxy";
}

pid_t Spawn(const std::string& program, const std::string& config, const std::string& log) {
  const int out = open(log.c_str(), O_WRONLY | O_CREAT | O_CLOEXEC, 0600);
  const pid_t pid = fork();
  if (pid == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);  // whatever becomes of the runner
    dup2(out, STDERR_FILENO);
    execl(program.c_str(), program.c_str(), "--workers", "1", config.c_str(), nullptr);
    _exit(127);
  }
  close(out);
  return pid;
}

}  // namespace

const WireMessage& Exchange::forwarded() const {
  if (received.empty())
    throw std::runtime_error(
        absl::StrCat("nothing was forwarded; the answer: ",
                     answer.has_value() ? answer->start_line + " " + answer->body : "none"));
  return received.front();
}

const WireMessage& Exchange::answered() const {
  if (!answer.has_value()) throw std::runtime_error("no answer");
  return *answer;
}

std::string CaseProxy::BoundName() { return absl::StrCat("/$/inet/127.0.0.1/", CaseBackend::Get().port()); }

Json CaseProxy::Config(const Json& router, const std::string& dst_prefix) {
  Json entry = {{"protocol", "http"},
                {"label", "http"},
                {"dstPrefix", dst_prefix},
                {"dtab", dst_prefix + " => " + BoundName()},
                {"servers", Json::array({{{"ip", "127.0.0.1"}, {"port", 0}}})}};
  for (const auto& item : router.items()) entry[item.key()] = item.value();
  return {{"admin", {{"ip", "127.0.0.1"}, {"port", 0}}},
          {"telemetry", Json::array({{{"kind", "io.l5d.prometheus"}}})},
          {"routers", Json::array({entry})}};
}

std::vector<std::string> CaseProxy::MistakesIn(const Json& config) {
  return ProxyReading(config.dump()).mistakes;
}

CaseProxy& CaseProxy::For(const Json& config) {
  static std::list<std::pair<std::string, std::unique_ptr<CaseProxy>>> kept;  // the last used first
  const std::string key = config.dump();
  for (auto at = kept.begin(); at != kept.end(); ++at) {
    if (at->first != key) continue;
    kept.splice(kept.begin(), kept, at);
    return *at->second;
  }
  if (kept.size() == kKept) kept.pop_back();
  kept.emplace_front(key, Start(config));
  return *kept.front().second;
}

std::unique_ptr<CaseProxy> CaseProxy::Start(const Json& config) {
  return std::unique_ptr<CaseProxy>(new CaseProxy(config));
}

CaseProxy::CaseProxy(const Json& config) {
  const std::string file = dir_ / "proxy.yaml";
  std::ofstream(file) << config.dump();
  pid_ = Spawn(Program(), file, dir_ / "log");
  admin_port_ = PortOf("serving admin on ");  // the last listener
  port_ = PortOf("serving http router ");
}

CaseProxy::~CaseProxy() {
  kill(pid_, SIGKILL);
  waitpid(pid_, nullptr, 0);
}

std::string CaseProxy::Log() const {
  std::ostringstream text;
  text << std::ifstream(dir_ / "log").rdbuf();
  return text.str();
}

uint16_t CaseProxy::PortOf(const std::string& listener) {
  for (;;) {
    const bool ended = waitpid(pid_, nullptr, WNOHANG) == pid_;
    const std::string log = Log();
    const size_t at = log.find(listener);
    const size_t end = at == std::string::npos ? at : log.find('\n', at);
    if (end != std::string::npos) {
      const size_t colon = log.rfind(':', end);
      int port = 0;
      if (absl::SimpleAtoi(log.substr(colon + 1, end - colon - 1), &port)) return static_cast<uint16_t>(port);
    }
    if (ended) throw std::runtime_error(Program() + " does not start: " + log);
    std::this_thread::sleep_for(std::chrono::milliseconds(2));
  }
}

Exchange CaseProxy::Ask(const std::string& request, std::vector<Answer> answers, absl::string_view method) {
  CaseBackend::Get().Play(std::move(answers));
  if (requester_ == nullptr) requester_ = WireConnection::Connect(port_);
  if (requester_ == nullptr) throw std::runtime_error("the proxy is gone: " + Log());
  Exchange exchange;
  if (requester_->Send(request)) {
    while ((exchange.answer = requester_->ReadResponse(method)).has_value() &&
           exchange.answer->status() / 100 == 1)
      exchange.interim.push_back(*std::move(exchange.answer));
  }
  exchange.received = CaseBackend::Get().Received();
  const bool open = exchange.answer.has_value() && method != "CONNECT" &&
                    absl::EndsWith(request.substr(0, request.find('\r')), "/1.1") &&
                    (exchange.answer->Has("content-length") || exchange.answer->Has("transfer-encoding") ||
                     exchange.answer->status() == 204 || exchange.answer->status() == 304) &&
                    !absl::EqualsIgnoreCase(exchange.answer->Value("connection"), "close");
  if (!open) requester_ = nullptr;
  return exchange;
}

WireMessage CaseProxy::Admin(const std::string& target, absl::string_view method) const {
  const auto connection = WireConnection::Connect(admin_port_);
  if (connection == nullptr) throw std::runtime_error("the proxy is gone: " + Log());
  connection->Send(
      absl::StrCat(method, " ", target, " HTTP/1.1\r\nHost: admin\r\nConnection: close\r\n\r\n"));
  const std::optional<WireMessage> answer = connection->ReadResponse(method);
  if (!answer.has_value()) throw std::runtime_error("no answer to " + target);
  return *answer;
}

}  // namespace heddle::conformance
