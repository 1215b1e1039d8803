#include "namerd/config/read_storage.h"

#include "absl/strings/str_cat.h"
#include "lib/config/object_reader.h"
#include "lib/dtab/dtab.h"
#include "namerd/store/store.h"

namespace heddle::namerd {
namespace {

constexpr char kRocksdb[] = "io.l5d.rocksdb";
constexpr char kMemory[] = "io.l5d.inMemory";

void ReadNamespaces(ObjectReader& reader, ConfigErrors& errors, MemoryStorageConfig* config) {
  const ConfigNode* node = reader.Node("namespaces");
  if (node == nullptr) return;
  if (!node->is_map()) {
    return errors.Add(*node,
                      absl::StrCat("expected an object of dtabs by namespace, such as {default: \"/svc => "
                                   "/#/io.l5d.fs\"}, found ",
                                   node->KindText()));
  }
  for (const ConfigNode::Entry& entry : node->entries()) {
    if (entry.key.empty() || entry.key.size() > Store::kMaxKeyBytes) {
      errors.AddAtKey(*node, entry,
                      absl::StrCat("a namespace's name has 1 to ", Store::kMaxKeyBytes, " bytes"));
      continue;
    }
    const auto text = entry.value->AsString();
    if (!text.has_value()) {
      errors.Add(*entry.value, absl::StrCat("expected a dtab as text, found ", entry.value->KindText()));
    } else if (const auto dtab = Dtab::Parse(*text); !dtab.ok()) {
      errors.Add(*entry.value, absl::StrCat("the dtab does not parse: ", dtab.status().message()));
    } else {
      config->namespaces[entry.key] = *text;
    }
  }
}

}  // namespace

void ReadStorage(const ConfigNode& node, ConfigErrors& errors, StorageConfig* storage) {
  ObjectReader reader(node, errors);
  const std::string kind = reader.Kind();
  if (kind == kRocksdb) {
    RocksdbStorageConfig rocksdb;
    if (reader.Required("path", &rocksdb.path) && rocksdb.path.empty()) {
      reader.AddError("path", "expected a directory, such as ./namerd-data");
    }
    *storage = rocksdb;
    reader.Finish();
  } else if (kind == kMemory) {
    MemoryStorageConfig memory;
    ReadNamespaces(reader, errors, &memory);
    *storage = std::move(memory);
    reader.Finish();
  } else if (kind == "io.l5d.k8s" || kind == "io.l5d.zk" || kind == "io.l5d.etcd" ||
             kind == "io.l5d.consul") {
    reader.AddError("kind",
                    absl::StrCat(kind, " is not supported yet; ", kRocksdb, " and ", kMemory, " are"));
  } else if (!kind.empty()) {
    errors.AddUnknown(*node.Find("kind"), "kind of storage", kind, {kRocksdb, kMemory});
  }
}

}  // namespace heddle::namerd
