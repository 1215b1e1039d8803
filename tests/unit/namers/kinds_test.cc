#include "lib/namers/kinds.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/config/node.h"
#include "tests/unit/namers/temp_tree.h"

namespace heddle {
namespace {

struct Loaded {
  explicit Loaded(const std::string& yaml, PrefixOverlap overlap = PrefixOverlap::kAllowed)
      : document(ConfigDocument::Parse(yaml, "c.yaml", errors)) {
    REQUIRE(document != nullptr);
    ObjectReader reader(document->root(), errors);
    configs = ReadNamers(reader, overlap);
    reader.Finish();
  }
  ConfigErrors errors;
  std::unique_ptr<ConfigDocument> document;
  NamerConfigs configs;
};

std::string PrefixesOf(const std::vector<PrefixedNamer>& namers) {
  return absl::StrJoin(namers, " ",
                       [](std::string* out, const PrefixedNamer& n) { *out += n.prefix.Show(); });
}

TEST_CASE("namers are made of their configuration, the inet namer always", "[namers]") {
  TempTree tree;
  const Loaded loaded("namers:\n- kind: io.l5d.fs\n  rootDir: " + tree.root() +
                      "\n- kind: io.l5d.fs\n  experimental: true\n  prefix: /files/x\n  rootDir: " +
                      tree.root() + "\n- kind: io.l5d.fs\n  prefix: /#/other\n  rootDir: " + tree.root());
  REQUIRE(loaded.errors.ToString() == "");
  Loop loop;
  const auto namers = MakeNamers(loaded.configs, loop, UnshownScope());
  REQUIRE(PrefixesOf(namers) == "/$/fixedinet /$/inet /#/io.l5d.fs /#/files/x /#/other");
  REQUIRE_THAT(namers[2].namer->StateJson(), Catch::Contains(tree.root()));
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
  REQUIRE_THAT(
      text, Catch::Contains("io.l5d.k8s is not supported yet; io.l5d.dnssrv, io.l5d.fs, io.l5d.rewrite are"));
  for (const char* part :
       {"c.yaml:2:", "io.l5d.fz", "c.yaml:3:", "rootDir", "c.yaml:5:", "'/nosuch/place' is not a directory",
        "c.yaml:6:", "c.yaml:7:", "c.yaml:8:", "kind"}) {
    REQUIRE_THAT(text, Catch::Contains(part));
  }
}

TEST_CASE("every kind takes a prefix and transformers, and counts under its name", "[namers]") {
  TempTree tree;
  tree.Write("web", "10.0.0.1 80\n");
  const Loaded loaded("namers:\n- kind: io.l5d.fs\n  rootDir: " + tree.root() +
                      "\n  prefix: /disco\n  transformers:\n  - kind: io.l5d.port\n    port: 4141\n");
  REQUIRE(loaded.errors.ToString() == "");
  MetricsTree metrics;
  Loop loop;
  {
    const auto namers = MakeNamers(loaded.configs, loop, metrics.root());
    const auto watch = namers[2].namer->Lookup(Path{"web"});
    std::string id;
    auto subscription = watch->Subscribe([&](const Activity<NameTree<Name>>& value) {
      id = std::get<BoundName>(value.value->leaf()).id.Show();
    });
    REQUIRE(id == "/%/io.l5d.port/4141/#/disco/web");
    std::string counted;
    metrics.VisitBelow({"namer", "disco"}, [&](const MetricSample& sample) {
      if (sample.path.back() == "lookups")
        counted = absl::StrCat(absl::StrJoin(sample.path, "|"), sample.counter);
    });
    REQUIRE(counted == "namer|disco|lookups1");
  }
}

TEST_CASE("namerd refuses namers whose prefixes overlap; a proxy asks the later one first", "[namers]") {
  const std::string yaml =
      "namers:\n"
      "- {kind: io.l5d.rewrite, prefix: /boo, pattern: /, name: /x}\n"
      "- {kind: io.l5d.rewrite, prefix: /boo/urns, pattern: /, name: /y}\n";
  REQUIRE(Loaded(yaml).errors.ToString() == "");
  const std::string errors = Loaded(yaml, PrefixOverlap::kRefused).errors.ToString();
  REQUIRE_THAT(errors,
               Catch::Contains("Namers must not have overlapping prefixes: /#/boo & /#/boo/urns; give one"));
  REQUIRE_THAT(errors, Catch::Contains("c.yaml:3:"));
  // A prefix that is none is one mistake, not two.
  const std::string slip =
      "namers:\n"
      "- {kind: io.l5d.rewrite, prefix: boo, pattern: /, name: /x}\n"
      "- {kind: io.l5d.rewrite, prefix: /urns, pattern: /, name: /y}\n";
  const std::string one = Loaded(slip, PrefixOverlap::kRefused).errors.ToString();
  REQUIRE_THAT(one, Catch::Contains("c.yaml:2:"));
  REQUIRE_THAT(one, !Catch::Contains("overlapping"));
}

TEST_CASE("a rewrite is checked when it is read", "[namers]") {
  const Loaded loaded(
      "namers:\n"
      "- {kind: io.l5d.rewrite, pattern: /x, name: /y}\n"
      "- {kind: io.l5d.rewrite, prefix: /a, name: /y}\n"
      "- {kind: io.l5d.rewrite, prefix: /b, pattern: '/{}', name: /y}\n"
      "- {kind: io.l5d.rewrite, prefix: /c, pattern: '/{a}', name: '/x/{b}'}\n");
  const std::string text = loaded.errors.ToString();
  CAPTURE(text);
  for (const char* part :
       {"c.yaml:2:", "prefix", "c.yaml:3:", "pattern", "c.yaml:4:", "the segment '{}'",
        "c.yaml:5:", "'/x/{b}' is no path with variables of the pattern in it, such as /svc/{a}"}) {
    REQUIRE_THAT(text, Catch::Contains(part));
  }
}

TEST_CASE("DNS servers are addresses or, for a namer, names", "[namers]") {
  const Loaded good(
      "dns: {servers: [127.0.0.1:8600, '::1', '[::1]:53']}\n"
      "namers: [{kind: io.l5d.dnssrv, dnsHosts: [ns0.example.org, 'ns1.example.org:5353', 10.0.0.1]}]\n");
  REQUIRE(good.errors.ToString() == "");
  REQUIRE(good.configs.dns.servers == "127.0.0.1:8600,[::1]:53,[::1]:53");
  Loop loop;
  const auto namers = MakeNamers(good.configs, loop, UnshownScope());
  REQUIRE_THAT(namers[2].namer->StateJson(),
               Catch::Contains("ns0.example.org:53, ns1.example.org:5353, 10.0.0.1:53"));
  const Loaded bad(
      "dns: {servers: [ns0.example.org]}\n"
      "namers: [{kind: io.l5d.dnssrv, dnsHosts: ['a b', 'x:0'], refreshIntervalSeconds: 0}]\n");
  const std::string text = bad.errors.ToString();
  CAPTURE(text);
  for (const char* part : {"'ns0.example.org' is no address", "'a b' is no DNS server",
                           "'x:0' is no DNS server", "refreshIntervalSeconds"}) {
    REQUIRE_THAT(text, Catch::Contains(part));
  }
}

}  // namespace
}  // namespace heddle
