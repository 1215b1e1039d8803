// Transformers made of a configuration text, and what they make of clients, as text.
#ifndef HEDDLE_TESTS_UNIT_TRANSFORMERS_SUPPORT_H_
#define HEDDLE_TESTS_UNIT_TRANSFORMERS_SUPPORT_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/naming/inet_path.h"
#include "lib/transformers/kinds.h"

namespace heddle {

// Answers /$/inet; the endpoints of a host and port are a source that the test sets, bound if it is an
// address.
class FakeInet : public Namer {
 public:
  std::shared_ptr<Source<Addr>> At(const std::string& host, uint16_t port) {
    auto& source = sources_[{host, port}];
    if (source == nullptr) {
      const auto address = SocketAddress::Parse(host, port);
      source =
          std::make_shared<Source<Addr>>(address.ok() ? Addr::Bound({{*address, 1.0, {}}}) : Addr::Pending());
    }
    return source;
  }
  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) override {
    using Result = Activity<NameTree<Name>>;
    const auto inet = InetPath::Parse(path);
    if (!inet.ok()) return Constant(Result::Failed(inet.status()));
    BoundName bound{InetPath::Prefix() + path.Take(inet->labels), At(inet->host, inet->port),
                    path.Drop(inet->labels)};
    return Constant(Result::Ok(NameTree<Name>::Leaf(bound)));
  }

 private:
  std::map<std::pair<std::string, uint16_t>, std::shared_ptr<Source<Addr>>> sources_;
};

// The list under `transformers:`, read.
struct ReadList {
  TransformerConfigs configs;
  std::vector<std::string> errors;

  explicit ReadList(absl::string_view yaml) {
    ConfigErrors list;
    const auto document = ConfigDocument::Parse(yaml, "t.yaml", list);
    std::vector<const ConfigNode*> entries;
    for (const auto& item : document->root().items()) entries.push_back(item.get());
    configs = ReadTransformers(entries, list);
    errors = list.Lines();
  }
};

inline SocketAddress Ip(absl::string_view text) { return SocketAddress::Parse(text, 0).value(); }

// "10.0.0.1:80 10.0.0.2:81*0.5", or the state.
std::string ShowAddr(const Addr& addr);
// "10.0.0.1:80 ..." as an Addr.
Addr BoundAddr(absl::string_view endpoints);
// "/%/io.l5d.port/1/#/a /rest" for a leaf; unions and the rest as dtabs have them.
std::string ShowBound(const BoundTree& tree);

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_TRANSFORMERS_SUPPORT_H_
