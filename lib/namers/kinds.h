// The kinds of `namers:` in a configuration, and how namers are made of it.
#ifndef HEDDLE_LIB_NAMERS_KINDS_H_
#define HEDDLE_LIB_NAMERS_KINDS_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "lib/event/loop.h"
#include "lib/naming/namer.h"
#include "lib/net/dns.h"

namespace heddle {

class HostAddrs;

// What every namer is made with.
struct NamerContext {
  Loop& loop;  // outlives the namers
  std::shared_ptr<HostAddrs> hosts;
};

// One entry of `namers:`, read and checked. What the kinds share:
//   kind    required
//   prefix  optional, a path; "/#" is put before it unless it begins so. Default: /#/<kind>
class NamerConfig {
 public:
  virtual ~NamerConfig() = default;
  virtual std::shared_ptr<Namer> Make(const NamerContext& context) const = 0;
  Path prefix;
};

// kind: io.l5d.fs (fs_namer.h)
struct FsNamerConfig : NamerConfig {
  std::string root_dir;  // rootDir: required, a directory that exists; here absolute
  std::shared_ptr<Namer> Make(const NamerContext& context) const override;
};

using NamerConfigs = std::vector<std::unique_ptr<NamerConfig>>;

// Reads the entries of `namers:`, in their order. Mistakes go to `errors`.
NamerConfigs ReadNamers(const std::vector<const ConfigNode*>& entries, ConfigErrors& errors);

// The namers of a process: /$/inet first, then those configured, in their order. `dns`: where names are
// resolved; default: as the machine does.
std::vector<PrefixedNamer> MakeNamers(const NamerConfigs& configs, Loop& loop, DnsResolver::Options dns = {});

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_KINDS_H_
