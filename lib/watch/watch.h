// Watch<T>: a value that changes over time, and those who follow it. One loop, no locks, no queue: a subscriber sees
// the latest value, never a backlog.
//
//   auto source = std::make_shared<Source<int>>(1);
//   Subscription s = source->Subscribe([](const int& v) { ... });   // called at once with 1
//   source->Set(2);                                                 // called with 2
//
// All calls on one thread (the loop that owns the watch).
#ifndef HEDDLE_LIB_WATCH_WATCH_H_
#define HEDDLE_LIB_WATCH_WATCH_H_

#include <functional>
#include <list>
#include <memory>
#include <utility>

namespace heddle {

// Ends the subscription when destroyed. Movable. Holds the watch alive.
class [[nodiscard]] Subscription {
 public:
  Subscription() = default;
  explicit Subscription(std::function<void()> cancel) : cancel_(std::move(cancel)) {}
  Subscription(Subscription&& other) noexcept : cancel_(std::exchange(other.cancel_, nullptr)) {}
  Subscription& operator=(Subscription&& other) noexcept {
    if (this != &other) {
      Cancel();
      cancel_ = std::exchange(other.cancel_, nullptr);
    }
    return *this;
  }
  ~Subscription() { Cancel(); }
  // Idempotent. May be called inside the subscription's own callback; after it no call is made.
  void Cancel() {
    if (auto cancel = std::exchange(cancel_, nullptr)) cancel();
  }
  bool active() const { return cancel_ != nullptr; }

 private:
  std::function<void()> cancel_;
};

template <class T>
class Watch : public std::enable_shared_from_this<Watch<T>> {
 public:
  using Observer = std::function<void(const T&)>;

  virtual ~Watch() = default;
  Watch(const Watch&) = delete;
  Watch& operator=(const Watch&) = delete;

  // The current value. Valid until the next change. A lazy watch that nobody follows may be out of date.
  const T& Get() const { return value_; }

  // Calls `observer` now with the current value, and then at each change, until the subscription ends. The observer
  // may subscribe, cancel (itself or others), and change other watches. If it changes this watch, the other observers
  // still see the latest value last.
  // REQUIRES: the watch is owned by a shared_ptr.
  Subscription Subscribe(Observer observer) {
    auto self = this->shared_from_this();
    if (observers_.empty()) OnFirstSubscriber();
    auto entry = std::make_shared<Entry>(Entry{std::move(observer), generation_, true});
    const auto position = observers_.insert(observers_.end(), entry);
    entry->observer(value_);
    return Subscription([self, entry, position] {
      if (!std::exchange(entry->live, false)) return;
      self->observers_.erase(position);
      if (self->observers_.empty()) self->OnLastUnsubscribed();
    });
  }

  bool has_subscribers() const { return !observers_.empty(); }

 protected:
  explicit Watch(T initial) : value_(std::move(initial)) {}

  // Replaces the value and tells every observer. Safe inside an observer.
  void Publish(T value) {
    auto self = this->weak_from_this().lock();  // an observer may drop the last outside reference
    value_ = std::move(value);
    const auto generation = ++generation_;
    const auto observers = observers_;  // a copy: observers come and go while we call them
    for (const auto& entry : observers) {
      if (generation != generation_) return;  // a nested Publish has told everyone already
      if (!entry->live || entry->seen >= generation) continue;
      entry->seen = generation;
      entry->observer(value_);
    }
  }

  // For lazy watches: start and stop following what the value is computed from. Publish() may be called inside
  // OnFirstSubscriber; it runs before the new subscriber is called.
  virtual void OnFirstSubscriber() {}
  virtual void OnLastUnsubscribed() {}

 private:
  struct Entry {
    Observer observer;
    unsigned long long seen;
    bool live;
  };
  T value_;
  unsigned long long generation_ = 0;
  std::list<std::shared_ptr<Entry>> observers_;
};

// A watch whose owner sets the value.
template <class T>
class Source : public Watch<T> {
 public:
  explicit Source(T initial) : Watch<T>(std::move(initial)) {}
  void Set(T value) { this->Publish(std::move(value)); }
};

// A watch that never changes.
template <class T>
std::shared_ptr<Watch<T>> Constant(T value) {
  return std::make_shared<Source<T>>(std::move(value));
}

}  // namespace heddle

#endif  // HEDDLE_LIB_WATCH_WATCH_H_
