// A transformer that keeps the endpoints of certain hosts.
// Source: io.buoyant.transformer.SubnetLocalTransformer with a mask of all ones.
#ifndef HEDDLE_LIB_TRANSFORMERS_HOST_FILTER_H_
#define HEDDLE_LIB_TRANSFORMERS_HOST_FILTER_H_

#include <memory>

#include "lib/naming/addr.h"
#include "lib/naming/transformer.h"
#include "lib/watch/watch.h"

namespace heddle {

// Keeps the endpoints whose IP address is one of those of `hosts` (whose ports mean nothing). Absent where
// none of some is left; pending or failed where `hosts` is.
std::shared_ptr<Transformer> MakeHostFilter(Path prefix, std::shared_ptr<Watch<Addr>> hosts);

}  // namespace heddle

#endif  // HEDDLE_LIB_TRANSFORMERS_HOST_FILTER_H_
