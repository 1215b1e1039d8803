#include "lib/signing/digest.h"

#include <openssl/sha.h>

#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: include BoringSSL's, as third_party/FindBoringSsl.cmake does"
#endif

namespace heddle {

uint64_t Digest64(absl::string_view text) {
  uint8_t digest[SHA256_DIGEST_LENGTH];
  SHA256(reinterpret_cast<const uint8_t*>(text.data()), text.size(), digest);
  uint64_t value = 0;
  for (int i = 0; i < 8; ++i) value = value << 8 | digest[i];
  return value;
}

}  // namespace heddle
