// Configuration files read as the programs do.
#ifndef HEDDLE_TESTS_CONFORMANCE_CONFIG_READING_H_
#define HEDDLE_TESTS_CONFORMANCE_CONFIG_READING_H_

#include <optional>
#include <string>
#include <vector>

#include "namerd/config/namerd_config.h"
#include "proxy/config/proxy_config.h"
#include "tests/conformance/verdict.h"

namespace heddle::conformance {

// A file of a proxy (Linkerd's) or of namerd, with its mistakes.
template <class Config>
struct ConfigReading {
  using Read = void (*)(const ConfigNode&, ConfigErrors&, Config*);
  ConfigReading(const std::string& text, Read read) {
    ConfigErrors errors;
    const auto document = ConfigDocument::Parse(text, "file.yaml", errors);
    if (document != nullptr) read(document->root(), errors, &config);
    mistakes = errors.Lines();
  }
  Config config;
  std::vector<std::string> mistakes;  // "file.yaml:3:7: routers[0].label: ..."
};

struct ProxyReading : ConfigReading<ProxyConfig> {
  explicit ProxyReading(const std::string& text) : ConfigReading(text, ReadProxyConfig) {}
};
struct NamerdReading : ConfigReading<namerd::NamerdConfig> {
  explicit NamerdReading(const std::string& text) : ConfigReading(text, namerd::ReadNamerdConfig) {}
};

// A file of namerd that is valid, with `value` at `key`.
Json NamerdFileWith(const char* key, const Json& value);

// The value of a key that is left out, in the form of config.json; nullopt if it is not compared. `router`
// was read from a file that gives only what is required around it.
std::optional<Json> ValueLeftOut(const std::string& feature, const std::string& key,
                                 const RouterConfig& router);

// The features prefix_config and legacy.
void RunPrefixConfig(const Json& test, Verdict* verdict);
void RunLegacyConfig(const Json& test, Verdict* verdict);

// True if there are mistakes, and each says that something of Linkerd's is not served yet.
bool IsAllLater(const std::vector<std::string>& mistakes);

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_CONFIG_READING_H_
