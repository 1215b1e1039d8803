// The behaviour of Linkerd's file and inet namers, as recorded.
#include <catch2/catch.hpp>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>

#include "lib/namers/address_file.h"
#include "lib/namers/fs_namer.h"
#include "lib/namers/inet_namer.h"
#include "lib/namers/rewrite_namer.h"
#include "tests/unit/namers/temp_tree.h"

namespace heddle {
namespace {

using nlohmann::json;

json Cases(const std::string& feature) {
  std::ifstream file(HEDDLE_VECTORS "/delegate.json");
  json cases = json::array();
  for (const auto& each : json::parse(file)) {
    if (each["feature"] == feature) cases.push_back(each);
  }
  REQUIRE_FALSE(cases.empty());
  return cases;
}

void WriteFiles(const TempTree& tree, const std::string& directory, const json& files) {
  for (const auto& [name, content] : files.items()) {
    if (content.is_string()) {
      tree.Write(directory + name, content.get<std::string>());
    } else {
      tree.MakeDirectory(directory + name);
      WriteFiles(tree, directory + name + "/", content);
    }
  }
}

// What a lookup leads to, in the vectors' form.
json Outcome(Namer& namer, const Path& path) {
  const auto watch = namer.Lookup(path);
  json outcome;
  auto subscription = watch->Subscribe([&](const Activity<NameTree<Name>>& value) {
    if (value.failed()) {
      outcome = {{"type", "error"}};
    } else if (value.value->is_neg()) {
      outcome = {{"type", "neg"}};
    } else if (const auto* name = std::get_if<Path>(&value.value->leaf())) {
      outcome = {{"type", "path"}, {"path", name->Show()}};
    } else {
      const auto& bound = std::get<BoundName>(value.value->leaf());
      outcome = {{"type", "bound"}, {"id", bound.id.Show()}, {"residual", bound.residual.Show()}};
    }
  });
  return outcome;
}

TEST_CASE("address files", "[namers][vectors]") {
  for (const json& each : Cases("fs_file")) {
    CAPTURE(each["id"], each["why"]);
    const auto lines = ParseAddressFile(each["content"].get<std::string>());
    const json& expect = each["expect"];
    REQUIRE(lines.ok() == (expect["type"] == "bound"));
    if (!lines.ok()) {
      REQUIRE_THAT(std::string(lines.status().message()),
                   Catch::Contains(expect["cause"].get<std::string>()));
      continue;
    }
    std::vector<Endpoint> endpoints;
    for (const AddressLine& line : *lines) {
      endpoints.push_back(Endpoint{*SocketAddress::Parse(line.host, line.port), line.weight, {}});
    }
    std::vector<Endpoint> expected;
    for (const json& addr : expect["addrs"]) {
      expected.push_back(
          Endpoint{*SocketAddress::Parse(addr["ip"].get<std::string>(), addr["port"].get<uint32_t>()),
                   addr["meta"].value("endpoint_addr_weight", 1.0),
                   {}});
    }
    REQUIRE((Addr::Bound(endpoints) == Addr::Bound(expected)));
  }
}

TEST_CASE("lookups in a directory", "[namers][vectors]") {
  Loop loop;
  for (const json& each : Cases("fs_lookup")) {
    CAPTURE(each["id"], each["why"]);
    TempTree tree;
    WriteFiles(tree, "", each["fs"]["files"]);
    FsNamer namer(loop, tree.root(), *Path::Parse(each["fs"]["prefix"].get<std::string>()),
                  std::make_shared<HostAddrs>(loop));
    REQUIRE(Outcome(namer, *Path::Parse(each["path"].get<std::string>())) == each["expect"]);
  }
}

TEST_CASE("inet names", "[namers][vectors]") {
  Loop loop;
  InetNamer namer(std::make_shared<HostAddrs>(loop));
  for (const json& each : Cases("inet")) {
    CAPTURE(each["id"], each["why"]);
    const Path path = *Path::Parse(each["path"].get<std::string>());
    json expect = each["expect"];
    if (expect["type"] == "error") expect = {{"type", "error"}};
    REQUIRE(Outcome(namer, path.Drop(2)) == expect);
  }
}

TEST_CASE("rewrites", "[namers][vectors]") {
  for (const json& each : Cases("rewrite")) {
    CAPTURE(each["id"], each["why"]);
    const std::string pattern = each["pattern"];
    RewriteNamer namer(*PathMatcher::Parse(pattern), pattern, each["name"], UnshownScope());
    REQUIRE(Outcome(namer, *Path::Parse(each["path"].get<std::string>())) == each["expect"]);
  }
}

}  // namespace
}  // namespace heddle
