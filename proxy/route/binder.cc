#include "proxy/route/binder.h"

#include <map>
#include <set>

#include "absl/strings/str_cat.h"
#include "lib/watch/watch.h"

namespace heddle {
namespace {

struct Worker {
  Loop* loop;
  Binder::Sink* sink;
};

// A client's endpoints, followed while a route leads to it.
struct Feed {
  std::shared_ptr<Watch<Addr>> watch;
  Subscription subscription;
  Addr last;
  size_t routes = 0;
};

using Subscriber = std::pair<size_t, uint64_t>;  // worker, its id

// A name with its overrides, for all workers that ask for it.
struct Entry {
  std::shared_ptr<Watch<Activity<Binding>>> watch;
  Subscription subscription;
  std::shared_ptr<const BoundRoute> route;  // null until something is known
  std::vector<std::string> clients;         // whose feeds it holds
  std::set<Subscriber> subscribers;
};

}  // namespace

struct Binder::Core {
  Core(Interpreter& i, Dtab b) : interpreter(i), base(std::move(b)) {}

  void Subscribe(Subscriber subscriber, const Path& name, const Dtab& local) {
    const std::string key = absl::StrCat(name.Show(), " ", local.Show());
    std::unique_ptr<Entry>& entry = entries[key];
    keys[subscriber] = key;
    if (entry != nullptr) {
      entry->subscribers.insert(subscriber);
      if (entry->route != nullptr) Tell(subscriber, *entry);
      return;
    }
    entry = std::make_unique<Entry>();
    Entry* raw = entry.get();
    raw->subscribers.insert(subscriber);
    raw->watch = interpreter.Bind(base.Concat(local), name);
    raw->subscription =
        raw->watch->Subscribe([this, raw](const Activity<Binding>& activity) { OnBinding(*raw, activity); });
  }

  void Unsubscribe(Subscriber subscriber) {
    const auto key = keys.find(subscriber);
    if (key == keys.end()) return;
    const auto found = entries.find(key->second);
    keys.erase(key);
    found->second->subscribers.erase(subscriber);
    if (!found->second->subscribers.empty()) return;
    const std::unique_ptr<Entry> entry = std::move(found->second);
    entries.erase(found);
    entry->subscription.Cancel();
    for (const std::string& client : entry->clients) ReleaseFeed(client);
  }

  void OnBinding(Entry& entry, const Activity<Binding>& activity) {
    if (activity.value.has_value()) {
      // The new feeds before the old go, so that one that stays is not interrupted.
      std::vector<std::string> clients;
      for (const BoundName* leaf : TargetLeaves(activity.value->tree)) {
        clients.push_back(leaf->id.Show());
        HoldFeed(clients.back(), leaf->addr);
      }
      std::swap(clients, entry.clients);
      for (const std::string& client : clients) ReleaseFeed(client);
      entry.route = std::make_shared<const BoundRoute>(Flatten(*activity.value));
    } else if (activity.failed()) {
      if (entry.route != nullptr && entry.route->error.ok()) return;  // what was known last still serves
      BoundRoute failed;
      failed.error = activity.error;
      entry.route = std::make_shared<const BoundRoute>(std::move(failed));
    } else {
      return;
    }
    for (const Subscriber& subscriber : entry.subscribers) Tell(subscriber, entry);
  }

  void HoldFeed(const std::string& client, const std::shared_ptr<Watch<Addr>>& watch) {
    Feed& feed = feeds[client];
    ++feed.routes;
    if (feed.watch == watch || watch == nullptr) return;
    feed.watch = watch;  // another watch of the same client: the interpreter began anew
    feed.subscription =
        watch->Subscribe([this, client, raw = &feed](const Addr& addr) { OnAddr(client, *raw, addr); });
  }

  void ReleaseFeed(const std::string& client) {
    const auto feed = feeds.find(client);
    if (--feed->second.routes == 0) feeds.erase(feed);
  }

  void OnAddr(const std::string& client, Feed& feed, const Addr& addr) {
    const bool known = feed.last.state == AddrState::kBound || feed.last.state == AddrState::kAbsent;
    const bool says_something = addr.state == AddrState::kBound || addr.state == AddrState::kAbsent;
    if (known && !says_something) return;
    if (feed.last == addr) return;
    feed.last = addr;
    for (const Worker& worker : workers) {
      worker.loop->Post([sink = worker.sink, client, addr] { sink->OnAddr(client, addr); });
    }
  }

  void Tell(const Subscriber& subscriber, const Entry& entry) {
    ClientAddrs addrs;
    for (const std::string& client : entry.clients) addrs.emplace_back(client, feeds.at(client).last);
    const Worker& worker = workers[subscriber.first];
    worker.loop->Post([sink = worker.sink, id = subscriber.second, route = entry.route,
                       addrs = std::move(addrs)] { sink->OnRoute(id, route, addrs); });
  }

  Interpreter& interpreter;
  const Dtab base;
  std::vector<Worker> workers;
  std::map<std::string, Feed> feeds;  // nodes stay where they are
  std::map<std::string, std::unique_ptr<Entry>> entries;
  std::map<Subscriber, std::string> keys;
};

Binder::Binder(Interpreter& interpreter, Loop& control, Dtab base)
    : control_(control), core_(std::make_shared<Core>(interpreter, std::move(base))) {}

Binder::~Binder() {
  // Before the feeds: cancelling an entry does not call back, dropping the last route to a client may.
  core_->entries.clear();
}

size_t Binder::AddWorker(Loop& loop, Sink& sink) {
  core_->workers.push_back({&loop, &sink});
  return core_->workers.size() - 1;
}

void Binder::Subscribe(size_t worker, uint64_t id, Path name, Dtab local) {
  control_.Post(
      [weak = std::weak_ptr<Core>(core_), worker, id, name = std::move(name), local = std::move(local)] {
        if (const auto core = weak.lock()) core->Subscribe({worker, id}, name, local);
      });
}

void Binder::Unsubscribe(size_t worker, uint64_t id) {
  control_.Post([weak = std::weak_ptr<Core>(core_), worker, id] {
    if (const auto core = weak.lock()) core->Unsubscribe({worker, id});
  });
}

}  // namespace heddle
