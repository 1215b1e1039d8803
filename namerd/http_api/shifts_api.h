// /api/1/shifts: traffic shifts are started, followed and steered.
#ifndef HEDDLE_NAMERD_HTTP_API_SHIFTS_API_H_
#define HEDDLE_NAMERD_HTTP_API_SHIFTS_API_H_

#include <memory>
#include <string>

#include "lib/session/http_server.h"
#include "namerd/check/checker.h"
#include "namerd/http_api/exchange.h"
#include "namerd/http_api/places.h"
#include "namerd/shift/shifts.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

class ShiftsApi {
 public:
  using Writer = std::shared_ptr<ResponseWriter>;

  static constexpr size_t kMostStreams = 1000;

  // All outlive it.
  ShiftsApi(Shifts& shifts, Store& store, Checker& checker, Exchanges& exchanges)
      : shifts_(shifts), store_(store), checker_(checker), exchanges_(exchanges) {}

  // /shifts
  void List(const HttpRequest& request, Writer writer);
  // /shifts/<ns>
  void OfNamespace(const std::string& ns, const HttpRequest& request, Writer writer);

 private:
  void Get(const std::string& ns, const HttpRequest& request, Writer writer);
  void Stream(const std::string& ns, const std::string& prefix, bool attend, const HttpRequest& request,
              Writer writer);
  void History(const std::string& ns, const std::string& prefix, const HttpRequest& request, Writer writer);
  void Start(const std::string& ns, const HttpRequest& request, Writer writer);
  void DryRun(ShiftPlan plan, const Change& change, const HttpRequest& request, Writer writer);
  void Act(const std::string& ns, const HttpRequest& request, Writer writer);

  Shifts& shifts_;
  Store& store_;
  Checker& checker_;
  Exchanges& exchanges_;
  Places streams_{kMostStreams};
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_SHIFTS_API_H_
