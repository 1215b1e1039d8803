// config.json but for its tables of keys (config_keys.cc): whole files that are accepted or refused.
#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/config_reading.h"

namespace heddle::conformance {
namespace {

void CheckValues(const Json& expect, const ProxyConfig& config, Verdict* verdict) {
  Json labels = Json::array();
  Json servers = Json::array();
  for (const RouterEntry& router : config.routers) {
    labels.push_back(router.router.label);
    for (const auto& server : router.router.servers) servers.push_back(server.address.ToString());
  }
  if (expect.contains("admin")) verdict->Check("admin", expect["admin"], config.admin.address.ToString());
  if (expect.contains("labels")) verdict->Check("labels", expect["labels"], labels);
  if (expect.contains("servers")) verdict->Check("servers", expect["servers"], servers);
}

// `mistakes` as they are to be: none, or some that each name the line.
void CheckMistakes(const Json& expect, const std::vector<std::string>& mistakes, Verdict* verdict) {
  const bool valid = expect.at("valid");
  if (!valid && mistakes.empty()) verdict->Fail("accepted, a refusal is expected");
  if (valid && IsAllLater(mistakes)) return verdict->NotRun("later work: keys and kinds of whole files");
  if (valid && !mistakes.empty()) verdict->Fail(absl::StrJoin(mistakes, "; "));
  for (const std::string& mistake : mistakes) {
    if (!absl::StartsWith(mistake, "file.yaml:")) verdict->Fail("does not name its place: " + mistake);
  }
}

void RunFile(const Json& test, Verdict* verdict) {
  const Json& expect = test.at("expect");
  const std::string yaml = test.at("yaml");
  if (test.at("document") == "namerd") return CheckMistakes(expect, NamerdReading(yaml).mistakes, verdict);
  const ProxyReading reading(yaml);
  CheckMistakes(expect, reading.mistakes, verdict);
  if (reading.mistakes.empty()) CheckValues(expect, reading.config, verdict);
}

}  // namespace

Json NamerdFileWith(const char* key, const Json& value) {
  Json file = {{"storage", {{"kind", "io.l5d.inMemory"}}},
               {"interfaces", Json::array({{{"kind", "io.l5d.httpController"}}})}};
  file[key] = value;
  return file;
}

bool IsAllLater(const std::vector<std::string>& mistakes) {
  return !mistakes.empty() && std::all_of(mistakes.begin(), mistakes.end(), [](const std::string& mistake) {
    return absl::StrContains(mistake, "not supported");
  });
}

// The prefixes of namers.
void RunNamerdConfig(const Json& test, Verdict* verdict) {
  Json namers = Json::array();
  for (const Json& prefix : test.at("namers"))
    namers.push_back({{"kind", "io.l5d.fs"}, {"rootDir", "/"}, {"prefix", prefix}});
  CheckMistakes({{"valid", !ExpectsError(test.at("expect"))}},
                NamerdReading(NamerdFileWith("namers", namers).dump()).mistakes, verdict);
}

Verdict RunConfigCase(const Json& test) {
  Verdict verdict;
  const std::string feature = test.at("feature");
  if (test.contains("yaml")) {
    RunFile(test, &verdict);
  } else if (test.contains("keys")) {
    RunConfigKeys(test, &verdict);
  } else if (feature == "prefix_config") {
    RunPrefixConfig(test, &verdict);
  } else if (feature == "legacy") {
    RunLegacyConfig(test, &verdict);
  } else {
    verdict.Fail("unknown feature " + feature);
  }
  return verdict;
}

}  // namespace heddle::conformance
