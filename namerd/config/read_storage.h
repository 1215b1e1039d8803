// The `storage` of a namerd file.
#ifndef HEDDLE_NAMERD_CONFIG_READ_STORAGE_H_
#define HEDDLE_NAMERD_CONFIG_READ_STORAGE_H_

#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "namerd/config/namerd_config.h"

namespace heddle::namerd {

// Fills `storage` from `node`; mistakes go to `errors`.
void ReadStorage(const ConfigNode& node, ConfigErrors& errors, StorageConfig* storage);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CONFIG_READ_STORAGE_H_
