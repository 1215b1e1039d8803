// Cases of control_http.json are played on the real API, over a store in memory.
#ifndef HEDDLE_TESTS_CONFORMANCE_CONTROL_HTTP_H_
#define HEDDLE_TESTS_CONFORMANCE_CONTROL_HTTP_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/namers/host_addrs.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/http_api/http_api.h"
#include "namerd/namespaces/namespaces.h"
#include "namerd/store/store.h"
#include "tests/conformance/verdict.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/http_api/fake_writer.h"
#include "tests/unit/http_api/scripted_namer.h"

namespace heddle::conformance {

// A namerd as a case describes it: its `dtabs`, its `namers`, its scripted `interpreter`.
class CaseNamerd {
 public:
  explicit CaseNamerd(const Json& test);

  // One request, answered. What waits for an answer that does not come has its time run out.
  std::shared_ptr<namerd::FakeWriter> Ask(const HttpRequest& request);
  // Lets go on what an event or a request has started.
  void Settle() { loop_.RunReady(); }
  // `interpreter_event`, `namer_event`, `addr_event`: what the scripted namer says from now on.
  void Tell(const Json& event);

 private:
  void AddNamer(const Json& namer, std::vector<PrefixedNamer>* namers);

  // Each needs those before it.
  TempDir dir_;
  FakeClock clock_;
  Loop loop_{clock_};
  std::shared_ptr<HostAddrs> hosts_;
  std::shared_ptr<namerd::ScriptedNamer> script_;
  std::unique_ptr<namerd::Store> store_;
  std::unique_ptr<namerd::Namespaces> namespaces_;
  namerd::NamesInUse in_use_;
  namerd::Fleet fleet_{loop_};
  namerd::TrafficBook traffic_{loop_};
  std::unique_ptr<namerd::Shifts> shifts_;
  std::unique_ptr<namerd::HttpApi> api_;
};

// The request of a step.
HttpRequest RequestOf(const Json& json);

// Holds an answer against `expect` of its step: status, headers, body. `again` asks once more.
void CheckAnswer(const HttpRequest& request, const namerd::FakeWriter& answer, const Json& expect,
                 const Json& test, const std::function<HttpResponse(const HttpRequest&)>& again,
                 Verdict* verdict);
// The same for what a stream has sent.
void CheckText(absl::string_view what, const std::string& expected, const std::string& ours, const Json& test,
               Verdict* verdict);

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_CONTROL_HTTP_H_
