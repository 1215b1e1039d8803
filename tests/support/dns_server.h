// A DNS server for tests: answers from a table over UDP, on a loop, on a free port of 127.0.0.1.
// Source of the format: RFC 1035 section 4.
#ifndef HEDDLE_TESTS_SUPPORT_DNS_SERVER_H_
#define HEDDLE_TESTS_SUPPORT_DNS_SERVER_H_

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/base/check.h"
#include "lib/base/socket_address.h"
#include "lib/event/fd_watcher.h"
#include "lib/net/dns_message.h"

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
  std::map<std::string, std::vector<SrvRecord>> services;  // with a time to live of 60 s
  std::optional<uint32_t> negative_ttl;                    // of an SOA record with what is not there
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
    uint32_t count = 0;
    const std::string answers = type == 33 ? Services(name, &count) : Addresses(name, type == 28, &count);
    const bool known = records.contains(name) || services.contains(name);
    const uint32_t code = mode == Mode::kServerFailure ? 2 : known ? 0 : 3;
    const bool with_soa = code != 2 && count == 0 && negative_ttl.has_value();
    std::string out = query.substr(0, 2);
    Append16(&out, 0x8180 | code);
    Append16(&out, 1);
    Append16(&out, code == 0 ? count : 0);
    Append16(&out, with_soa ? 1 : 0);
    Append16(&out, 0);
    return out + question + (code == 0 ? answers : "") + (with_soa ? Soa() : "");
  }

  static void AppendHead(uint32_t type, uint32_t ttl, size_t size, std::string* out) {
    *out += "\xc0\x0c";
    Append16(out, type);
    Append16(out, 1);
    Append16(out, ttl >> 16);
    Append16(out, ttl);
    Append16(out, static_cast<uint32_t>(size));
  }

  std::string Addresses(const std::string& name, bool v6, uint32_t* count) const {
    std::string answers;
    const auto found = records.find(name);
    for (const std::string& ip : found == records.end() ? std::vector<std::string>() : found->second.ips) {
      const auto address = *SocketAddress::Parse(ip, 0);
      if (address.is_v6() != v6) continue;
      AppendHead(v6 ? 28 : 1, found->second.ttl, address.bytes().size(), &answers);
      absl::StrAppend(&answers, address.bytes());
      ++*count;
    }
    return answers;
  }

  std::string Services(const std::string& name, uint32_t* count) const {
    std::string answers;
    const auto found = services.find(name);
    for (const SrvRecord& service : found == services.end() ? std::vector<SrvRecord>() : found->second) {
      std::string data;
      for (const uint32_t field : {service.priority, service.weight, service.port}) Append16(&data, field);
      for (absl::string_view label : absl::StrSplit(service.target, '.', absl::SkipEmpty())) {
        data.push_back(static_cast<char>(label.size()));
        absl::StrAppend(&data, label);
      }
      data.push_back('\0');
      AppendHead(33, 60, data.size(), &answers);
      answers += data;
      ++*count;
    }
    return answers;
  }

  std::string Soa() const {
    std::string out;
    AppendHead(6, *negative_ttl, 22, &out);
    out.append(18, '\0');
    Append16(&out, *negative_ttl >> 16);
    Append16(&out, *negative_ttl);
    return out;
  }

  int fd_;
  FdWatcher watcher_;
  std::string address_;
};

}  // namespace heddle

#endif  // HEDDLE_TESTS_SUPPORT_DNS_SERVER_H_
