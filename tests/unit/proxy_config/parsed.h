// A configuration text read into its struct, with the mistakes it has.
#ifndef HEDDLE_TESTS_UNIT_PROXY_CONFIG_PARSED_H_
#define HEDDLE_TESTS_UNIT_PROXY_CONFIG_PARSED_H_

#include <string>
#include <vector>

#include "proxy/config/proxy_config.h"

namespace heddle {

struct Parsed {
  ProxyConfig config;
  std::vector<std::string> errors;

  explicit Parsed(absl::string_view yaml) {
    ConfigErrors list;
    const auto document = ConfigDocument::Parse(yaml, "proxy.yaml", list);
    if (document != nullptr) ReadProxyConfig(document->root(), list, &config);
    errors = list.Lines();
  }
};

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_PROXY_CONFIG_PARSED_H_
