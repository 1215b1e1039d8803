#include "lib/naming/inet_path.h"

#include <optional>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

std::optional<uint16_t> PortOf(const std::string& label) {
  uint32_t port = 0;
  const bool digits = label.find_first_not_of("0123456789") == std::string::npos;
  if (!digits || !absl::SimpleAtoi(label, &port) || port == 0 || port > 65535) return std::nullopt;
  return static_cast<uint16_t>(port);
}

}  // namespace

absl::StatusOr<InetPath> InetPath::Parse(const Path& rest) {
  if (rest.size() >= 2) {
    if (const auto port = PortOf(rest[1])) return InetPath{rest[0], *port, 2};
  }
  if (!rest.empty()) {
    if (const auto port = PortOf(rest[0])) return InetPath{"127.0.0.1", *port, 1};
  }
  return absl::InvalidArgumentError(absl::StrCat(
      (Prefix() + rest).Show(), " is neither /$/inet/PORT nor /$/inet/HOST/PORT with a port in 1..65535"));
}

}  // namespace heddle
