// The sample application: says its text, perhaps after asking another service, perhaps slowly, perhaps
// failing. Source: buoyantio/helloworld of linkerd-examples (flags, endpoints, forwarded headers).
#ifndef HEDDLE_K8S_HELLOWORLD_APP_H_
#define HEDDLE_K8S_HELLOWORLD_APP_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/base/random.h"
#include "lib/base/socket_address.h"
#include "lib/base/status.h"
#include "lib/event/loop.h"

namespace heddle {

struct HelloOptions {
  SocketAddress listen;
  std::string ip;      // shown in the text; empty: that of `listen`
  std::string text;    // "world"
  std::string target;  // "world" or "127.0.0.1:7778": the service to ask; empty: none
  std::string proxy;   // "127.0.0.1:4140": how to reach the target; empty: directly
  Millis latency{0};
  double failure_rate = 0;  // of 0 to 1
  bool json = false;
};

// "10ms", "1.5s" or "0", as Go's flags are written; at most 10 s. InvalidArgument otherwise.
absl::StatusOr<Millis> ParseLatency(absl::string_view text);

// Loop thread only.
class HelloApp {
 public:
  HelloApp(Loop& loop, HelloOptions options, Random random = Random::FromEntropy());
  ~HelloApp();

  absl::Status Listen();
  SocketAddress address() const;
  // Answers what it has been asked, then calls `done`.
  void Drain(std::function<void()> done);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle

#endif  // HEDDLE_K8S_HELLOWORLD_APP_H_
