// A short name for a text, the same in every process and on every machine, from which the text cannot be had.
#ifndef HEDDLE_LIB_SIGNING_DIGEST_H_
#define HEDDLE_LIB_SIGNING_DIGEST_H_

#include <cstdint>

#include "absl/strings/string_view.h"

namespace heddle {

// The first eight bytes of the SHA-256 (FIPS 180-4) of `text`, the first one highest: what `printf %s TEXT |
// sha256sum | cut -c1-16` prints. Allocates nothing.
uint64_t Digest64(absl::string_view text);

}  // namespace heddle

#endif  // HEDDLE_LIB_SIGNING_DIGEST_H_
