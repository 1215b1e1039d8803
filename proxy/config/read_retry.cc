#include "proxy/config/read_retry.h"

#include <string>

#include "lib/config/object_reader.h"

namespace heddle {

namespace {

constexpr int64_t kLongestWaitMs = Millis(std::chrono::hours(24)).count();

BackoffConfig ReadConstant(ObjectReader& reader) {
  int64_t ms = 0;
  reader.Optional("ms", &ms, 0, kLongestWaitMs);
  return BackoffConfig::Constant(Millis(ms));
}

BackoffConfig ReadJittered(ObjectReader& reader) {
  int64_t min = 1;
  int64_t max = kLongestWaitMs;
  const bool bounded = reader.Required("minMs", &min, int64_t{1}, kLongestWaitMs);
  if (reader.Required("maxMs", &max, int64_t{1}, kLongestWaitMs) && bounded && max < min) {
    reader.AddError("maxMs", "must not be less than minMs");
  }
  return BackoffConfig::Jittered(Millis(min), Millis(max));
}

}  // namespace

BackoffConfig ReadBackoff(const ConfigNode& node, ConfigErrors& errors) {
  BackoffConfig config;
  ObjectReader reader(node, errors);
  const std::string kind = reader.Kind();
  if (kind == "constant") {
    config = ReadConstant(reader);
  } else if (kind == "jittered") {
    config = ReadJittered(reader);
  } else {
    if (!kind.empty()) errors.AddUnknown(*node.Find("kind"), "kind", kind, {"constant", "jittered"});
    return config;
  }
  reader.Finish();
  return config;
}

BudgetConfig ReadBudget(const ConfigNode& node, ConfigErrors& errors) {
  // Finagle's ranges.
  constexpr int64_t kMostSeconds = 60;
  constexpr double kMostPercent = 1000;
  BudgetConfig config;
  ObjectReader reader(node, errors);
  int64_t seconds = 0;
  if (reader.Optional("ttlSecs", &seconds, 1, kMostSeconds)) config.ttl = std::chrono::seconds(seconds);
  reader.Optional("minRetriesPerSec", &config.min_retries_per_sec, 0, 1e9);
  reader.Optional("percentCanRetry", &config.percent_can_retry, 0, kMostPercent);
  reader.Finish();
  return config;
}

}  // namespace heddle
