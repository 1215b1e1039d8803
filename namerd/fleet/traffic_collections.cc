#include "namerd/fleet/traffic_collections.h"

#include <set>
#include <utility>

#include "lib/event/timer.h"

namespace heddle::namerd {

struct TrafficCollections::Collection {
  Collection(TrafficCollections& collections, uint64_t id, Done done)
      : collections(collections),
        id(id),
        done(std::move(done)),
        limit(collections.loop_, [this] { this->collections.Tell(*this); }) {}

  TrafficCollections& collections;
  const uint64_t id;
  Done done;
  std::set<std::string> waiting;  // the proxies that have not answered
  bool settled = false;
  Timer limit;
};

TrafficCollections::TrafficCollections(Loop& loop)
    : loop_(loop), proxies_(std::make_shared<Proxies>(Proxies{.owner = this, .by_id = {}})) {}

TrafficCollections::~TrafficCollections() { proxies_->owner = nullptr; }

Subscription TrafficCollections::Join(const std::string& proxy, Ask ask) {
  const uint64_t joined = ++proxies_->joins;
  proxies_->by_id[proxy] = {joined, ask};
  // The stream before is not going to answer.
  for (const auto& [id, collection] : collections_) {
    if (collection->waiting.contains(proxy)) ask(id);
  }
  return Subscription([proxies = proxies_, proxy, joined] {
    const auto found = proxies->by_id.find(proxy);
    if (found == proxies->by_id.end() || found->second.joined != joined) return;
    proxies->by_id.erase(found);
    if (proxies->owner != nullptr) proxies->owner->Left(proxy);
  });
}

void TrafficCollections::Left(const std::string& proxy) {
  for (const auto& [id, collection] : collections_) {
    collection->waiting.erase(proxy);
    if (collection->waiting.empty()) Settle(collection);
  }
}

void TrafficCollections::Answered(const std::string& proxy, uint64_t id) {
  for (auto it = collections_.begin(); it != collections_.end() && it->first <= id; ++it) {
    it->second->waiting.erase(proxy);
    if (it->second->waiting.empty()) Settle(it->second);
  }
}

Subscription TrafficCollections::Collect(Millis limit, Done done) {
  const uint64_t id = next_id_++;
  const auto collection = std::make_shared<Collection>(*this, id, std::move(done));
  collections_[id] = collection;
  std::vector<Ask> asks;  // one may answer at once
  for (const auto& [proxy, asked] : proxies_->by_id) {
    collection->waiting.insert(proxy);
    asks.push_back(asked.ask);
  }
  collection->limit.Start(limit);
  if (asks.empty()) Settle(collection);
  for (const Ask& ask : asks) ask(id);
  return Subscription([weak = std::weak_ptr(collection)] {
    const auto held = weak.lock();
    if (!held || !held->done) return;
    const Done dropped = std::exchange(held->done, nullptr);
    held->collections.collections_.erase(held->id);
  });
}

void TrafficCollections::Settle(const std::shared_ptr<Collection>& collection) {
  if (std::exchange(collection->settled, true)) return;
  collection->limit.Cancel();
  loop_.Post([weak = std::weak_ptr(collection)] {
    if (const auto held = weak.lock()) held->collections.Tell(*held);
  });
}

void TrafficCollections::Tell(Collection& collection) {
  const Done done = std::exchange(collection.done, nullptr);
  if (!done) return;
  const auto held = collections_.extract(collection.id);
  done({collection.waiting.begin(), collection.waiting.end()});
}

}  // namespace heddle::namerd
