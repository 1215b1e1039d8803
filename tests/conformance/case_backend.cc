#include "tests/conformance/case_backend.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <stdexcept>
#include <thread>

#include "absl/strings/str_cat.h"
#include "lib/http/reason.h"

namespace heddle::conformance {

Answer Answer::Status(int status, const HeaderLines& headers, const std::string& body) {
  std::string head = absl::StrCat("HTTP/1.1 ", status, " ", ReasonPhrase(status));
  HeaderLines lines = headers;
  bool framed = status < 200 || status == 204 || status == 304 || !body.empty();
  for (const auto& line : headers) framed |= line.first == "Transfer-Encoding";
  if (!framed) lines.emplace_back("Content-Length", "0");
  Answer answer{BytesOf(head, lines, body)};
  // An interim response is followed by the final one.
  if (status < 200) answer.bytes += Status(200).bytes;
  return answer;
}

CaseBackend& CaseBackend::Get() {
  static CaseBackend* const backend = new CaseBackend();  // its threads outlive main
  return *backend;
}

CaseBackend::CaseBackend() {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  if (bind(listener, reinterpret_cast<const sockaddr*>(&address), size) != 0 || listen(listener, 128) != 0 ||
      getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) != 0)
    throw std::runtime_error("no socket for the back end");
  port_ = ntohs(address.sin_port);
  std::thread([this, listener] { Accept(listener); }).detach();
}

void CaseBackend::Accept(int listener) {
  for (;;) {
    const int fd = accept4(listener, nullptr, nullptr, SOCK_CLOEXEC);
    if (fd >= 0) std::thread([this, fd] { Serve(fd); }).detach();
  }
}

void CaseBackend::Serve(int fd) {
  WireConnection connection(fd);
  while (auto request = connection.ReadRequest(WireConnection::Wait::kForEver)) {
    const Answer answer = Next(connection, *std::move(request));
    if (answer.then == Answer::Then::kNothing) return connection.AwaitEnd();
    if (!connection.Send(answer.bytes) || answer.then == Answer::Then::kClose) return;
  }
}

Answer CaseBackend::Next(const WireConnection& connection, WireMessage request) {
  const std::lock_guard lock(mutex_);
  // An attempt that was given up before it was read, perhaps of a case that is over.
  if (connection.HasEnded()) return Answer::Close();
  received_.push_back(std::move(request));
  if (answers_.empty()) return Answer::Close();
  return answers_[std::min(received_.size(), answers_.size()) - 1];
}

void CaseBackend::Play(std::vector<Answer> answers) {
  const std::lock_guard lock(mutex_);
  answers_ = std::move(answers);
  received_.clear();
}

std::vector<WireMessage> CaseBackend::Received() const {
  const std::lock_guard lock(mutex_);
  return received_;
}

}  // namespace heddle::conformance
