// Namers that say where a name leads, whatever has endpoints now. For namerd/shift alone.
#ifndef HEDDLE_NAMERD_SHIFT_BY_NAME_ONLY_H_
#define HEDDLE_NAMERD_SHIFT_BY_NAME_ONLY_H_

#include <vector>

#include "lib/naming/namer.h"

namespace heddle::namerd {

// `namers`, with the endpoints of every client not known, for ever: so none is passed over for want of them.
std::vector<PrefixedNamer> ByNameOnly(const std::vector<PrefixedNamer>& namers);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_BY_NAME_ONLY_H_
