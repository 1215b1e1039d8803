// The real proxy, as a case configures it. Cases with the same configuration share a process.
#ifndef HEDDLE_TESTS_CONFORMANCE_CASE_PROXY_H_
#define HEDDLE_TESTS_CONFORMANCE_CASE_PROXY_H_

#include <sys/types.h>

#include <memory>
#include <string>
#include <vector>

#include "tests/conformance/case_backend.h"
#include "tests/support/temp_dir.h"

namespace heddle::conformance {

// What came of one request.
struct Exchange {
  std::vector<WireMessage> received;  // what the back end was sent, each attempt
  std::vector<WireMessage> interim;   // 1xx that the requester got
  std::optional<WireMessage> answer;  // nullopt: none, or not whole

  // The first attempt's; throws if there is none, with what was answered.
  const WireMessage& forwarded() const;
  // Throws if there is none.
  const WireMessage& answered() const;
};

class CaseProxy {
 public:
  // A file with one http router whose service /<dst_prefix>/... leads to the back end, and the `router`'s
  // keys in place of these.
  static Json Config(const Json& router, const std::string& dst_prefix = "/svc");
  // The name that Config's dtab leads to.
  static std::string BoundName();
  // A file's mistakes; empty if it is valid.
  static std::vector<std::string> MistakesIn(const Json& config);

  // Starts one, or gives the one that runs with this file. Throws if it does not start.
  static CaseProxy& For(const Json& config);
  // One that nobody else uses, so that its counters begin at 0.
  static std::unique_ptr<CaseProxy> Start(const Json& config);
  ~CaseProxy();

  uint16_t port() const { return port_; }
  // Sends `request` (its `method` says whether the answer has a body), which the back end answers as said.
  Exchange Ask(const std::string& request, std::vector<Answer> answers = {Answer::Status(200)},
               absl::string_view method = "GET");
  // A page of the admin server.
  WireMessage Admin(const std::string& target, absl::string_view method = "GET") const;
  Json Metrics() const { return Json::parse(Admin("/admin/metrics.json").body); }

 private:
  explicit CaseProxy(const Json& config);
  uint16_t PortOf(const std::string& listener);
  std::string Log() const;

  TempDir dir_;
  pid_t pid_ = -1;
  uint16_t port_ = 0;
  uint16_t admin_port_ = 0;
  std::unique_ptr<WireConnection> requester_;  // kept alive while it can be
};

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_CASE_PROXY_H_
