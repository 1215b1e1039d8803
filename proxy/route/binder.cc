#include "proxy/route/binder.h"

#include <functional>
#include <list>
#include <map>
#include <set>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lib/event/timer.h"
#include "lib/watch/watch.h"
#include "proxy/route/cache_stats.h"

namespace heddle {
namespace {

constexpr Millis kSweepInterval{1000};
// Of explanations under way; and how long one may wait for a lookup.
constexpr size_t kMaxExplanations = 64;
constexpr std::chrono::seconds kExplanationLimit{2};

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
  std::string key;
  std::string name;
  std::string local;
  std::shared_ptr<Watch<Activity<Binding>>> watch;
  Subscription subscription;
  std::shared_ptr<const BoundRoute> route;  // null until something is known
  absl::Status error;                       // of the last answer
  std::vector<std::string> clients;         // of the targets that are clients, in order: whose feeds it holds
  std::set<Subscriber> subscribers;
  Nanos since{0};                    // of `route`; without subscribers, of having none
  std::list<Entry*>::iterator kept;  // in kept_ while there are no subscribers
};

struct Explanation {
  Explanation(Loop& loop, std::function<void()> on_late) : timer(loop, std::move(on_late)) {
    timer.Start(kExplanationLimit);
  }
  Timer timer;
  Subscription subscription;
};

bool IsKnown(const Addr& addr) { return addr.state == AddrState::kBound || addr.state == AddrState::kAbsent; }

bool HasEndpoints(const Addr& addr) { return addr.state == AddrState::kBound && !addr.endpoints->empty(); }

}  // namespace

struct Binder::Core {
  Core(Interpreter& i, Loop& l, const RouteConfig& c, const Scope& router)
      : interpreter(i),
        loop(l),
        config(c),
        trees(router.Child("bindcache").Child("tree")),
        bounds(router.Child("bindcache").Child("bound")),
        sweep(loop, [this] { Sweep(); }) {}

  void Subscribe(Subscriber subscriber, const Path& name, const Dtab& local) {
    std::string shown = name.Show();
    std::string rules = local.Show();
    const std::string key = absl::StrCat(shown, " ", rules);
    std::unique_ptr<Entry>& entry = entries[key];
    if (entry == nullptr) {
      trees.misses.Increment();
      entry = std::make_unique<Entry>();
      Entry* raw = by_subscriber[subscriber] = entry.get();
      raw->key = key;
      raw->name = std::move(shown);
      raw->local = std::move(rules);
      raw->since = loop.Now();
      raw->kept = kept.end();
      raw->subscribers.insert(subscriber);
      raw->watch = interpreter.Bind(config.dtab.Concat(local), name);
      raw->subscription =
          raw->watch->Subscribe([this, raw](const Activity<Binding>& a) { OnBinding(*raw, a); });
      Trim();
    } else {
      if (entry->subscribers.empty()) {
        kept.erase(entry->kept);
        entry->kept = kept.end();
      }
      by_subscriber[subscriber] = entry.get();
      entry->subscribers.insert(subscriber);
      if (entry->route != nullptr) Tell(subscriber, *entry);
    }
    const Worker& worker = workers[subscriber.first];
    worker.loop->Post([sink = worker.sink] { sink->OnTaken(); });
  }

  void Unsubscribe(Subscriber subscriber, Farewell farewell) {
    const auto found = by_subscriber.find(subscriber);
    if (found == by_subscriber.end()) return;
    Entry& entry = *found->second;
    by_subscriber.erase(found);
    entry.subscribers.erase(subscriber);
    if (!entry.subscribers.empty()) return;
    if (farewell == Farewell::kForget || entry.clients.empty()) {
      Erase(entry);
      return;
    }
    entry.since = loop.Now();
    entry.kept = kept.insert(kept.begin(), &entry);
    if (!sweep.running()) sweep.Start(kSweepInterval);
    Trim();
  }

  // Of the bindings that nobody holds, those that are too many, the oldest first.
  void Trim() {
    while (!kept.empty() && (leading > config.max_trees || feeds.size() > config.max_bounds)) {
      trees.evicts.Increment();
      bounds.evicts.Increment(Erase(*kept.back()));
    }
  }

  void Sweep() {
    while (!kept.empty() && kept.back()->since < loop.Now() - config.idle_ttl) {
      trees.expires.Increment();
      bounds.expires.Increment(Erase(*kept.back()));
    }
    Trim();
    if (!kept.empty()) sweep.Start(kSweepInterval);
  }

  // Returns how many endpoint sets are not followed any more.
  size_t Erase(Entry& entry) {
    if (entry.kept != kept.end()) kept.erase(entry.kept);
    const auto found = entries.find(entry.key);
    const std::unique_ptr<Entry> last = std::move(found->second);
    entries.erase(found);
    last->subscription.Cancel();
    if (!last->clients.empty()) --leading;
    const size_t before = feeds.size();
    for (const std::string& client : last->clients) ReleaseFeed(client);
    return before - feeds.size();
  }

  void OnBinding(Entry& entry, const Activity<Binding>& activity) {
    entry.error = activity.error;
    if (activity.value.has_value()) {
      // The new feeds before the old go, so that one that stays is not interrupted.
      std::vector<BoundName> leaves;
      entry.route = std::make_shared<const BoundRoute>(Flatten(*activity.value, &leaves));
      std::vector<std::string> clients;
      for (const BoundName& leaf : leaves) {
        clients.push_back(leaf.id.Show());
        HoldFeed(clients.back(), leaf.addr);
      }
      CountLeading(entry.clients.empty(), clients.empty());
      std::swap(clients, entry.clients);
      for (const std::string& client : clients) ReleaseFeed(client);
    } else if (activity.failed()) {
      if (entry.route != nullptr && entry.route->error.ok()) return;  // what was known last still serves
      BoundRoute failed;
      failed.error = activity.error;
      entry.route = std::make_shared<const BoundRoute>(std::move(failed));
    } else {
      return;
    }
    if (!entry.subscribers.empty()) entry.since = loop.Now();
    for (const Subscriber& subscriber : entry.subscribers) Tell(subscriber, entry);
  }

  // A binding leads to no client, or did, and now.
  void CountLeading(bool was_empty, bool is_empty) {
    if (was_empty == is_empty) return;
    leading += is_empty ? -1 : 1;
    if (!is_empty && leading > config.max_trees && kept.empty()) trees.oneshots.Increment();
  }

  void HoldFeed(const std::string& client, const std::shared_ptr<Watch<Addr>>& watch) {
    Feed& feed = feeds[client];
    if (feed.routes++ == 0) {
      bounds.misses.Increment();
      if (feeds.size() > config.max_bounds && kept.empty()) bounds.oneshots.Increment();
    }
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
    if (IsKnown(feed.last) && !IsKnown(addr)) return;
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

  void Explain(size_t worker, const Path& name, const Dtab& local, OnExplained done) {
    if (explanations.size() >= kMaxExplanations) {
      AnswerExplanation(worker, done, absl::ResourceExhaustedError("too many explanations are under way"));
      return;
    }
    const uint64_t id = next_explanation++;
    // Whoever comes first, the answer or the end of its time, takes the explanation away.
    const auto answer = [this, id, worker, done = std::move(done)](absl::StatusOr<std::string> json) {
      if (explanations.erase(id) > 0) AnswerExplanation(worker, done, std::move(json));
    };
    explanations[id] = std::make_unique<Explanation>(loop, [answer] {
      const auto late = answer;  // the closure goes with the explanation
      late(absl::DeadlineExceededError("a part of the way is not known yet"));
    });
    Subscription subscription =
        interpreter.Explain(config.dtab.Concat(local), name, ExplainDetail::kPlain, answer);
    if (const auto found = explanations.find(id); found != explanations.end()) {
      found->second->subscription = std::move(subscription);
    }
  }

  void AnswerExplanation(size_t worker, const OnExplained& done, absl::StatusOr<std::string> json) {
    workers[worker].loop->Post([done, json = std::move(json)] { done(json); });
  }

  NameState StateOf(const Entry& entry) const {
    NameState state{entry.name,
                    entry.local,
                    entry.route.get(),
                    entry.error,
                    {},
                    entry.subscribers.size(),
                    loop.Now() - entry.since};
    if (entry.route != nullptr) {
      state.shares = Shares(*entry.route, [&](size_t i) {
        const BoundRoute::Target& target = entry.route->targets[i];
        return target.client.empty() || target.status != 0 || HasEndpoints(feeds.at(target.client).last);
      });
    }
    return state;
  }

  Interpreter& interpreter;
  Loop& loop;
  const RouteConfig& config;
  std::vector<Worker> workers;
  CacheStats trees;
  CacheStats bounds;
  std::map<std::string, Feed> feeds;  // nodes stay where they are
  std::map<std::string, std::unique_ptr<Entry>> entries;
  size_t leading = 0;  // entries that lead somewhere
  absl::flat_hash_map<Subscriber, Entry*> by_subscriber;
  std::list<Entry*> kept;  // without subscribers, the latest first
  Timer sweep;
  uint64_t next_explanation = 0;
  std::map<uint64_t, std::unique_ptr<Explanation>> explanations;
};

Binder::Binder(Interpreter& interpreter, Loop& control, const RouteConfig& config, const Scope& router)
    : control_(control), core_(std::make_shared<Core>(interpreter, control, config, router)) {}

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

void Binder::Unsubscribe(size_t worker, uint64_t id, Farewell farewell) {
  control_.Post([weak = std::weak_ptr<Core>(core_), worker, id, farewell] {
    if (const auto core = weak.lock()) core->Unsubscribe({worker, id}, farewell);
  });
}

void Binder::Explain(size_t worker, Path name, Dtab local, OnExplained done) {
  control_.Post([weak = std::weak_ptr<Core>(core_), worker, name = std::move(name), local = std::move(local),
                 done = std::move(done)] {
    if (const auto core = weak.lock()) core->Explain(worker, name, local, done);
  });
}

void Binder::VisitNames(absl::FunctionRef<void(const NameState&)> visit) const {
  for (const auto& [key, entry] : core_->entries) visit(core_->StateOf(*entry));
}

void Binder::VisitClients(absl::FunctionRef<void(const ClientState&)> visit) const {
  for (const auto& [id, feed] : core_->feeds) visit({id, feed.last, feed.routes});
}

}  // namespace heddle
