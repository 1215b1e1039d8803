#include "proxy/config/read_accrual.h"

#include <string>

#include "lib/config/object_reader.h"
#include "proxy/config/read_retry.h"

namespace heddle {

namespace {

constexpr uint32_t kMostRequests = 1'000'000'000;

bool ReadKind(ObjectReader& reader, AccrualConfig* config) {
  using Kind = AccrualConfig::Kind;
  const std::string kind = reader.Kind();
  if (kind.empty()) return false;
  if (kind == "io.l5d.consecutiveFailures") {
    config->kind = Kind::kConsecutiveFailures;
    reader.Required("failures", &config->failures, 1u, kMostRequests);
  } else if (kind == "io.l5d.successRate") {
    config->kind = Kind::kSuccessRate;
    reader.Required("successRate", &config->success_rate, 0, 1);
    reader.Required("requests", &config->requests, 1u, kMostRequests);
  } else if (kind == "io.l5d.successRateWindowed") {
    config->kind = Kind::kSuccessRateWindowed;
    reader.Required("successRate", &config->success_rate, 0, 1);
    uint32_t seconds = 0;
    if (reader.Required("window", &seconds, 1u, 86'400u)) config->window = std::chrono::seconds(seconds);
  } else if (kind == "none") {
    config->kind = Kind::kNone;
  } else {
    reader.errors().AddUnknown(
        *reader.node().Find("kind"), "kind", kind,
        {"io.l5d.consecutiveFailures", "io.l5d.successRate", "io.l5d.successRateWindowed", "none"});
    return false;
  }
  return true;
}

}  // namespace

AccrualConfig ReadAccrual(const ConfigNode& node, ConfigErrors& errors) {
  AccrualConfig config;
  ObjectReader reader(node, errors);
  if (!ReadKind(reader, &config)) return config;
  if (const ConfigNode* backoff = reader.Node("backoff")) config.backoff = ReadBackoff(*backoff, errors);
  reader.Finish();
  return config;
}

}  // namespace heddle
