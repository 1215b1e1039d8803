// A DNS server for tests: answers from a table over UDP, on a loop, on a free port of 127.0.0.1.
// Source of the format: RFC 1035 section 4.
#ifndef HEDDLE_TESTS_SUPPORT_DNS_SERVER_H_
#define HEDDLE_TESTS_SUPPORT_DNS_SERVER_H_

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/base/socket_address.h"
#include "lib/event/fd_watcher.h"

namespace heddle {

class DnsServer {
 public:
  struct Record {
    std::vector<std::string> ips;
    uint32_t ttl = 60;
  };
  enum class Mode { kAnswer, kServerFailure, kSilent };

  explicit DnsServer(Loop& loop)
      : fd_(socket(AF_INET, SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)),
        watcher_(loop, fd_, [this](FdWatcher::Ready) { Serve(); }) {
    sockaddr_storage address;
    const socklen_t length = SocketAddress::Parse("127.0.0.1", 0)->ToSockaddr(&address);
    HEDDLE_CHECK(bind(fd_, reinterpret_cast<sockaddr*>(&address), length) == 0);
    socklen_t size = sizeof(address);
    getsockname(fd_, reinterpret_cast<sockaddr*>(&address), &size);
    address_ = SocketAddress::FromSockaddr(reinterpret_cast<sockaddr*>(&address)).ToString();
    watcher_.Update(true, false);
  }
  ~DnsServer() { close(fd_); }

  const std::string& address() const { return address_; }
  std::map<std::string, Record> records;
  Mode mode = Mode::kAnswer;
  int queries = 0;

 private:
  static void Append16(std::string* out, uint32_t v) {
    out->push_back(static_cast<char>(v >> 8));
    out->push_back(static_cast<char>(v));
  }

  void Serve() {
    char packet[512];
    sockaddr_storage from{};
    socklen_t length = sizeof(from);
    ssize_t size;
    while ((size = recvfrom(fd_, packet, sizeof(packet), 0, reinterpret_cast<sockaddr*>(&from), &length)) >
           12) {
      ++queries;
      if (mode == Mode::kSilent) continue;
      const std::string answer = Answer(std::string(packet, static_cast<size_t>(size)));
      sendto(fd_, answer.data(), answer.size(), 0, reinterpret_cast<sockaddr*>(&from), length);
    }
  }

  std::string Answer(const std::string& query) {
    std::string name;
    size_t at = 12;
    while (query[at] != 0) {
      if (!name.empty()) name += '.';
      name += query.substr(at + 1, static_cast<size_t>(query[at]));
      at += 1 + static_cast<size_t>(query[at]);
    }
    const int type = query[at + 2];
    const std::string question = query.substr(12, at + 5 - 12);
    const auto found = records.find(name);
    std::string answers;
    uint32_t count = 0;
    for (const std::string& ip : found == records.end() ? std::vector<std::string>() : found->second.ips) {
      const auto address = *SocketAddress::Parse(ip, 0);
      if (address.is_v6() != (type == 28)) continue;
      answers += "\xc0\x0c";
      Append16(&answers, address.is_v6() ? 28 : 1);
      Append16(&answers, 1);
      Append16(&answers, found->second.ttl >> 16);
      Append16(&answers, found->second.ttl);
      Append16(&answers, static_cast<uint32_t>(address.bytes().size()));
      absl::StrAppend(&answers, address.bytes());
      ++count;
    }
    const uint32_t code = mode == Mode::kServerFailure ? 2 : found == records.end() ? 3 : 0;
    std::string out = query.substr(0, 2);
    Append16(&out, 0x8180 | code);
    Append16(&out, 1);
    Append16(&out, code == 0 ? count : 0);
    Append16(&out, 0);
    Append16(&out, 0);
    return out + question + (code == 0 ? answers : "");
  }

  int fd_;
  FdWatcher watcher_;
  std::string address_;
};

}  // namespace heddle

#endif  // HEDDLE_TESTS_SUPPORT_DNS_SERVER_H_
