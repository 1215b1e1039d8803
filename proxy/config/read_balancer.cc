#include "proxy/config/read_balancer.h"

#include <string>

#include "lib/config/object_reader.h"

namespace heddle {

namespace {

using Kind = BalancerConfig::Kind;

bool ReadKind(ObjectReader& reader, Kind* out) {
  static const auto& kinds =
      *new std::vector<std::pair<std::string, Kind>>{{"p2c", Kind::kP2c},
                                                     {"ewma", Kind::kEwma},
                                                     {"aperture", Kind::kAperture},
                                                     {"heap", Kind::kHeap},
                                                     {"roundRobin", Kind::kRoundRobin}};
  const std::string text = reader.Kind("p2c");
  std::vector<std::string> accepted;
  for (const auto& [name, kind] : kinds) {
    if (name == text) *out = kind;
    if (name == text) return true;
    accepted.push_back(name);
  }
  reader.errors().AddUnknown(*reader.node().Find("kind"), "kind", text, accepted);
  return false;
}

void ReadAperture(ObjectReader& reader, BalancerConfig* config) {
  constexpr double kMostLoad = 1e6;
  constexpr uint32_t kMostEndpoints = 1'000'000;
  reader.OptionalMillis("smoothWindowMs", &config->smooth_window, 1);
  reader.Optional("lowLoad", &config->low_load, 0, kMostLoad);
  reader.Optional("highLoad", &config->high_load, 0, kMostLoad);
  reader.Optional("minAperture", &config->min_aperture, 1, kMostEndpoints);
  if (config->low_load >= config->high_load) reader.AddError("lowLoad", "must be less than highLoad");
}

}  // namespace

BalancerConfig ReadBalancer(const ConfigNode& node, ConfigErrors& errors) {
  constexpr uint32_t kMostEffort = 1000;
  BalancerConfig config;
  ObjectReader reader(node, errors);
  if (!ReadKind(reader, &config.kind)) return config;
  if (config.kind != Kind::kHeap) reader.Optional("maxEffort", &config.max_effort, 1, kMostEffort);
  if (config.kind == Kind::kEwma) reader.OptionalMillis("decayTimeMs", &config.decay_time, 1);
  if (config.kind == Kind::kAperture) ReadAperture(reader, &config);
  reader.Optional("enableProbation", &config.enable_probation);
  reader.Optional("panicThreshold", &config.panic_threshold, 0, 1);
  reader.Finish();
  return config;
}

}  // namespace heddle
