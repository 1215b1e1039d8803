// Who can be asked for a traffic report, and those who wait for the answers. For traffic_book.cc alone.
#ifndef HEDDLE_NAMERD_FLEET_TRAFFIC_COLLECTIONS_H_
#define HEDDLE_NAMERD_FLEET_TRAFFIC_COLLECTIONS_H_

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/event/loop.h"
#include "lib/watch/watch.h"

namespace heddle::namerd {

// One loop. The functions are those of TrafficBook.
class TrafficCollections {
 public:
  using Ask = std::function<void(uint64_t id)>;
  using Done = std::function<void(const std::vector<std::string>& missing)>;

  explicit TrafficCollections(Loop& loop);
  ~TrafficCollections();
  TrafficCollections(const TrafficCollections&) = delete;
  TrafficCollections& operator=(const TrafficCollections&) = delete;

  Subscription Join(const std::string& proxy, Ask ask);
  void Answered(const std::string& proxy, uint64_t id);
  Subscription Collect(Millis limit, Done done);

 private:
  struct Collection;
  struct Asked {
    uint64_t joined;  // which Join
    Ask ask;
  };
  // Shared with the subscriptions that Join gives, which may end after us.
  struct Proxies {
    TrafficCollections* owner;
    uint64_t joins = 0;
    std::map<std::string, Asked> by_id;
  };
  void Left(const std::string& proxy);
  void Settle(const std::shared_ptr<Collection>& collection);
  void Tell(Collection& collection);

  Loop& loop_;
  const std::shared_ptr<Proxies> proxies_;
  uint64_t next_id_ = 1;
  std::map<uint64_t, std::shared_ptr<Collection>> collections_;  // under way, by id
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_FLEET_TRAFFIC_COLLECTIONS_H_
