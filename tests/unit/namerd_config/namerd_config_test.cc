#include "namerd/config/namerd_config.h"

#include <catch2/catch.hpp>

namespace heddle::namerd {
namespace {

struct Parsed {
  explicit Parsed(const std::string& yaml) : document(ConfigDocument::Parse(yaml, "n.yaml", errors)) {
    if (document != nullptr) ReadNamerdConfig(document->root(), errors, &config);
  }
  ConfigErrors errors;
  std::unique_ptr<ConfigDocument> document;
  NamerdConfig config;
};

constexpr char kStorage[] = "storage: {kind: io.l5d.inMemory}\n";
constexpr char kInterface[] = "interfaces: [{kind: io.l5d.mesh}]\n";

TEST_CASE("What namerd runs on without a file is a valid file") {
  const Parsed parsed(kDefaultNamerdConfig);
  INFO(parsed.errors.ToString());
  REQUIRE(parsed.errors.ok());
  CHECK(std::get<RocksdbStorageConfig>(parsed.config.storage).path == "./namerd-data");
  REQUIRE(parsed.config.interfaces.size() == 2);
  CHECK(parsed.config.interfaces[0].kind == InterfaceConfig::Kind::kHttpController);
  CHECK(parsed.config.interfaces[0].address.ToString() == "127.0.0.1:4180");
  CHECK(parsed.config.interfaces[1].kind == InterfaceConfig::Kind::kMesh);
  CHECK(parsed.config.interfaces[1].address.ToString() == "127.0.0.1:4321");
  CHECK(parsed.config.admin.address.ToString() == "127.0.0.1:9991");
  CHECK(parsed.config.telemetry.prometheus.size() == 1);
}

TEST_CASE("A file of Namerd 1.x is read, with its defaults") {
  const Parsed parsed(
      "admin: {ip: 0.0.0.0}\n"
      "storage:\n"
      "  kind: io.l5d.inMemory\n"
      "  experimental: true\n"
      "  namespaces:\n"
      "    default: /svc => /#/io.l5d.fs;\n"
      "namers:\n"
      "- kind: io.l5d.fs\n"
      "  rootDir: /\n"
      "interfaces:\n"
      "- kind: io.l5d.httpController\n"
      "  ip: 0.0.0.0\n"
      "- kind: io.l5d.mesh\n"
      "  port: 0\n");
  INFO(parsed.errors.ToString());
  REQUIRE(parsed.errors.ok());
  CHECK(std::get<MemoryStorageConfig>(parsed.config.storage).namespaces.at("default") ==
        "/svc => /#/io.l5d.fs;");
  CHECK(parsed.config.namers.entries.size() == 1);
  CHECK(parsed.config.interfaces[0].address.ToString() == "0.0.0.0:4180");
  CHECK(parsed.config.interfaces[1].address.ToString() == "127.0.0.1:0");
  CHECK(parsed.config.admin.address.ToString() == "0.0.0.0:9991");
}

TEST_CASE("A Namerd's interface for Thrift clients is read with all its keys") {
  const Parsed parsed(std::string(kStorage) +
                      "interfaces:\n"
                      "- kind: io.l5d.thriftNameInterpreter\n"
                      "- kind: io.l5d.thriftNameInterpreter\n"
                      "  ip: 0.0.0.0\n"
                      "  port: 4101\n"
                      "  socketOptions: {noDelay: true, reuseAddr: true, reusePort: false}\n"
                      "  cache:\n"
                      "    bindingCacheActive: 5000\n"
                      "    bindingCacheInactive: 1000\n"
                      "    bindingCacheInactiveTTLSecs: 3600\n"
                      "    addrCacheActive: 6000\n"
                      "    addrCacheInactive: 1000\n"
                      "    addrCacheInactiveTTLSecs: 360\n");
  INFO(parsed.errors.ToString());
  REQUIRE(parsed.errors.ok());
  CHECK(parsed.config.interfaces[0].kind == InterfaceConfig::Kind::kThriftNameInterpreter);
  CHECK(parsed.config.interfaces[0].address.ToString() == "127.0.0.1:4100");
  CHECK(parsed.config.interfaces[1].address.ToString() == "0.0.0.0:4101");
}

TEST_CASE("Every mistake is told at once, each with its place and what would be accepted") {
  const Parsed parsed(
      "storage:\n"
      "  kind: io.l5d.rocksbd\n"
      "interfaces:\n"
      "- kind: io.l5d.destination\n"
      "- kind: io.l5d.httpController\n"
      "  prot: 4180\n"
      "admn: {}\n");
  const std::string text = parsed.errors.ToString();
  CHECK(parsed.errors.count() == 4);
  CHECK_THAT(text, Catch::Contains(
                       "n.yaml:2:9: storage.kind: unknown kind of storage 'io.l5d.rocksbd'; did you mean "
                       "'io.l5d.rocksdb'"));
  CHECK_THAT(text, Catch::Contains("n.yaml:4:9: interfaces[0].kind: io.l5d.destination was an experiment"));
  CHECK_THAT(text, Catch::Contains("n.yaml:6:3: interfaces[1].prot:"));
  CHECK_THAT(text, Catch::Contains("n.yaml:7:1: admn:"));
}

TEST_CASE("One mistake, one message") {
  struct Case {
    std::string yaml, message;
  };
  const std::string storage = kStorage, interface = kInterface;
  for (const Case& c : std::vector<Case>{
           {interface, "storage"},
           {storage, "interfaces"},
           {storage + "interfaces: []\n", "interfaces"},
           {interface + "storage: {kind: io.l5d.rocksdb}\n", "path"},
           {interface + "storage: {kind: io.l5d.rocksdb, path: ''}\n", "expected a directory"},
           {interface + "storage: {kind: io.l5d.etcd}\n", "io.l5d.etcd is not supported yet"},
           {interface + "storage: {kind: io.l5d.inMemory, namespaces: [a]}\n", "expected an object of dtabs"},
           {interface + "storage: {kind: io.l5d.inMemory, namespaces: {a: {}}}\n", "expected a dtab as text"},
           {interface + "storage: {kind: io.l5d.inMemory, namespaces: {a: /a}}\n",
            "storage.namespaces.a: the dtab"},
           {storage + "interfaces: [{kind: io.l5d.mesh, ip: localhost}]\n", "'localhost' is no IP address"},
           {storage + "interfaces: [{kind: io.l5d.mesh, tls: {}}]\n", "interfaces[0].tls: not supported yet"},
           {storage + "interfaces: [{kind: io.l5d.thriftNameInterpreter, tls: {}}]\n",
            "interfaces[0].tls: not"},
           {storage + "interfaces: [{kind: io.l5d.thriftNameInterpreter, cache: {bindingCache: 1}}]\n",
            "interfaces[0].cache.bindingCache:"},
           {storage + "interfaces: [{kind: io.l5d.thriftNameInterpreter, cache: {addrCacheActive: -1}}]\n",
            "interfaces[0].cache.addrCacheActive"},
           {storage + "interfaces: [{kind: io.l5d.mesh, socketOptions: {reusePort: true}}]\n",
            "interfaces[0].socketOptions.reusePort: is always false here"},
           {storage + "interfaces: [{kind: io.l5d.mesh, socketOptions: {backlog: 10}}]\n",
            "backlog: not supported"},
           {storage + "interfaces: [{kind: io.l5d.mesh, cache: {}}]\n", "interfaces[0].cache"},
           {storage + "interfaces: [{kind: io.l5d.mesh}, {kind: io.l5d.httpController, port: 4321}]\n",
            "127.0.0.1:4321 is taken by interfaces[0]"},
           {storage + "interfaces: [{kind: io.l5d.mesh, port: 9991}]\n", "is taken by the admin server"},
           {storage + interface + "namers: [{kind: io.l5d.consul}]\n", "namers[0]"},
       }) {
    INFO(c.yaml);
    const Parsed parsed(c.yaml);
    CHECK(parsed.errors.count() == 1);
    CHECK_THAT(parsed.errors.ToString(), Catch::Contains(c.message));
  }
}

}  // namespace
}  // namespace heddle::namerd
