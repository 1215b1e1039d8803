// What `client` and `service` of a router have in common: one configuration for all names, or one by prefix.
#ifndef HEDDLE_PROXY_CONFIG_READ_BY_PREFIX_H_
#define HEDDLE_PROXY_CONFIG_READ_BY_PREFIX_H_

#include <string>
#include <utility>

#include "lib/config/object_reader.h"
#include "proxy/route/by_prefix.h"

namespace heddle {

// As ObjectReader::Required of the key `prefix`.
bool ReadPrefix(ObjectReader& reader, PathMatcher* out);

//   kind: io.l5d.global     the default: the keys are for all
//   kind: io.l5d.static     those of each entry of `configs` are for the names that begin as its `prefix`
//   says:
//                           every entry that matches applies, in order, and a later one overrides a key
// `Keys` are the keys that may be given, as std::optional members, with Read(ObjectReader&) and
// ApplyTo(Config*) const.
template <class Keys, class Config>
void ReadByPrefix(const ConfigNode& node, ConfigErrors& errors, ByPrefix<Config>* out) {
  const auto add = [out](PathMatcher prefix, ObjectReader& reader) {
    Keys keys;
    keys.Read(reader);
    reader.Finish();
    out->Add(std::move(prefix), [keys](const PathVariables&, Config* config) { keys.ApplyTo(config); });
  };
  ObjectReader reader(node, errors);
  const std::string kind = reader.Kind("io.l5d.global");
  if (kind == "io.l5d.global") {
    reader.Later("configs", "belongs to another kind; add kind: io.l5d.static");
    add(PathMatcher::Parse("/").value(), reader);
  } else if (kind == "io.l5d.static") {
    for (const ConfigNode* entry : reader.RequiredList("configs")) {
      ObjectReader entry_reader(*entry, errors);
      PathMatcher prefix = PathMatcher::Parse("/").value();
      ReadPrefix(entry_reader, &prefix);
      add(std::move(prefix), entry_reader);
    }
    reader.Finish();
  } else {
    errors.AddUnknown(*node.Find("kind"), "kind", kind, {"io.l5d.global", "io.l5d.static"});
  }
}

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_BY_PREFIX_H_
