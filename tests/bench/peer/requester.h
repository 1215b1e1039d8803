// One keep-alive connection to the proxy under test, with one request at a time.
#ifndef HEDDLE_TESTS_BENCH_PEER_REQUESTER_H_
#define HEDDLE_TESTS_BENCH_PEER_REQUESTER_H_

#include <chrono>
#include <string>

#include "tests/bench/peer/poll.h"

namespace heddle::bench {

using Clock = std::chrono::steady_clock;

class Requester : public Socket {
 public:
  struct Owner {
    virtual ~Owner() = default;
    virtual void OnAnswer(Requester& requester) = 0;
    // The connection ended, or the answer makes no sense.
    virtual void OnLost(Requester& requester) = 0;
  };

  // Connects, blocking; ends the program if nobody listens.
  Requester(Poll& poll, int port, Owner& owner);

  // REQUIRES: no request is under way. `due` is when it should have been sent.
  void Send(const std::string& request, Clock::time_point due);
  Clock::time_point due() const { return due_; }
  // The head of the last answer, and whether it is a 200.
  const std::string& head() const { return head_; }
  bool good() const;

  void OnReady(uint32_t events) override;

 private:
  // The bytes of the body that follow the head, or -1 if the head does not say.
  long BodyLength() const;
  void Lose();
  ssize_t Read();
  bool Take(ssize_t n);

  Owner* owner_;
  Clock::time_point due_;
  std::string head_;
  long body_left_ = -1;  // -1: in the head
  bool lost_ = false;
};

}  // namespace heddle::bench

#endif  // HEDDLE_TESTS_BENCH_PEER_REQUESTER_H_
