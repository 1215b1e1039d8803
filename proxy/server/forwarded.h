// The Forwarded header (RFC 7239): who asked, which server was asked, for which host.
// Source: io.buoyant.router.http.AddForwardedHeader, io.buoyant.router.ForwardedHeaderLabeler.
#ifndef HEDDLE_PROXY_SERVER_FORWARDED_H_
#define HEDDLE_PROXY_SERVER_FORWARDED_H_

#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/random.h"
#include "lib/base/socket_address.h"
#include "proxy/server/router_config.h"

namespace heddle {

// What stands for the two parties in the requests of one connection, as written: "_http", "\"[::1]:80\"".
// "": a label of its own for each request.
struct ForwardedLabels {
  std::string by;
  std::string for_;
};

// `local` and `peer` are the ends of the connection; `router` is the router's label.
ForwardedLabels MakeForwardedLabels(const ForwardedConfig& config, absl::string_view router,
                                    const SocketAddress& local, const SocketAddress& peer, Random& random);

// Appends the whole line. `host` as the requester sent it, "" if it did not; `proto` is the scheme of the
// target, "" if it has none.
void AppendForwarded(const ForwardedLabels& labels, absl::string_view host, absl::string_view proto,
                     Random& random, std::string* out);

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_FORWARDED_H_
