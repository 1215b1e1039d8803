// The `interfaces` of a namerd file.
#ifndef HEDDLE_NAMERD_CONFIG_READ_INTERFACES_H_
#define HEDDLE_NAMERD_CONFIG_READ_INTERFACES_H_

#include <vector>

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "namerd/config/namerd_config.h"

namespace heddle::namerd {

// Fills `interfaces` from `nodes`; mistakes go to `errors`, two on one address included. `admin` is taken,
// too.
void ReadInterfaces(const std::vector<const ConfigNode*>& nodes, const SocketAddress& admin,
                    ConfigErrors& errors, std::vector<InterfaceConfig>* interfaces);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CONFIG_READ_INTERFACES_H_
