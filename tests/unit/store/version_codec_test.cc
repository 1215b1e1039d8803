#include "namerd/store/version_codec.h"

#include <catch2/catch.hpp>

namespace heddle::namerd {
namespace {

TEST_CASE("A stored version reads back as it was") {
  Version version;
  version.revision = 0x1122334455667788;
  version.number = 7;
  version.time_ms = 1'700'000'000'000;
  version.value = std::string("/a => /b ;\n\0\xff", 13);
  version.change = {"ann", "why", "[::1]:80"};
  CHECK(*DecodeVersion(EncodeVersion(version)) == version);
  Version removal;
  removal.deleted = true;
  CHECK(*DecodeVersion(EncodeVersion(removal)) == removal);
}

TEST_CASE("Damaged bytes are DataLoss, wherever the damage is") {
  Version version;
  version.value = "/a => /b";
  const std::string good = EncodeVersion(version);
  for (size_t size = 0; size < good.size(); ++size) {
    CHECK(absl::IsDataLoss(DecodeVersion(good.substr(0, size)).status()));
  }
  CHECK(absl::IsDataLoss(DecodeVersion(good + "x").status()));
  for (size_t at = 0; at < good.size(); ++at) {
    std::string changed = good;
    changed[at] = '\xff';
    const auto decoded = DecodeVersion(changed);
    CHECK((decoded.ok() || absl::IsDataLoss(decoded.status())));
  }
}

TEST_CASE("Numbers sort as their bytes do") {
  CHECK(EncodeNumber(1) < EncodeNumber(256));
  CHECK(EncodeNumber(0xff) < EncodeNumber(0xffffffffffffffff));
  CHECK(*DecodeNumber(EncodeNumber(0x0102030405060708)) == 0x0102030405060708);
  CHECK_FALSE(DecodeNumber("1234567").has_value());
}

}  // namespace
}  // namespace heddle::namerd
