// A version as bytes on disk: a format byte, the fields little-endian, strings with their length before them.
#ifndef HEDDLE_NAMERD_STORE_VERSION_CODEC_H_
#define HEDDLE_NAMERD_STORE_VERSION_CODEC_H_

#include <cstdint>
#include <optional>
#include <string>

#include "namerd/store/store.h"

namespace heddle::namerd {

std::string EncodeVersion(const Version& version);
// DataLoss if `bytes` is not what EncodeVersion makes.
absl::StatusOr<Version> DecodeVersion(absl::string_view bytes);

// 8 bytes, most significant first, so that keys sort as the numbers do.
std::string EncodeNumber(uint64_t number);
std::optional<uint64_t> DecodeNumber(absl::string_view bytes);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_VERSION_CODEC_H_
