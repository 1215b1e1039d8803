#include "tests/bench/peer/back_end.h"

#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

namespace heddle::bench {

namespace {

// From here on sendfile's second system call a response is cheaper than the copy.
constexpr size_t kLong = 64 << 10;

class Served : public Socket {
 public:
  Served(Poll& poll, int fd, const Response& response) : Socket(fd), poll_(poll), response_(response) {
    poll.Add(*this, EPOLLIN);
  }
  void OnReady(uint32_t events) override {
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLERR)) != 0 && !Read()) return poll_.Destroy(this);
    if (!Write()) poll_.Destroy(this);
  }

 private:
  bool Read() {
    char buffer[64 << 10];
    const ssize_t n = recv(fd(), buffer, sizeof(buffer), 0);
    if (n == 0 || (n < 0 && errno != EAGAIN)) return false;
    if (n > 0) CountHeads(buffer, buffer + n);
    return true;
  }
  // A head ends with an empty line, and no body follows; an end may be cut anywhere.
  void CountHeads(const char* at, const char* end) {
    static constexpr char kEnd[] = "\r\n\r\n";
    while (at < end) {
      if (matched_ == 0) {
        at = static_cast<const char*>(std::memchr(at, '\r', static_cast<size_t>(end - at)));
        if (at == nullptr) return;
      }
      matched_ = *at == kEnd[matched_] ? matched_ + 1 : (*at == '\r' ? 1 : 0);
      ++at;
      if (matched_ < 4) continue;
      matched_ = 0;
      ++owed_;
    }
  }
  bool Write() {
    while (owed_ > 0) {
      const ssize_t n = response_.Send(fd(), sent_);
      if (n < 0 && errno != EAGAIN) return false;
      if (n > 0) sent_ += static_cast<size_t>(n);
      if (sent_ < response_.size()) break;
      sent_ = 0;
      --owed_;
    }
    const bool blocked = owed_ > 0;
    if (blocked != blocked_) poll_.Change(*this, blocked ? EPOLLIN | EPOLLOUT : EPOLLIN);
    blocked_ = blocked;
    return true;
  }

  Poll& poll_;
  const Response& response_;
  int matched_ = 0;
  int owed_ = 0;
  size_t sent_ = 0;
  bool blocked_ = false;
};

}  // namespace

Response::Response() : file_(memfd_create("response", 0)) {
  if (file_ < 0) Die("memfd_create");
  SetBody(100);
}

void Response::SetBody(size_t bytes) {
  text_ = "HTTP/1.1 200 OK\r\nServer: bench\r\nContent-Type: text/plain\r\nContent-Length: " +
          std::to_string(bytes) + "\r\nCache-Control: no-store\r\n\r\n" + std::string(bytes, 'x');
  if (ftruncate(file_, 0) != 0) Die("ftruncate");
  if (pwrite(file_, text_.data(), text_.size(), 0) != static_cast<ssize_t>(text_.size())) Die("pwrite");
}

ssize_t Response::Send(int socket, size_t offset) const {
  if (text_.size() < kLong) return send(socket, text_.data() + offset, text_.size() - offset, MSG_NOSIGNAL);
  off_t at = static_cast<off_t>(offset);
  return sendfile(socket, file_, &at, text_.size() - offset);
}

BackEnd::BackEnd(Poll& poll, const Response& response)
    : Socket(socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0)), poll_(poll), response_(response) {
  const sockaddr_in address = Loopback(0);
  if (bind(fd(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      listen(fd(), 4096) != 0) {
    Die("listening on 127.0.0.1");
  }
  poll.Add(*this, EPOLLIN);
}

int BackEnd::port() const {
  sockaddr_in address{};
  socklen_t size = sizeof(address);
  getsockname(fd(), reinterpret_cast<sockaddr*>(&address), &size);
  return ntohs(address.sin_port);
}

void BackEnd::OnReady(uint32_t) {
  for (;;) {
    const int accepted = accept4(fd(), nullptr, nullptr, SOCK_NONBLOCK);
    if (accepted < 0) return;
    SetNoDelay(accepted);
    new Served(poll_, accepted, response_);  // the poll destroys it when its peer goes
  }
}

}  // namespace heddle::bench
