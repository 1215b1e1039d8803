// /api/1/proxies and /api/1/traffic: who follows, and what they do.
#ifndef HEDDLE_NAMERD_HTTP_API_FLEET_API_H_
#define HEDDLE_NAMERD_HTTP_API_FLEET_API_H_

#include <memory>
#include <string>
#include <utility>

#include "lib/event/loop.h"
#include "lib/session/http_server.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/http_api/exchange.h"
#include "namerd/http_api/live_pages.h"
#include "namerd/http_api/places.h"
#include "namerd/namespaces/namespaces.h"
#include "namerd/namespaces/weak_cache.h"

namespace heddle::namerd {

class FleetApi {
 public:
  using Writer = std::shared_ptr<ResponseWriter>;

  // Streams and requests for traffic at once: each may hold megabytes of a large fleet.
  static constexpr size_t kMost = 64;
  // How long the proxies are waited for.
  static constexpr Millis kCollectLimit{2000};

  // All outlive it.
  FleetApi(Loop& loop, Namespaces& namespaces, Fleet& fleet, TrafficBook& book, Exchanges& exchanges);

  void Proxies(const HttpRequest& request, Writer writer);
  void Traffic(const std::string& ns, const HttpRequest& request, Writer writer);

 private:
  Follow FollowTraffic(const std::string& ns, Millis window, bool watch);

  Namespaces& namespaces_;
  Fleet& fleet_;
  TrafficBook& book_;
  Exchanges& exchanges_;
  Places places_{kMost};
  const std::shared_ptr<ProxiesPage> proxies_;
  const std::shared_ptr<Collections> collections_;
  WeakCache<std::pair<std::string, Millis>, TrafficPage> pages_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_FLEET_API_H_
