// Transformers for tests of interpreters.
#ifndef HEDDLE_TESTS_UNIT_INTERPRETERS_SUPPORT_H_
#define HEDDLE_TESTS_UNIT_INTERPRETERS_SUPPORT_H_

#include <memory>
#include <vector>

#include "lib/base/check.h"
#include "lib/naming/inet_path.h"
#include "lib/transformers/kinds.h"

namespace heddle {

// Answers /$/inet/<ip>/<port> with that address.
class AddressNamer : public Namer {
 public:
  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) override {
    using Result = Activity<NameTree<Name>>;
    const InetPath inet = InetPath::Parse(path).value();
    const auto address = SocketAddress::Parse(inet.host, inet.port).value();
    BoundName bound{InetPath::Prefix() + path.Take(inet.labels), Constant(Addr::Bound({{address, 1.0, {}}})),
                    path.Drop(inet.labels)};
    return Constant(Result::Ok(NameTree<Name>::Leaf(bound)));
  }
};

// Those of a list as it stands under `transformers:`.
inline Transformers MakeListed(absl::string_view yaml) {
  ConfigErrors errors;
  const auto document = ConfigDocument::Parse(yaml, "list", errors);
  std::vector<const ConfigNode*> entries;
  for (const auto& item : document->root().items()) entries.push_back(item.get());
  const TransformerConfigs configs = ReadTransformers(entries, errors);
  HEDDLE_CHECK(errors.ok());
  return MakeTransformers(configs, {std::make_shared<AddressNamer>(), LocalAddresses});
}

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_INTERPRETERS_SUPPORT_H_
