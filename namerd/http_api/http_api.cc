#include "namerd/http_api/http_api.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "namerd/http_api/answer.h"
#include "namerd/http_api/routes.h"

namespace heddle::namerd {

HttpApi::HttpApi(Loop& loop, Namespaces& namespaces, NamesInUse& in_use, Fleet& fleet, TrafficBook& traffic,
                 Shifts& shifts)
    : exchanges_(loop),
      check_(loop, namespaces, in_use, exchanges_),
      dtabs_(namespaces, fleet, exchanges_, check_.checker()),
      names_(namespaces, in_use, exchanges_),
      fleet_(loop, namespaces, fleet, traffic, exchanges_),
      shifts_(shifts, namespaces.store(), check_.checker(), exchanges_) {}

void HttpApi::Stop() {
  stopped_ = true;
  exchanges_.Stop();
  dtabs_.waits().Stop();
}

void HttpApi::Handle(const HttpRequest& request, std::shared_ptr<ResponseWriter> writer) {
  const Route route = FindRoute(request.RawPath());
  switch (route.kind) {
    case Route::Kind::kDtabs:
      return dtabs_.List(request, std::move(writer));
    case Route::Kind::kDtab:
      return dtabs_.Dtab(route.ns, request, std::move(writer));
    case Route::Kind::kHistory:
      return dtabs_.History(route.ns, request, std::move(writer));
    case Route::Kind::kBind:
      return names_.Bind(route.ns, request, std::move(writer));
    case Route::Kind::kAddr:
      return names_.Addr(request, std::move(writer));
    case Route::Kind::kResolve:
      return names_.Resolve(route.ns, request, std::move(writer));
    case Route::Kind::kDelegate:
      return names_.Delegate(route.ns, request, std::move(writer));
    case Route::Kind::kBoundNames:
      return names_.BoundNames(request, std::move(writer));
    case Route::Kind::kCheck:
      return check_.Check(route.ns, request, std::move(writer));
    case Route::Kind::kNames:
      return check_.Names(route.ns, request, std::move(writer));
    case Route::Kind::kProxies:
      return fleet_.Proxies(request, std::move(writer));
    case Route::Kind::kTraffic:
      return fleet_.Traffic(route.ns, request, std::move(writer));
    case Route::Kind::kShifts:
    case Route::Kind::kShift:
      if (stopped_) {
        return writer->Send(Refusal(request, 503, "namerd is shutting down; repeat the request"));
      }
      if (route.kind == Route::Kind::kShifts) return shifts_.List(request, std::move(writer));
      return shifts_.OfNamespace(route.ns, request, std::move(writer));
    case Route::Kind::kUnknown:
      break;
  }
  writer->Send(
      Refusal(request, 404,
              absl::StrCat("no such resource: ", request.RawPath(),
                           "; there are /api/1/dtabs, dtabs/<ns>, dtabs/<ns>/history, bind/<ns>, addr/<ns>, "
                           "resolve/<ns>, delegate, delegate/<ns>, bound-names, check/<ns>, names/<ns>, "
                           "proxies, traffic/<ns>, shifts, shifts/<ns>")));
}

}  // namespace heddle::namerd
