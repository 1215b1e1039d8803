// The state pages of namers on an admin server: /namer_state/<prefix without "/#/" or "/$/">.json.
#ifndef HEDDLE_LIB_NAMERS_STATE_PAGES_H_
#define HEDDLE_LIB_NAMERS_STATE_PAGES_H_

#include <vector>

#include "lib/admin/admin_server.h"
#include "lib/naming/namer.h"

namespace heddle {

// The pages hold the namers.
void MountNamerState(AdminServer& admin, const std::vector<PrefixedNamer>& namers);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_STATE_PAGES_H_
