#include "lib/watch/watch.h"

#include <catch2/catch.hpp>
#include <string>
#include <vector>

namespace heddle {
namespace {

using Seen = std::vector<int>;

TEST_CASE("A subscriber is told the current value and each change, until its subscription ends") {
  const auto source = std::make_shared<Source<int>>(1);
  Seen seen;
  {
    const Subscription subscription = source->Subscribe([&](int v) { seen.push_back(v); });
    source->Set(2);
    source->Set(2);  // the owner decides what a change is
  }
  source->Set(3);
  CHECK(seen == Seen{1, 2, 2});
  CHECK(source->Get() == 3);
  CHECK_FALSE(source->has_subscribers());
}

TEST_CASE("A subscription moves, and replaces another") {
  const auto source = std::make_shared<Source<int>>(0);
  int first = 0;
  int second = 0;
  Subscription a = source->Subscribe([&](int) { ++first; });
  Subscription b = std::move(a);
  CHECK_FALSE(a.active());  // NOLINT: moved from on purpose
  source->Set(1);
  CHECK(first == 2);
  b = source->Subscribe([&](int) { ++second; });
  source->Set(2);
  CHECK(first == 2);
  CHECK(second == 2);
  b.Cancel();
  b.Cancel();
  CHECK_FALSE(source->has_subscribers());
}

TEST_CASE("A value set inside an observer is the last that everyone sees, in order") {
  const auto source = std::make_shared<Source<int>>(0);
  Seen before, after;
  const Subscription a = source->Subscribe([&](int v) { before.push_back(v); });
  const Subscription b = source->Subscribe([&](int v) {
    if (v == 1) source->Set(2);
    if (v == 2) source->Set(3);
  });
  const Subscription c = source->Subscribe([&](int v) { after.push_back(v); });
  source->Set(1);
  CHECK(before == Seen{0, 1, 2, 3});
  CHECK(after == Seen{0, 3});
}

TEST_CASE("A value set while subscribing is seen by the new subscriber last") {
  const auto source = std::make_shared<Source<int>>(0);
  Seen seen;
  const Subscription a = source->Subscribe([&](int v) {
    seen.push_back(v);
    if (v == 0) source->Set(1);
  });
  CHECK(seen == Seen{0, 1});
}

TEST_CASE("A subscription may be cancelled inside its own callback") {
  const auto source = std::make_shared<Source<int>>(0);
  Seen seen;
  Subscription self = source->Subscribe([&](int v) {
    seen.push_back(v);
    if (v == 1) self.Cancel();
  });
  source->Set(1);
  source->Set(2);
  CHECK(seen == Seen{0, 1});
}

TEST_CASE("A subscription cancelled by an earlier observer is not called any more") {
  const auto source = std::make_shared<Source<int>>(0);
  Seen seen;
  Subscription later;
  const Subscription a = source->Subscribe([&](int v) {
    if (v == 1) later.Cancel();
  });
  later = source->Subscribe([&](int v) { seen.push_back(v); });
  source->Set(1);
  CHECK(seen == Seen{0});
}

TEST_CASE("One added inside a callback is called once with the value of that moment") {
  const auto source = std::make_shared<Source<int>>(0);
  Seen seen;
  Subscription added;
  const Subscription a = source->Subscribe([&](int v) {
    if (v == 1) added = source->Subscribe([&](int w) { seen.push_back(w); });
  });
  source->Set(1);
  CHECK(seen == Seen{1});
  source->Set(2);
  CHECK(seen == Seen{1, 2});
}

TEST_CASE("The subscription keeps its watch alive, also while the last one ends inside a callback") {
  auto source = std::make_shared<Source<std::string>>("a");
  const std::weak_ptr<Source<std::string>> weak = source;
  std::string seen;
  Subscription subscription = source->Subscribe([&](const std::string& v) {
    seen = v;
    if (v == "b") {
      source.reset();
      subscription.Cancel();
      CHECK(v == "b");  // still there
    }
  });
  source->Set("b");
  CHECK(seen == "b");
  CHECK(weak.expired());
}

// Follows `source` while it is followed itself.
class Doubled : public Watch<int> {
 public:
  explicit Doubled(std::shared_ptr<Watch<int>> source) : Watch(0), source_(std::move(source)) {}
  int starts = 0;
  int stops = 0;

 private:
  void OnFirstSubscriber() override {
    ++starts;
    subscription_ = source_->Subscribe([this](int v) { Publish(2 * v); });
  }
  void OnLastUnsubscribed() override {
    ++stops;
    subscription_.Cancel();
  }
  std::shared_ptr<Watch<int>> source_;
  Subscription subscription_;
};

TEST_CASE("A lazy watch starts with its first subscriber, who sees one value, and stops with its last") {
  const auto source = std::make_shared<Source<int>>(1);
  const auto doubled = std::make_shared<Doubled>(source);
  CHECK_FALSE(source->has_subscribers());
  Seen seen;
  Subscription a = doubled->Subscribe([&](int v) { seen.push_back(v); });
  Subscription b = doubled->Subscribe([&](int) {});
  source->Set(2);
  CHECK(seen == Seen{2, 4});
  a.Cancel();
  CHECK(source->has_subscribers());
  b.Cancel();
  CHECK_FALSE(source->has_subscribers());
  source->Set(5);
  CHECK(doubled->Get() == 4);  // nobody follows it
  a = doubled->Subscribe([&](int v) { seen.push_back(v); });
  CHECK(seen == Seen{2, 4, 10});
  CHECK(doubled->starts == 2);
  CHECK(doubled->stops == 1);
}

TEST_CASE("A constant never changes") {
  const auto constant = Constant<std::string>("x");
  int calls = 0;
  const Subscription subscription = constant->Subscribe([&](const std::string&) { ++calls; });
  CHECK(constant->Get() == "x");
  CHECK(calls == 1);
}

}  // namespace
}  // namespace heddle
