#include "lib/signing/digest.h"

#include <catch2/catch.hpp>
#include <string>

namespace heddle {
namespace {

TEST_CASE("a digest is the beginning of SHA-256") {
  CHECK(Digest64("") == 0xe3b0c44298fc1c14);
  CHECK(Digest64("abc") == 0xba7816bf8f01cfea);  // FIPS 180-2, appendix B.1
  CHECK(Digest64("alice") == 0x2bd806c97f0e00af);
}

}  // namespace
}  // namespace heddle
