// The servers behind a proxy under test: every request gets the same response, as cheaply as can be.
#ifndef HEDDLE_TESTS_BENCH_PEER_BACK_END_H_
#define HEDDLE_TESTS_BENCH_PEER_BACK_END_H_

#include <string>

#include "tests/bench/peer/poll.h"

namespace heddle::bench {

// The response, shared by all back ends. Also kept as a file in memory, so that a long one is sent without a
// copy.
class Response {
 public:
  Response();
  // REQUIRES: no response is under way.
  void SetBody(size_t bytes);
  size_t size() const { return text_.size(); }
  // Sends what it can from `offset` on; as write(2).
  ssize_t Send(int socket, size_t offset) const;

 private:
  const int file_;
  std::string text_;
};

// Accepts on a port of 127.0.0.1; its connections belong to the poll. GETs without bodies only.
class BackEnd : public Socket {
 public:
  BackEnd(Poll& poll, const Response& response);
  int port() const;
  void OnReady(uint32_t events) override;

 private:
  Poll& poll_;
  const Response& response_;
};

}  // namespace heddle::bench

#endif  // HEDDLE_TESTS_BENCH_PEER_BACK_END_H_
