// What holds for every text of the dtab language that is refused.
#ifndef HEDDLE_TESTS_FUZZ_TEXTS_H_
#define HEDDLE_TESTS_FUZZ_TEXTS_H_

#include <cstddef>
#include <cstdint>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace heddle::fuzz {

inline absl::string_view TextOf(const uint8_t* data, size_t size) {
  return {reinterpret_cast<const char*>(data), size};
}

// `refusal` is of parsing `text`: it has its parts, they name a place inside of `text`, and it can be shown
// there.
void CheckRefusal(absl::string_view text, const absl::Status& refusal);

}  // namespace heddle::fuzz

#endif  // HEDDLE_TESTS_FUZZ_TEXTS_H_
