#include "tests/bench/peer/requester.h"

#include <fcntl.h>
#include <strings.h>
#include <sys/socket.h>

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <utility>

namespace heddle::bench {

namespace {

constexpr size_t kBufferBytes = 64 << 10;
char shared_buffer[kBufferBytes];

}  // namespace

Requester::Requester(Poll& poll, int port, Owner& owner)
    : Socket(socket(AF_INET, SOCK_STREAM, 0)), owner_(&owner) {
  const sockaddr_in address = Loopback(port);
  if (connect(fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    Die("connecting to 127.0.0.1:" + std::to_string(port));
  }
  SetNoDelay(fd());
  fcntl(fd(), F_SETFL, O_NONBLOCK);
  poll.Add(*this, EPOLLIN);
}

void Requester::Send(const std::string& request, Clock::time_point due) {
  due_ = due;
  head_.clear();
  body_left_ = -1;
  const ssize_t n = send(fd(), request.data(), request.size(), MSG_NOSIGNAL);
  if (n != static_cast<ssize_t>(request.size())) Lose();
}

void Requester::Lose() {
  if (!std::exchange(lost_, true)) owner_->OnLost(*this);
}

bool Requester::good() const { return head_.compare(0, 12, "HTTP/1.1 200") == 0; }

void Requester::OnReady(uint32_t) {
  const ssize_t n = Read();
  if (n < 0 && errno == EAGAIN) return;
  if (n <= 0 || !Take(n)) return Lose();
  if (body_left_ == 0) owner_->OnAnswer(*this);
}

// What is known to be body is thrown away by the kernel, without a copy.
ssize_t Requester::Read() {
  if (body_left_ > 0) return recv(fd(), nullptr, static_cast<size_t>(body_left_), MSG_TRUNC);
  return recv(fd(), shared_buffer, kBufferBytes, 0);
}

bool Requester::Take(ssize_t n) {
  if (body_left_ >= 0) {
    body_left_ -= n;
    return body_left_ >= 0;
  }
  head_.append(shared_buffer, static_cast<size_t>(n));
  const size_t end = head_.find("\r\n\r\n");
  if (end == std::string::npos) return true;
  const long came = static_cast<long>(head_.size() - end - 4);
  head_.resize(end + 4);
  const long length = BodyLength();
  body_left_ = length - came;
  return length >= 0 && body_left_ >= 0;
}

long Requester::BodyLength() const {
  static constexpr char kName[] = "content-length:";
  for (const char* line = std::strchr(head_.c_str(), '\n'); line != nullptr; line = std::strchr(line, '\n')) {
    ++line;
    if (strncasecmp(line, kName, sizeof(kName) - 1) == 0)
      return std::strtol(line + sizeof(kName) - 1, nullptr, 10);
  }
  return -1;
}

}  // namespace heddle::bench
