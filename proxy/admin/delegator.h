// /delegator.json: how a router would bind a name, with every branch, in Linkerd's JSON.
#ifndef HEDDLE_PROXY_ADMIN_DELEGATOR_H_
#define HEDDLE_PROXY_ADMIN_DELEGATOR_H_

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/admin/admin_server.h"
#include "lib/dtab/dtab.h"
#include "lib/event/loop.h"
#include "lib/naming/interpreter.h"
#include "lib/watch/watch.h"

namespace heddle {

// Loop thread only. `server` and `loop` outlive it.
class Delegator {
 public:
  // Interpreter::Explain of a router, with its rules for `dtab`: nullopt if the request names none.
  using Explain =
      std::function<Subscription(const std::optional<Dtab>& dtab, const Path& path, ExplainDetail detail,
                                 std::function<void(absl::StatusOr<std::string>)> done)>;
  struct Router {
    std::string label;
    Explain explain;
  };

  // Mounts /delegator.json:
  //   GET ?path=/svc/web[&router=<label>][&dtab=/a=>/b][&detail=full]   namespace=<label> is the same as
  //   router
  //   POST {"path": "/svc/web", "router": ..., "dtab": ..., "detail": ...} as application/json
  // The router may be left out where there is only one. 400 with the position for a path or dtab that does
  // not parse; 503 when namerd is away, or after two seconds.
  Delegator(AdminServer& server, Loop& loop, std::vector<Router> routers);
  ~Delegator();
  Delegator(const Delegator&) = delete;
  Delegator& operator=(const Delegator&) = delete;

 private:
  struct Question {
    std::optional<std::string> router, dtab, path, detail;
  };
  struct Pending;

  static absl::StatusOr<Question> Read(const HttpRequest& request);
  absl::StatusOr<const Router*> Find(const Question& question) const;
  absl::Status Ask(const Question& question, const std::shared_ptr<ResponseWriter>& writer);
  void Answer(uint64_t id, absl::StatusOr<std::string> json);
  void Forget(uint64_t id);

  Loop& loop_;
  const std::vector<Router> routers_;
  uint64_t next_id_ = 0;
  std::map<uint64_t, std::unique_ptr<Pending>> pending_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_ADMIN_DELEGATOR_H_
