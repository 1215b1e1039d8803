// The kinds of `namers:` in a configuration, and how namers are made of it.
//
// A new kind (Kubernetes, Consul, ZooKeeper, ...) is a Namer (lib/naming/namer.h), an XConfig : NamerConfig,
// and a line in the table of kinds.cc. What such a namer does:
//   - It lives on NamerContext::loop and never blocks it: requests to its discovery system go out
//     asynchronously, and what comes back is taken on the loop.
//   - Lookup gives a lazy Watch, held in a Held<>: the first subscriber starts the watch of the discovery
//     system (a stream, a blocking query, an ephemeral node), the last to leave ends it. What only addresses
//     follow is a Watch<Addr> of its own, shared by all leaves of that client.
//   - Not known yet is pending, known not to exist is ~, known and empty is a leaf that is bound without
//     endpoints. An error is published as failed only while nothing is known; otherwise the last known stays,
//     NameHealth is told, and it is tried again with JitteredBackoff.
//   - A flood of names nobody has must not reach the discovery system: watch a listing and answer from it, or
//     bound what is asked at the same time and remember what is absent.
//   - It counts with NamerStats under NamerContext::scope, and shows what it follows with StatePage.
#ifndef HEDDLE_LIB_NAMERS_KINDS_H_
#define HEDDLE_LIB_NAMERS_KINDS_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/config/errors.h"
#include "lib/config/object_reader.h"
#include "lib/event/loop.h"
#include "lib/namers/dnssrv_namer.h"
#include "lib/naming/namer.h"
#include "lib/stats/metrics_tree.h"
#include "lib/transformers/kinds.h"

namespace heddle {

// What a namer is made with.
struct NamerContext {
  Loop& loop;                        // outlives the namers
  std::shared_ptr<HostAddrs> hosts;  // host names, as the whole process resolves them
  Millis dns_timeout;                // for servers of its own (DnsResolver::Options)
  Scope scope;                       // namer/<prefix without its first label>
};

// One entry of `namers:`, read and checked. What the kinds share:
//   kind          required
//   prefix        optional, a path; "/#" is put before it unless it begins so. Default: /#/<kind>
//   transformers  optional, a list (lib/transformers)
class NamerConfig {
 public:
  virtual ~NamerConfig() = default;
  virtual std::shared_ptr<Namer> Make(const NamerContext& context) const = 0;
  Path prefix;
  TransformerConfigs transformers;
};

// kind: io.l5d.fs (fs_namer.h)
struct FsNamerConfig : NamerConfig {
  std::string root_dir;  // rootDir: required, a directory that exists; here absolute
  std::shared_ptr<Namer> Make(const NamerContext& context) const override;
};

// kind: io.l5d.rewrite (rewrite_namer.h); prefix is required
struct RewriteNamerConfig : NamerConfig {
  std::string pattern;  // required: a pattern of paths (lib/dtab/path_matcher.h)
  std::string name;     // required: a path, with variables of the pattern
  std::shared_ptr<Namer> Make(const NamerContext& context) const override;
};

// kind: io.l5d.dnssrv (dnssrv_namer.h)
struct DnsSrvNamerConfig : NamerConfig {
  // dnsHosts: a list of HOST or HOST:PORT; default: the machine's servers
  // refreshIntervalSeconds: 1 to 86400; default 5
  DnsSrvNamer::Options options;
  std::shared_ptr<Namer> Make(const NamerContext& context) const override;
};

// What a configuration says of namers.
struct NamerConfigs {
  std::vector<std::unique_ptr<NamerConfig>> entries;
  // dns: {servers, timeoutMs}: how host names are resolved.
  //   servers    a list of IP or IP:PORT; default: as /etc/resolv.conf has it
  //   timeoutMs  1 to 60000: how long the first of three tries waits, each of the others twice as long as
  //              the one before; default 2000. It holds for the dnsHosts of namers too.
  DnsResolver::Options dns;
};

// Whether the prefix of a namer may begin like another's: then the later one is asked first (Linkerd); namerd
// refuses it, because clients are found by their prefix.
enum class PrefixOverlap { kAllowed, kRefused };

// Reads the keys `namers` and `dns` of a configuration. Mistakes go to its errors.
NamerConfigs ReadNamers(ObjectReader& config, PrefixOverlap overlap);

// The namers of a process: /$/fixedinet and /$/inet first, then those configured, in their order. `root`:
// they count under namer/... and dns/... there.
std::vector<PrefixedNamer> MakeNamers(const NamerConfigs& configs, Loop& loop, const Scope& root);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_KINDS_H_
