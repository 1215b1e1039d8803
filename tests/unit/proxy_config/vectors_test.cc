// The recorded behaviour of Linkerd 1.x (config.json, feature "validation"), case by case.
#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>
#include <set>

#include "tests/unit/proxy_config/parsed.h"

namespace heddle {
namespace {

using nlohmann::json;

// Valid in Linkerd, refused here by name as not supported yet: protocol h2 (09), streamingEnabled: false
// (24), addForwardedHeader (27), admin.security (34).
const std::set<std::string> kRefusedYet = {"cfg/validation/09", "cfg/validation/24", "cfg/validation/27",
                                           "cfg/validation/34"};
// A quoted port is a port: whoever writes "80" means 80.
const std::set<std::string> kAccepted = {"cfg/validation/20"};

void CheckValues(const json& expect, const ProxyConfig& config) {
  if (expect.contains("admin")) CHECK(config.admin.address.ToString() == expect["admin"]);
  for (size_t i = 0; i < config.routers.size(); ++i) {
    const RouterConfig& router = config.routers[i].router;
    if (expect.contains("labels")) CHECK(router.label == expect["labels"][i]);
    if (expect.contains("servers")) CHECK(router.servers.at(0).address.ToString() == expect["servers"][0]);
  }
}

TEST_CASE("Files are accepted and refused as recorded") {
  std::ifstream file(HEDDLE_CONFIG_VECTORS);
  const json vectors = json::parse(file);
  int checked = 0;
  for (const json& vector : vectors) {
    if (vector["feature"] != "validation" || vector["document"] != "linkerd") continue;
    const std::string id = vector["id"];
    INFO(id);
    const Parsed parsed(vector["yaml"].get<std::string>());
    const bool valid = kAccepted.contains(id) || (vector["expect"]["valid"] && !kRefusedYet.contains(id));
    CHECK(parsed.errors.empty() == valid);
    if (valid) CheckValues(vector["expect"], parsed.config);
    ++checked;
  }
  CHECK(checked == 31);
}

}  // namespace
}  // namespace heddle
