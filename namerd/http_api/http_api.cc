#include "namerd/http_api/http_api.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "namerd/http_api/answer.h"
#include "namerd/http_api/routes.h"

namespace heddle::namerd {

HttpApi::HttpApi(Loop& loop, Namespaces& namespaces, NamesInUse& in_use)
    : exchanges_(loop),
      check_(loop, namespaces, in_use, exchanges_),
      dtabs_(namespaces, exchanges_, check_.checker()),
      names_(namespaces, in_use, exchanges_) {}

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
    case Route::Kind::kUnknown:
      break;
  }
  writer->Send(
      Refusal(request, 404,
              absl::StrCat("no such resource: ", request.RawPath(),
                           "; there are /api/1/dtabs, dtabs/<ns>, dtabs/<ns>/history, bind/<ns>, addr/<ns>, "
                           "resolve/<ns>, delegate, delegate/<ns>, bound-names, check/<ns>, names/<ns>")));
}

}  // namespace heddle::namerd
