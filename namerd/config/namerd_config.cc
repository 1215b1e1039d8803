#include "namerd/config/namerd_config.h"

#include "lib/config/object_reader.h"
#include "namerd/config/read_interfaces.h"
#include "namerd/config/read_storage.h"

namespace heddle::namerd {

const char kDefaultNamerdConfig[] =
    "storage:\n"
    "  kind: io.l5d.rocksdb\n"
    "  path: ./namerd-data\n"
    "interfaces:\n"
    "- kind: io.l5d.httpController\n"
    "  ip: 127.0.0.1\n"
    "  port: 4180\n"
    "- kind: io.l5d.mesh\n"
    "  ip: 127.0.0.1\n"
    "  port: 4321\n"
    "admin:\n"
    "  ip: 127.0.0.1\n"
    "  port: 9991\n"
    "telemetry:\n"
    "- kind: io.l5d.prometheus\n";

void ReadNamerdConfig(const ConfigNode& root, ConfigErrors& errors, NamerdConfig* config) {
  ObjectReader reader(root, errors);
  if (const ConfigNode* storage = reader.RequiredNode("storage"))
    ReadStorage(*storage, errors, &config->storage);
  const std::vector<const ConfigNode*> interfaces = reader.RequiredList("interfaces");
  config->namers = ReadNamers(reader, PrefixOverlap::kRefused);
  if (const ConfigNode* admin = reader.Node("admin")) AdminConfig::Read(*admin, errors, &config->admin);
  TelemetryConfig::Read(reader.List("telemetry"), errors, &config->telemetry);
  reader.Finish();
  ReadInterfaces(interfaces, config->admin.address, errors, &config->interfaces);
}

}  // namespace heddle::namerd
