#include "namerd/http_api/live_pages.h"

#include <algorithm>

#include "namerd/http_api/traffic_json.h"

namespace heddle::namerd {
namespace {

// How much longer than the work of a line the loop has for all else: a large fleet has fewer lines.
constexpr int kRestPerWork = 9;

}  // namespace

ProxiesPage::ProxiesPage(Loop& loop, const Fleet& fleet)
    : Watch(""), loop_(loop), fleet_(fleet), timer_(loop, [this] { Render(); }) {}

void ProxiesPage::OnFirstSubscriber() {
  Render();
  changes_ = fleet_.Changes()->Subscribe([this](uint64_t) { OnChange(); });
}

void ProxiesPage::OnLastUnsubscribed() {
  changes_.Cancel();
  timer_.Cancel();
}

void ProxiesPage::OnChange() {
  if (!timer_.running()) timer_.Start(rendered_ + kLineEvery - loop_.Now());
}

void ProxiesPage::Render() {
  rendered_ = loop_.Now();
  std::string text = fleet_.StateJson() + "\n";
  if (text != Get()) Publish(std::move(text));
}

Collections::Collections(Loop& loop, TrafficBook& book)
    : Watch(nullptr), loop_(loop), book_(book), timer_(loop, [this] { Collect(); }) {}

void Collections::OnFirstSubscriber() { Collect(); }

void Collections::OnLastUnsubscribed() {
  collecting_.Cancel();
  timer_.Cancel();
  Publish(nullptr);
}

void Collections::Collect() {
  begun_ = loop_.Now();
  collecting_ = book_.Collect(kLimit, [this](const std::vector<std::string>& missing) {
    const auto self = shared_from_this();  // who watches may go with what we tell
    const Nanos before = loop_.clock().Now();
    Publish(std::make_shared<const std::vector<std::string>>(missing));
    if (!has_subscribers()) return;
    const Nanos cost = loop_.clock().Now() - before;
    timer_.Start(std::max(begun_ + kLineEvery - loop_.Now(), cost * kRestPerWork));
  });
}

void TrafficPage::OnFirstSubscriber() {
  collected_ = collections_->Subscribe([this](const auto& missing) {
    Publish(missing == nullptr ? "" : TrafficToJson(book_, ns_, window_, *missing));
  });
}

void TrafficPage::OnLastUnsubscribed() { collected_.Cancel(); }

}  // namespace heddle::namerd
