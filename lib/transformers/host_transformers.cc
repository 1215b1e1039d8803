#include "lib/transformers/host_transformers.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/transformers/global_path.h"
#include "lib/transformers/host_filter.h"

namespace heddle {
namespace {

// An address, or something that may be a name.
bool IsHost(const std::string& text) {
  if (SocketAddress::Parse(text, 0).ok()) return true;
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == '-' || c == '_';
  });
}

}  // namespace

std::unique_ptr<TransformerConfig> LocalhostTransformerConfig::Read(ObjectReader&) {
  auto config = std::make_unique<LocalhostTransformerConfig>();
  config->prefix = Path{"%", "io.l5d.localhost"};
  return config;
}

std::shared_ptr<Transformer> LocalhostTransformerConfig::Make(const TransformerContext& context) const {
  const auto addresses = context.local_addresses();
  if (!addresses.ok()) return MakeHostFilter(prefix, Constant(Addr::Failed(addresses.status())));
  std::vector<Endpoint> hosts;
  for (const SocketAddress& address : *addresses) hosts.push_back(Endpoint{address, 1.0, {}});
  return MakeHostFilter(prefix, Constant(Addr::Bound(std::move(hosts))));
}

std::unique_ptr<TransformerConfig> SpecificHostTransformerConfig::Read(ObjectReader& reader) {
  auto config = std::make_unique<SpecificHostTransformerConfig>();
  config->prefix = Path{"%", "io.l5d.specificHost"};
  if (reader.Required("host", &config->host) && !IsHost(config->host)) {
    reader.AddError("host", absl::StrCat("'", config->host,
                                         "' is neither an address nor a host's name; say which host, without "
                                         "a port"));
  }
  return config;
}

std::shared_ptr<Transformer> SpecificHostTransformerConfig::Make(const TransformerContext& context) const {
  const auto tree = BindGlobal(Path{"$", "inet", host, "1"}, context.inet);
  HEDDLE_CHECK(tree.ok() && tree->is_leaf());
  return MakeHostFilter(prefix, tree->leaf().addr);
}

}  // namespace heddle
