// Reads what is particular to each kind of namer. For lib/namers alone.
#ifndef HEDDLE_LIB_NAMERS_READ_KINDS_H_
#define HEDDLE_LIB_NAMERS_READ_KINDS_H_

#include <memory>

#include "lib/namers/kinds.h"

namespace heddle {

std::unique_ptr<NamerConfig> ReadDnsSrv(ObjectReader& reader);
std::unique_ptr<NamerConfig> ReadFs(ObjectReader& reader);
std::unique_ptr<NamerConfig> ReadRewrite(ObjectReader& reader);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_READ_KINDS_H_
