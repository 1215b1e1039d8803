// Keys of Linkerd 1.x that are known and not served: refused by name, with what to do.
#ifndef HEDDLE_PROXY_CONFIG_REFUSED_H_
#define HEDDLE_PROXY_CONFIG_REFUSED_H_

#include <cstddef>

#include "lib/config/object_reader.h"

namespace heddle {

struct RefusedKey {
  const char* key;
  const char* reason;
};

template <size_t n>
void Refuse(ObjectReader& reader, const RefusedKey (&keys)[n]) {
  for (const RefusedKey& refused : keys) reader.Later(refused.key, refused.reason);
}

// The key `tls`, unless it says {enabled: false}; `instead` says what is done without it.
void RefuseTls(ObjectReader& reader, absl::string_view instead);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_REFUSED_H_
