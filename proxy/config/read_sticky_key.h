// A router's `stickyKey`.
#ifndef HEDDLE_PROXY_CONFIG_READ_STICKY_KEY_H_
#define HEDDLE_PROXY_CONFIG_READ_STICKY_KEY_H_

#include <optional>

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "proxy/identify/sticky_key.h"

namespace heddle {

//   header: x-user-id           one of the two
//   cookie: session
std::optional<StickyKeyConfig> ReadStickyKey(const ConfigNode& node, ConfigErrors& errors);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_STICKY_KEY_H_
