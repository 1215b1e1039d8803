#include "proxy/classify/request_stats.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace heddle {

namespace {

// The value that `found` has for `key`; null if none.
template <class K, class V>
V* Find(std::vector<std::pair<K, V>>& found, K key) {
  for (auto& [each, value] : found) {
    if (each == key) return &value;
  }
  return nullptr;
}

}  // namespace

absl::string_view ExceptionName(FailureName name) {
  switch (name) {
    case FailureName::kResponse:
      return "com.twitter.finagle.service.ResponseClassificationSyntheticException";
    case FailureName::kConnect:
      return "com.twitter.finagle.ConnectionFailedException";
    case FailureName::kClosed:
      return "com.twitter.finagle.ChannelClosedException";
    case FailureName::kMalformed:
      return "io.buoyant.linkerd.protocol.http.FramingFilter$FramingException";
    case FailureName::kTimeout:
      return "com.twitter.finagle.IndividualRequestTimeoutException";
    case FailureName::kTotalTimeout:
      return "com.twitter.finagle.GlobalRequestTimeoutException";
    case FailureName::kShed:
      return "com.twitter.finagle.TooManyWaitersException";
    case FailureName::kOverload:
      return "rejected";  // a flag of com.twitter.finagle.Failure, counted as exceptions are
    case FailureName::kNowhere:
      return "com.twitter.finagle.NoBrokersAvailableException";
    case FailureName::kUnbound:
      return "com.twitter.finagle.RequestTimeoutException";
    case FailureName::kUnidentified:
      return "io.buoyant.router.RoutingFactory$UnknownDst";
    case FailureName::kOther:
      break;
  }
  return "com.twitter.finagle.Failure";
}

FailureName NameOf(AttemptFailure failure) {
  switch (failure) {
    case AttemptFailure::kConnect:
      return FailureName::kConnect;
    case AttemptFailure::kClosed:
      return FailureName::kClosed;
    case AttemptFailure::kMalformed:
      return FailureName::kMalformed;
    case AttemptFailure::kTimeout:
      return FailureName::kTimeout;
    case AttemptFailure::kShed:
      return FailureName::kShed;
  }
  return FailureName::kOther;
}

RequestStats::RequestStats(const Scope& scope, Detail detail)
    : set_(scope),
      detail_(detail),
      requests_(set_.AddCounter({"requests"})),
      success_(set_.AddCounter({"success"})),
      failures_(set_.AddCounter({"failures"})),
      pending_(set_.AddGauge({"pending"})),
      latency_(set_.AddLatency({"request_latency_ms"})) {}

void RequestStats::CountFailure(FailureName name) {
  std::atomic<Counter*>& place = exceptions_[static_cast<size_t>(name)];
  Counter* counter = place.load(std::memory_order_relaxed);
  if (counter == nullptr) {
    counter = &set_.AddCounter({"failures", ExceptionName(name)});
    place.store(counter, std::memory_order_release);
  }
  counter->Increment();
}

void RequestStats::AddTo(TrafficCounts& out) const {
  uint64_t requests = success_.value();
  out.successes += requests;
  for (size_t i = 0; i < exceptions_.size(); ++i) {
    const Counter* counter = exceptions_[i].load(std::memory_order_acquire);
    if (counter == nullptr) continue;
    const uint64_t count = counter->value();
    out.failures[std::string(ExceptionName(static_cast<FailureName>(i)))] += count;
    requests += count;
  }
  out.requests += requests;
  latency_.AddTo(out.latency);
}

void RequestStats::FindStatus(int status) {
  last_status_ = status;
  const std::string of_class = status == 0 ? "error" : absl::StrCat(status / 100, "XX");
  OfStatus* known = Find(classes_, status / 100);
  if (known == nullptr) {
    OfStatus added;
    if (status != 0) added.in_class = &set_.AddCounter({"status", of_class});
    added.time = &set_.AddLatency({"time", of_class});
    known = &classes_.emplace_back(status / 100, added).second;
  }
  last_ = *known;
  Counter** code = Find(codes_, status);
  if (code == nullptr) {
    const std::string name = status == 0 ? of_class : absl::StrCat(status);
    code = &codes_.emplace_back(status, &set_.AddCounter({"status", name})).second;
  }
  last_code_ = *code;
}

}  // namespace heddle
