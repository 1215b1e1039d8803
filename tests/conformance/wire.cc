#include "tests/conformance/wire.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace heddle::conformance {
namespace {

constexpr int kPatienceMs = 5000;  // only a defect reaches it

}  // namespace

int WireMessage::status() const {
  const std::vector<std::string> words = absl::StrSplit(start_line, ' ');
  int status = 0;
  return words.size() > 1 && absl::SimpleAtoi(words[1], &status) ? status : 0;
}

std::string WireMessage::target() const {
  const size_t begin = start_line.find(' ');
  const size_t end = start_line.rfind(' ');
  return begin == std::string::npos || end <= begin ? "" : start_line.substr(begin + 1, end - begin - 1);
}

std::vector<std::string> WireMessage::Values(absl::string_view name) const {
  std::vector<std::string> values;
  for (const auto& [field, value] : headers) {
    if (absl::EqualsIgnoreCase(field, name)) values.push_back(value);
  }
  return values;
}

std::string WireMessage::Value(absl::string_view name) const {
  const std::vector<std::string> values = Values(name);
  return values.empty() ? "" : values.front();
}

HeaderLines LinesOf(const Json& headers) {
  HeaderLines lines;
  for (const Json& line : headers) lines.emplace_back(line.at(0), line.at(1));
  return lines;
}

std::string BytesOf(const std::string& start_line, const HeaderLines& headers, const std::string& body) {
  std::string bytes = start_line + "\r\n";
  for (const auto& [name, value] : headers) absl::StrAppend(&bytes, name, ": ", value, "\r\n");
  if (!body.empty()) absl::StrAppend(&bytes, "Content-Length: ", body.size(), "\r\n");
  return absl::StrCat(bytes, "\r\n", body);
}

WireConnection::~WireConnection() { close(fd_); }

std::unique_ptr<WireConnection> WireConnection::Connect(uint16_t port) {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  auto connection = std::make_unique<WireConnection>(fd);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(fd, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) return nullptr;
  const int on = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return connection;
}

bool WireConnection::Send(absl::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<size_t>(sent));
  }
  return true;
}

bool WireConnection::Fill(Wait wait) {
  pollfd ready{fd_, POLLIN, 0};
  if (poll(&ready, 1, wait == Wait::kPatience ? kPatienceMs : -1) <= 0) return false;
  char buffer[16 << 10];
  const ssize_t got = recv(fd_, buffer, sizeof buffer, 0);
  if (got <= 0) return false;
  received_.append(buffer, static_cast<size_t>(got));
  return true;
}

void WireConnection::AwaitEnd() {
  while (Fill(Wait::kForEver)) received_.clear();
}

bool WireConnection::HasEnded() const {
  char next;
  const ssize_t got = recv(fd_, &next, 1, MSG_PEEK | MSG_DONTWAIT);
  return got == 0 || (got < 0 && errno != EAGAIN);
}

void WireConnection::ResetWhenClosed() {
  const linger at_once{1, 0};
  setsockopt(fd_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
}

bool WireConnection::ReadUpTo(size_t size, Wait wait) {
  while (received_.size() < size) {
    if (!Fill(wait)) return false;
  }
  return true;
}

std::optional<std::string> WireConnection::ReadLine(Wait wait) {
  size_t end;
  while ((end = received_.find("\r\n")) == std::string::npos) {
    if (!Fill(wait)) return std::nullopt;
  }
  std::string line = received_.substr(0, end);
  received_.erase(0, end + 2);
  return line;
}

std::optional<WireMessage> WireConnection::ReadHead(Wait wait) {
  WireMessage message;
  std::optional<std::string> line = ReadLine(wait);
  if (!line.has_value()) return std::nullopt;
  message.start_line = *std::move(line);
  for (;;) {
    line = ReadLine(Wait::kPatience);
    if (!line.has_value()) return std::nullopt;
    if (line->empty()) return message;
    const size_t colon = std::min(line->find(':'), line->size());
    message.headers.emplace_back(line->substr(0, colon),
                                 absl::StripAsciiWhitespace(line->substr(std::min(colon + 1, line->size()))));
  }
}

bool WireConnection::ReadChunks(std::string* body, Wait wait) {
  for (;;) {
    const std::optional<std::string> line = ReadLine(wait);
    if (!line.has_value()) return false;
    const size_t size = std::strtoul(line->c_str(), nullptr, 16);
    if (size == 0) break;
    if (!ReadUpTo(size + 2, wait)) return false;
    body->append(received_, 0, size);
    received_.erase(0, size + 2);
  }
  for (;;) {  // trailers
    const std::optional<std::string> line = ReadLine(wait);
    if (!line.has_value() || line->empty()) return line.has_value();
  }
}

bool WireConnection::ReadBody(bool to_the_end, Wait wait, WireMessage* message) {
  if (absl::EqualsIgnoreCase(message->Value("transfer-encoding"), "chunked"))
    return ReadChunks(&message->body, wait);
  size_t length = 0;
  if (message->Has("content-length")) {
    if (!absl::SimpleAtoi(message->Value("content-length"), &length) || !ReadUpTo(length, wait)) return false;
  } else if (to_the_end) {
    while (Fill(wait)) continue;
    length = received_.size();
  }
  message->body = received_.substr(0, length);
  received_.erase(0, length);
  return true;
}

std::optional<WireMessage> WireConnection::ReadRequest(Wait wait) {
  std::optional<WireMessage> message = ReadHead(wait);
  if (message.has_value() && !ReadBody(false, Wait::kPatience, &*message)) return std::nullopt;
  return message;
}

std::optional<WireMessage> WireConnection::ReadResponse(absl::string_view method, Wait wait) {
  std::optional<WireMessage> message = ReadHead(wait);
  if (!message.has_value()) return std::nullopt;
  const int status = message->status();
  const bool bare = method == "HEAD" || status < 200 || status == 204 || status == 304;
  if (!bare && !ReadBody(true, wait, &*message)) return std::nullopt;
  return message;
}

}  // namespace heddle::conformance
