#include "lib/base/version.h"

namespace heddle {

const char kVersion[] = HEDDLE_VERSION;

}  // namespace heddle
