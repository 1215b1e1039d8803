#include "tests/bench/peer/poll.h"

#include <netinet/tcp.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace heddle::bench {

void Die(const std::string& what) {
  std::fprintf(stderr, "bench_peer: %s: %s\n", what.c_str(), std::strerror(errno));
  std::exit(1);
}

sockaddr_in Loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

void SetNoDelay(int fd) {
  const int one = 1;
  setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
}

Socket::~Socket() { close(fd_); }

void Poll::Turn(int millis) {
  epoll_event events[256];
  const int n = epoll_wait(fd_, events, 256, millis);
  for (int i = 0; i < n; ++i) static_cast<Socket*>(events[i].data.ptr)->OnReady(events[i].events);
  gone_.clear();
}

void Poll::Control(int op, Socket& socket, uint32_t events) {
  epoll_event event{};
  event.events = events;
  event.data.ptr = &socket;
  if (epoll_ctl(fd_, op, socket.fd(), &event) != 0) Die("epoll_ctl");
}

}  // namespace heddle::bench
