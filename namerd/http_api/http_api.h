// The HTTP API (kind io.l5d.httpController): dtabs and their history, bind, addr, resolve, delegate,
// bound-names, check, names, proxies, traffic, shifts. What it speaks is in README.md. Source of the 1.x
// shapes: io.buoyant.namerd.iface.HttpControlService.
#ifndef HEDDLE_NAMERD_HTTP_API_HTTP_API_H_
#define HEDDLE_NAMERD_HTTP_API_HTTP_API_H_

#include <memory>

#include "lib/base/random.h"
#include "lib/event/loop.h"
#include "lib/session/http_server.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/http_api/check_api.h"
#include "namerd/http_api/dtabs_api.h"
#include "namerd/http_api/exchange.h"
#include "namerd/http_api/fleet_api.h"
#include "namerd/http_api/names_api.h"
#include "namerd/http_api/shifts_api.h"
#include "namerd/namespaces/namespaces.h"
#include "namerd/shift/shifts.h"

namespace heddle::namerd {

// All calls on the loop that owns `namespaces`.
class HttpApi {
 public:
  // All outlive it. Destroying it ends the streams it has open.
  HttpApi(Loop& loop, Namespaces& namespaces, NamesInUse& in_use, Fleet& fleet, TrafficBook& traffic,
          Shifts& shifts);

  // The handler of an HttpServer.
  void Handle(const HttpRequest& request, std::shared_ptr<ResponseWriter> writer);

  // Ends the streams that are open and those that are asked for from now on; who waits is answered with 503,
  // or, if what was written is what is waited for, with how far it is. There are no shifts any more.
  void Stop();

  // Answers that are not complete.
  size_t open() const { return exchanges_.size() + dtabs_.waits().open(); }

 private:
  Exchanges exchanges_;
  CheckApi check_;
  DtabsApi dtabs_;
  NamesApi names_;
  FleetApi fleet_;
  ShiftsApi shifts_;
  bool stopped_ = false;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_HTTP_API_H_
