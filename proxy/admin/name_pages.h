// What the proxy knows now: where names lead, which clients have which endpoints.
#ifndef HEDDLE_PROXY_ADMIN_NAME_PAGES_H_
#define HEDDLE_PROXY_ADMIN_NAME_PAGES_H_

#include <string>
#include <vector>

#include "lib/admin/admin_server.h"
#include "lib/naming/namer.h"
#include "proxy/route/binder.h"

namespace heddle {

struct RouterNames {
  std::string label;
  const Binder* binder;
};

// Mounts, in the shapes of Linkerd where it has the page. All outlive the server. Control thread only.
//   /client_state.json   {"<client id>": {"state": "bound" | "Neg" | "Pending" | "Failed: <why>",
//                                         "addresses": ["127.0.0.1:8080"]}}
//   /bound-names.json    ["/#/io.l5d.fs/web", ...]: every client that a namer can list
//   /name_state.json     Heddle's own: {"<router>": [{"name": "/svc/web", ...}]}, each name in the cache;
//                        ?router=<label>, ?name=/svc/web for one of them. A name has
//     dtab       the request's own rules, if any
//     state      bound, neg (~), fail (!), empty ($), pending, failed
//     revision   of the dtab at which it came to lead there
//     targets    [{"client", "residual", "status", "share"}]; share: the part of the requests, 0..1, now
//     error      what the interpreter says now, if that is an error; the rest is then the last known good
//     workers    how many hold it; 0: kept in case it is asked for again
//     ageMs      since it leads there, or since no worker holds it
// Source: com.twitter.finagle.client.buoyant.ClientStateHandler, io.buoyant.admin.names.BoundNamesHandler.
void MountNamePages(AdminServer& server, std::vector<RouterNames> routers,
                    const std::vector<PrefixedNamer>& namers);

}  // namespace heddle

#endif  // HEDDLE_PROXY_ADMIN_NAME_PAGES_H_
