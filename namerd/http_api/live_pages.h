// The fleet's pages as lines that change: rendered once for all who watch, and at most once a second, however
// large the fleet and however fast it changes.
#ifndef HEDDLE_NAMERD_HTTP_API_LIVE_PAGES_H_
#define HEDDLE_NAMERD_HTTP_API_LIVE_PAGES_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/event/loop.h"
#include "lib/event/timer.h"
#include "lib/watch/watch.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/traffic_book.h"

namespace heddle::namerd {

inline constexpr Millis kLineEvery{1000};

// GET /proxies. Lazy.
class ProxiesPage : public Watch<std::string> {
 public:
  // Both outlive it.
  ProxiesPage(Loop& loop, const Fleet& fleet);

 private:
  void OnFirstSubscriber() override;
  void OnLastUnsubscribed() override;
  void OnChange();
  void Render();

  Loop& loop_;
  const Fleet& fleet_;
  Nanos rendered_{0};
  Timer timer_;
  Subscription changes_;
};

// A collection of the fleet's traffic a second, for all pages of all namespaces. Lazy; the value says who has
// not answered it, and is null before the first.
class Collections : public Watch<std::shared_ptr<const std::vector<std::string>>> {
 public:
  // A proxy that does not answer holds up a line no longer than this.
  static constexpr Millis kLimit{1000};

  // Both outlive it.
  Collections(Loop& loop, TrafficBook& book);

 private:
  void OnFirstSubscriber() override;
  void OnLastUnsubscribed() override;
  void Collect();

  Loop& loop_;
  TrafficBook& book_;
  Nanos begun_{0};
  Timer timer_;
  Subscription collecting_;
};

// GET /traffic/<ns>, of one window. Lazy; "" before the first collection.
class TrafficPage : public Watch<std::string> {
 public:
  // `book` outlives it.
  TrafficPage(const TrafficBook& book, std::shared_ptr<Collections> collections, std::string ns,
              Millis window)
      : Watch(""), book_(book), collections_(std::move(collections)), ns_(std::move(ns)), window_(window) {}

 private:
  void OnFirstSubscriber() override;
  void OnLastUnsubscribed() override;

  const TrafficBook& book_;
  const std::shared_ptr<Collections> collections_;
  const std::string ns_;
  const Millis window_;
  Subscription collected_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_LIVE_PAGES_H_
