// Whether a name comes by a certain rule: told by the rules alone, many times faster than by binding it. For
// namerd/shift alone.
#ifndef HEDDLE_NAMERD_SHIFT_WAY_OF_NAME_H_
#define HEDDLE_NAMERD_SHIFT_WAY_OF_NAME_H_

#include <cstddef>
#include <vector>

#include "lib/dtab/dtab.h"
#include "lib/naming/namer.h"

namespace heddle::namerd {

enum class WayOfName {
  kNowhere,    // no rule takes it, and no namer
  kElsewhere,  // surely not by the rule
  kPerhaps,    // by the rule, if what is tried before does not lead elsewhere
};

// `rule`: its place in `dtab`. What a namer that leads on makes of a name is not known here: kPerhaps.
WayOfName WayOf(const Path& name, const Dtab& dtab, size_t rule, const std::vector<PrefixedNamer>& namers);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_WAY_OF_NAME_H_
