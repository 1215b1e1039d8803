// The `identifier` of an http router: one object, or a list tried in order.
#ifndef HEDDLE_PROXY_CONFIG_IDENTIFIER_CONFIG_H_
#define HEDDLE_PROXY_CONFIG_IDENTIFIER_CONFIG_H_

#include <vector>

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "proxy/identify/identifier.h"

namespace heddle {

// Appends to `configs`; mistakes go to `errors`.
void ReadIdentifierConfigs(const ConfigNode& node, ConfigErrors& errors,
                           std::vector<IdentifierConfig>* configs);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_IDENTIFIER_CONFIG_H_
