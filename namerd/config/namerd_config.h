// namerd's configuration file: Namerd 1.x's format.
#ifndef HEDDLE_NAMERD_CONFIG_NAMERD_CONFIG_H_
#define HEDDLE_NAMERD_CONFIG_NAMERD_CONFIG_H_

#include <map>
#include <string>
#include <variant>
#include <vector>

#include "lib/admin/admin_config.h"
#include "lib/base/socket_address.h"
#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "lib/namers/kinds.h"

namespace heddle::namerd {

// kind: io.l5d.rocksdb
//   path: ./namerd-data   required: a directory, made if it is not there; one namerd uses it at a time
struct RocksdbStorageConfig {
  std::string path;
};

// kind: io.l5d.inMemory
//   namespaces: {default: "/svc => /#/io.l5d.fs"}   there from the start
struct MemoryStorageConfig {
  std::map<std::string, std::string> namespaces;
};

using StorageConfig = std::variant<RocksdbStorageConfig, MemoryStorageConfig>;

//   kind: io.l5d.httpController, io.l5d.mesh or io.l5d.thriftNameInterpreter
//   ip: 127.0.0.1
//   port: 4180, 4321, 4100  0 takes a free one
//   socketOptions:          noDelay: true, reuseAddr: true, reusePort: false say what is so anyway
//   cache:                  of io.l5d.thriftNameInterpreter: read and without effect, since what is followed
//   is
//                           shared, and what is not is not kept
struct InterfaceConfig {
  enum class Kind { kHttpController, kMesh, kThriftNameInterpreter };
  Kind kind = Kind::kHttpController;
  SocketAddress address;
};

//   storage:     required
//   interfaces:  at least one
//   namers:      kinds: lib/namers; their prefixes must not overlap
//   dns:         {servers: [127.0.0.1:8600], timeoutMs: 2000}: how host names are resolved (lib/namers);
//                by default as /etc/resolv.conf has it
//   admin:       {ip: 127.0.0.1, port: 9991, shutdownGraceMs: 10000}
//   telemetry:   [{kind: io.l5d.prometheus}]
struct NamerdConfig {
  StorageConfig storage;
  std::vector<InterfaceConfig> interfaces;
  NamerConfigs namers;
  AdminConfig admin = AdminConfig::OnPort(9991);
  TelemetryConfig telemetry;
};

// Fills `config` from the document's root; every mistake goes to `errors`.
void ReadNamerdConfig(const ConfigNode& root, ConfigErrors& errors, NamerdConfig* config);

// What namerd runs on without a file, as a file.
extern const char kDefaultNamerdConfig[];

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CONFIG_NAMERD_CONFIG_H_
