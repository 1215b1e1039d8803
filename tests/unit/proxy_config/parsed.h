// A configuration text read into its struct, with the mistakes it has.
#ifndef HEDDLE_TESTS_UNIT_PROXY_CONFIG_PARSED_H_
#define HEDDLE_TESTS_UNIT_PROXY_CONFIG_PARSED_H_

#include <catch2/catch.hpp>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
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

// A file whose only router has `keys` in its third line, as "client: {...}".
inline Parsed ParsedWith(absl::string_view keys) {
  return Parsed(absl::StrCat("routers:\n- protocol: http\n  ", keys, "\n"));
}

// That router, which is to have no mistakes.
inline RouterEntry RouterWith(absl::string_view keys) {
  Parsed parsed = ParsedWith(keys);
  INFO(keys);
  REQUIRE(parsed.errors == std::vector<std::string>{});
  return std::move(parsed.config.routers.at(0));
}

// The one mistake that such a file is to have, without its place and the path to the router.
inline std::string MistakeWith(absl::string_view keys) {
  const Parsed parsed = ParsedWith(keys);
  INFO(keys);
  REQUIRE(parsed.errors.size() == 1);
  const std::string& error = parsed.errors[0];
  const std::string router = ": routers[0].";
  REQUIRE(error.find("proxy.yaml:3:") == 0);
  REQUIRE(error.find(router) != std::string::npos);
  return error.substr(error.find(router) + router.size());
}

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_PROXY_CONFIG_PARSED_H_
