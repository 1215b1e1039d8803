// Keys of Linkerd 1.x that are known and not served here, or belong elsewhere: refused by name, with what to
// do.
#ifndef HEDDLE_PROXY_CONFIG_REFUSED_H_
#define HEDDLE_PROXY_CONFIG_REFUSED_H_

#include <cstddef>
#include <initializer_list>

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

// The keys at which many look for what is now in another part of a router; `where` says in which.
void RefuseMisplaced(ObjectReader& reader, std::initializer_list<const char*> keys, absl::string_view where);
// Those of a router's `client` and `service`.
void RefuseClientKeys(ObjectReader& reader);
void RefuseServiceKeys(ObjectReader& reader);

// The key `tls`, unless it says {enabled: false}; `instead` says what is done without it.
void RefuseTls(ObjectReader& reader, absl::string_view instead);

}  // namespace heddle

#endif  // HEDDLE_PROXY_CONFIG_REFUSED_H_
