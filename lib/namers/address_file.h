// The text of an address file of io.l5d.fs: a line an address.
//
//   # comment
//   10.0.0.1 8080
//   web.internal 8080 * 0.5    # a host name, and a weight
//
// Source: io.buoyant.namer.fs.WatchingNamer (grammar).
#ifndef HEDDLE_LIB_NAMERS_ADDRESS_FILE_H_
#define HEDDLE_LIB_NAMERS_ADDRESS_FILE_H_

#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"

namespace heddle {

struct AddressLine {
  std::string host;  // an address, perhaps abbreviated (127.1), or a name
  uint16_t port = 0;
  double weight = 1.0;  // >= 0; 0 gets no traffic

  friend bool operator==(const AddressLine&, const AddressLine&) = default;
};

// In the order of the file. One bad line fails the whole file: InvalidArgument with the line's number and
// text, and what is expected.
absl::StatusOr<std::vector<AddressLine>> ParseAddressFile(absl::string_view text);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_ADDRESS_FILE_H_
