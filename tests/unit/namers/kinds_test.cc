#include "lib/namers/kinds.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "tests/unit/namers/temp_tree.h"

namespace heddle {
namespace {

struct Loaded {
  explicit Loaded(const std::string& yaml) : document(ConfigDocument::Parse(yaml, "c.yaml", errors)) {
    REQUIRE(document != nullptr);
    std::vector<const ConfigNode*> entries;
    for (const auto& item : document->root().Find("namers")->items()) entries.push_back(item.get());
    configs = ReadNamers(entries, errors);
  }
  ConfigErrors errors;
  std::unique_ptr<ConfigDocument> document;
  NamerConfigs configs;
};

TEST_CASE("namers are made of their configuration, the inet namer always", "[namers]") {
  TempTree tree;
  const Loaded loaded("namers:\n- kind: io.l5d.fs\n  rootDir: " + tree.root() +
                      "\n- kind: io.l5d.fs\n  experimental: true\n  prefix: /files/x\n  rootDir: " +
                      tree.root() + "\n- kind: io.l5d.fs\n  prefix: /#/other\n  rootDir: " + tree.root());
  REQUIRE(loaded.errors.ToString() == "");
  Loop loop;
  const auto namers = MakeNamers(loaded.configs, loop);
  REQUIRE(namers.size() == 4);
  REQUIRE(namers[0].prefix.Show() == "/$/inet");
  REQUIRE(namers[1].prefix.Show() == "/#/io.l5d.fs");
  REQUIRE(namers[2].prefix.Show() == "/#/files/x");
  REQUIRE(namers[3].prefix.Show() == "/#/other");
  REQUIRE_THAT(namers[1].namer->StateJson(), Catch::Contains(tree.root()));
}

TEST_CASE("mistakes are told all at once, each with its place", "[namers]") {
  const Loaded loaded(
      "namers:\n"
      "- kind: io.l5d.fz\n"
      "- kind: io.l5d.fs\n"
      "- kind: io.l5d.fs\n"
      "  rootDir: /nosuch/place\n"
      "  prefix: bad prefix\n"
      "  rootdir: x\n"
      "- rootDir: /\n"
      "- kind: io.l5d.k8s\n");
  const std::string text = loaded.errors.ToString();
  CAPTURE(text);
  REQUIRE_THAT(text, Catch::Contains("c.yaml:9:9: namers") || Catch::Contains("c.yaml:9:9: kind"));
  REQUIRE_THAT(text, Catch::Contains("io.l5d.k8s is not supported yet; io.l5d.fs is"));
  for (const char* part :
       {"c.yaml:2:", "io.l5d.fz", "c.yaml:3:", "rootDir", "c.yaml:5:", "'/nosuch/place' is not a directory",
        "c.yaml:6:", "c.yaml:7:", "c.yaml:8:", "kind"}) {
    REQUIRE_THAT(text, Catch::Contains(part));
  }
}

}  // namespace
}  // namespace heddle
