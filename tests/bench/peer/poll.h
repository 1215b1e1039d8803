// Sockets and the one poll that the bench's peer turns. Everything runs on one thread.
#ifndef HEDDLE_TESTS_BENCH_PEER_POLL_H_
#define HEDDLE_TESTS_BENCH_PEER_POLL_H_

#include <netinet/in.h>
#include <sys/epoll.h>

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace heddle::bench {

// Ends the program: the bench has nothing to measure without its peer.
[[noreturn]] void Die(const std::string& what);

sockaddr_in Loopback(int port);
void SetNoDelay(int fd);

// Owns a descriptor.
class Socket {
 public:
  explicit Socket(int fd) : fd_(fd) {}
  virtual ~Socket();
  Socket(const Socket&) = delete;
  Socket& operator=(const Socket&) = delete;
  int fd() const { return fd_; }
  virtual void OnReady(uint32_t events) = 0;

 private:
  const int fd_;
};

class Poll {
 public:
  Poll() : fd_(epoll_create1(0)) {}
  // The socket leaves the poll when it is destroyed.
  void Add(Socket& socket, uint32_t events) { Control(EPOLL_CTL_ADD, socket, events); }
  void Change(Socket& socket, uint32_t events) { Control(EPOLL_CTL_MOD, socket, events); }
  void Remove(Socket& socket) { Control(EPOLL_CTL_DEL, socket, 0); }
  // Waits for at most `millis`, and calls OnReady of the sockets that are.
  void Turn(int millis);
  // For a socket that ends itself: it is destroyed at the end of the turn.
  void Destroy(Socket* socket) { gone_.emplace_back(socket); }

 private:
  void Control(int op, Socket& socket, uint32_t events);

  const int fd_;
  std::vector<std::unique_ptr<Socket>> gone_;
};

}  // namespace heddle::bench

#endif  // HEDDLE_TESTS_BENCH_PEER_POLL_H_
