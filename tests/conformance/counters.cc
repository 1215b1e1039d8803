#include "tests/conformance/counters.h"

#include <chrono>
#include <thread>

#include "absl/strings/str_cat.h"

namespace heddle::conformance {
namespace {

constexpr int kTries = 200;  // 5 ms apart

bool Holds(const Json& metrics, const std::string& name, const Json& expected) {
  const auto number = [&](const std::string& key) { return metrics.value(key, 0.0); };
  if (expected.is_number()) return number(name) == expected.get<double>();
  if (expected == "histogram") return number(name + ".count") > 0;
  double sum = 0;
  for (const Json& value : expected) sum += value.get<double>();
  const auto size = static_cast<double>(expected.size());
  return number(name + ".count") == size && number(name + ".sum") == sum;
}

// What there is of `name`, for the reader.
std::string Found(const Json& metrics, const std::string& name) {
  std::string found;
  for (const auto& item : metrics.items()) {
    if (item.key() == name || item.key() == name + ".count" || item.key() == name + ".sum")
      absl::StrAppend(&found, found.empty() ? "" : ", ", item.key(), " ", item.value().dump());
  }
  return found.empty() ? "nothing" : found;
}

}  // namespace

void CheckCounters(const CaseProxy& proxy, const ExpectedCounters& expected, Verdict* verdict) {
  Json metrics;
  for (int tries = 0; tries < kTries; ++tries) {
    metrics = proxy.Metrics();
    bool all = true;
    for (const auto& [name, value] : expected) all &= Holds(metrics, name, value);
    if (all) return;
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  for (const auto& [name, value] : expected) {
    if (!Holds(metrics, name, value)) verdict->Differs(name, value.dump(), Found(metrics, name));
  }
}

std::string ServerScope(const CaseProxy& proxy) {
  return absl::StrCat("rt/http/server/127.0.0.1/", proxy.port());
}

}  // namespace heddle::conformance
