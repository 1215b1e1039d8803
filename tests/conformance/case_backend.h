// The endpoint that the cases' requests are routed to: answers as a case says, and keeps what it was sent.
#ifndef HEDDLE_TESTS_CONFORMANCE_CASE_BACKEND_H_
#define HEDDLE_TESTS_CONFORMANCE_CASE_BACKEND_H_

#include <mutex>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "tests/conformance/wire.h"

namespace heddle::conformance {

struct Answer {
  enum class Then { kKeep, kClose, kNothing };
  std::string bytes;
  Then then = Then::kKeep;  // kNothing: the request gets no answer, until the proxy gives it up

  static Answer Status(int status, const HeaderLines& headers = {}, const std::string& body = "");
  static Answer Close() { return {"", Then::kClose}; }
  static Answer Silence() { return {"", Then::kNothing}; }
};

// One for the process: cases run one after another.
class CaseBackend {
 public:
  static CaseBackend& Get();

  uint16_t port() const { return port_; }
  // The answers to the requests from now on; the last one holds for all that follow. Forgets what has been
  // received.
  void Play(std::vector<Answer> answers);
  std::vector<WireMessage> Received() const;

 private:
  CaseBackend();
  void Accept(int listener);
  void Serve(int fd);
  Answer Next(const WireConnection& connection, WireMessage request);

  uint16_t port_ = 0;
  mutable std::mutex mutex_;
  std::vector<Answer> answers_ ABSL_GUARDED_BY(mutex_);
  std::vector<WireMessage> received_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_CASE_BACKEND_H_
