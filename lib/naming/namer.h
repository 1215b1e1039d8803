// A source of names: service discovery, or a rewrite.
#ifndef HEDDLE_LIB_NAMING_NAMER_H_
#define HEDDLE_LIB_NAMING_NAMER_H_

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "lib/dtab/name_tree.h"
#include "lib/dtab/path.h"
#include "lib/naming/bound.h"
#include "lib/watch/watch.h"

namespace heddle {

// What one lookup leads to: another logical path (to be looked up again) or a client.
using Name = std::variant<Path, BoundName>;

// All calls on the loop that owns the namer; nothing blocks. Finagle: com.twitter.finagle.Namer.
class Namer {
 public:
  virtual ~Namer() = default;

  // Looks `path` up, which is what followed the namer's prefix. The watch is lazy: discovery is followed
  // while somebody subscribes, and the same path gives the same watch while it does. ~ when the name is not
  // known; a set that is known and empty is a leaf whose Addr is bound with no endpoints. The ids of the
  // leaves begin with the prefix the namer was made with.
  virtual std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) = 0;

  // The ids of every client the namer knows, for /api/1/bound-names; never changes for a namer that cannot
  // list.
  virtual std::shared_ptr<Watch<std::vector<Path>>> Enumerate() { return Constant(std::vector<Path>{}); }

  // True if what it answers may be names that are looked up again, and not clients alone: a rewrite.
  virtual bool LeadsOn() const { return false; }

  // Its state as JSON, for /namer_state/<prefix>.json.
  virtual std::string StateJson() const { return "{}"; }
};

// A namer and the prefix it answers for (/#/io.l5d.fs).
struct PrefixedNamer {
  Path prefix;
  std::shared_ptr<Namer> namer;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_NAMER_H_
