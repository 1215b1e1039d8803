// Where namerd is, as given on the command line, in the environment or in a file.
#ifndef HEDDLE_NAMERCTL_CLIENT_BASE_URL_H_
#define HEDDLE_NAMERCTL_CLIENT_BASE_URL_H_

#include <cstdint>
#include <string>

#include "lib/base/status.h"

namespace heddle::namerctl {

struct BaseUrl {
  std::string text;  // as given
  std::string host;  // without brackets
  uint16_t port = 80;
  std::string path;  // "" or "/prefix", without a '/' at the end

  // "http://namerd.example.com:4180" or with a path below which the API is served. InvalidArgument says what
  // is wrong.
  static absl::StatusOr<BaseUrl> Parse(absl::string_view text);
  // For the Host header: "host:port", an IPv6 address in brackets.
  std::string Authority() const;
};

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_CLIENT_BASE_URL_H_
