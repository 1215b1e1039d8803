// Values of the dtab language in configuration files.
#ifndef HEDDLE_PROXY_CONFIG_READ_PATH_H_
#define HEDDLE_PROXY_CONFIG_READ_PATH_H_

#include "lib/config/object_reader.h"
#include "lib/dtab/dtab.h"
#include "lib/dtab/path.h"

namespace heddle {

// As ObjectReader::Optional and Required: true if the key is there and its value good.
bool ReadPath(ObjectReader& reader, absl::string_view key, Path* out);
bool ReadRequiredPath(ObjectReader& reader, absl::string_view key, Path* out);
bool ReadDtab(ObjectReader& reader, absl::string_view key, Dtab* out);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_READ_PATH_H_
