// The keys `ip` and `port` of what listens.
#ifndef HEDDLE_LIB_CONFIG_READ_ADDRESS_H_
#define HEDDLE_LIB_CONFIG_READ_ADDRESS_H_

#include "lib/base/socket_address.h"
#include "lib/config/object_reader.h"

namespace heddle {

// Each key that is given replaces its part of `address`, which holds the defaults. Mistakes go to the reader's
// errors, and leave it as it was.
void ReadAddress(ObjectReader& reader, SocketAddress* address);

}  // namespace heddle

#endif  // HEDDLE_LIB_CONFIG_READ_ADDRESS_H_
