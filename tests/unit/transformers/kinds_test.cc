#include "lib/transformers/kinds.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "tests/unit/transformers/support.h"

namespace heddle {
namespace {

TEST_CASE("Every kind has its default prefix, and takes another") {
  const auto prefix = [](const std::string& entry) {
    const ReadList read("[" + entry + "]");
    INFO(entry);
    REQUIRE(read.errors.empty());
    return read.configs.at(0)->prefix.Show();
  };
  CHECK(prefix("{kind: io.l5d.port, port: 4140}") == "/%/io.l5d.port/4140");
  CHECK(prefix("{kind: io.l5d.localhost}") == "/%/io.l5d.localhost");
  CHECK(prefix("{kind: io.l5d.specificHost, host: 10.0.0.1}") == "/%/io.l5d.specificHost");
  CHECK(prefix("{kind: io.l5d.replace, path: /$/inet/127.1/80}") == "/%/io.l5d.replace");
  CHECK(prefix("{kind: io.l5d.const, path: /$/inet/127.1/80}") == "/%/io.l5d.const");
  CHECK(prefix("{kind: io.l5d.port, port: 4140, prefix: /mine/too}") == "/%/mine/too");
  CHECK(prefix("{kind: io.l5d.port, port: 4140, prefix: /%/mine}") == "/%/mine");
  CHECK(prefix("{kind: io.l5d.const, path: /$/nil}") == "/%/io.l5d.const");
}

std::string ErrorOf(const std::string& entry) {
  const ReadList read("- " + entry);
  INFO(entry);
  REQUIRE(read.errors.size() == 1);
  return read.errors[0];
}

TEST_CASE("A mistake is told with its line, its reason and what is accepted") {
  CHECK(ErrorOf("{kind: io.l5d.prt}") ==
        "t.yaml:1:10: [0].kind: unknown transformer 'io.l5d.prt'; did you mean 'io.l5d.port'? Accepted: "
        "io.l5d.const, io.l5d.localhost, io.l5d.port, io.l5d.replace, io.l5d.specificHost");
  CHECK(absl::StrContains(ErrorOf("{kind: io.l5d.k8s.localnode, hostNetwork: true}"), "not supported yet"));
  CHECK(absl::StrContains(ErrorOf("{kind: io.l5d.k8s.daemonset}"), "not supported yet"));
  CHECK(absl::StrContains(ErrorOf("{kind: io.l5d.port}"), "'port' is missing"));
  CHECK(absl::StrContains(ErrorOf("{kind: io.l5d.port, port: 0}"), "a whole number from 1 to 65535"));
  CHECK(absl::StrContains(ErrorOf("{kind: io.l5d.port, port: 1, ports: 2}"), "did you mean 'port'?"));
  CHECK(absl::StrContains(ErrorOf("{kind: io.l5d.localhost, port: 1}"), "unknown key"));
  CHECK(absl::StrContains(ErrorOf("{kind: io.l5d.specificHost}"), "'host' is missing"));
  CHECK(absl::StrContains(ErrorOf("{kind: io.l5d.specificHost, host: '10.0.0.1:80'}"), "without a port"));
  CHECK(absl::StrContains(ErrorOf("{kind: io.l5d.port, port: 1, prefix: x}"), "expected a path"));
  CHECK(absl::StrContains(ErrorOf("{kind: io.l5d.port, port: 1, prefix: /a/#/b}"), "the label '#'"));
  CHECK(absl::StrContains(ErrorOf("{port: 1}"), "kind"));
}

TEST_CASE("A path that const or replace cannot lead to is refused, with the reason") {
  for (const std::string kind : {"io.l5d.const", "io.l5d.replace"}) {
    const auto error = [&kind](const std::string& path) {
      return ErrorOf("{kind: " + kind + ", path: " + path + "}");
    };
    CHECK(absl::StrContains(error("/svc/web"), "/svc/web leads nowhere: no rules and no namers apply here"));
    CHECK(absl::StrContains(error("/#/io.l5d.fs/web"), "leads nowhere"));
    CHECK(absl::StrContains(error("/$/inet/host"), "is neither /$/inet/PORT nor /$/inet/HOST/PORT"));
    CHECK(absl::StrContains(error("/$/io.buoyant.nonsense/x"), "Unknown namer"));
    CHECK(absl::StrContains(error("web"), "expected '/'"));
  }
  CHECK(absl::StrContains(ErrorOf("{kind: io.l5d.const}"), "'path' is missing"));
}

TEST_CASE("A constant path may go through the other built-in names") {
  const ReadList read("[{kind: io.l5d.const, path: /$/io.buoyant.http.anyMethod/GET/$/inet/127.0.0.1/80/x}]");
  REQUIRE(read.errors.empty());
  const auto tree =
      TransformTree(MakeTransformers(read.configs, {std::make_shared<FakeInet>()}), BoundTree::Fail());
  CHECK(ShowBound(tree) == "/%/io.l5d.const/$/io.buoyant.http.anyMethod/GET/$/inet/127.0.0.1/80/x /x");
}

TEST_CASE("This host has a loopback address") {
  const auto addresses = LocalAddresses();
  REQUIRE(addresses.ok());
  CHECK(std::find(addresses->begin(), addresses->end(), Ip("127.0.0.1")) != addresses->end());
}

}  // namespace
}  // namespace heddle
