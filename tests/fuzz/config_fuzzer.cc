// What people write into files: the proxy's configuration and lists of addresses. Every document is read or
// refused with its place.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "lib/namers/address_file.h"
#include "proxy/config/proxy_config.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/texts.h"

namespace heddle::fuzz {
namespace {

constexpr size_t kMaxBytes = 1 << 14;

// "fuzz.yaml:3:7: ..." names a line of `text`; one past the end is where an end is missed.
void CheckPlace(const std::string& error, size_t lines) {
  const std::vector<absl::string_view> parts = absl::StrSplit(error, absl::MaxSplits(':', 3));
  size_t line = 0;
  size_t column = 0;
  const bool placed = parts.size() == 4 && parts[0] == "fuzz.yaml" && absl::SimpleAtoi(parts[1], &line) &&
                      absl::SimpleAtoi(parts[2], &column);
  if (!placed) return Check(absl::StartsWith(error, "fuzz.yaml: "), "an error names the file", error);
  Check(line >= 1 && line <= lines + 1 && column >= 1, "the place is inside of the document", error);
}

void CheckProxyConfig(absl::string_view text) {
  ConfigErrors errors;
  const auto document = ConfigDocument::Parse(text, "fuzz.yaml", errors);
  Check(document != nullptr || !errors.ok(), "a document is read or refused", text);
  if (document != nullptr) {
    ProxyConfig config;
    ReadProxyConfig(document->root(), errors, &config);
    if (errors.ok()) Check(!config.routers.empty(), "a configuration has a router", text);
  }
  const size_t lines = static_cast<size_t>(std::count(text.begin(), text.end(), '\n')) + 1;
  for (const std::string& error : errors.Lines()) {
    if (!absl::StrContains(error, " more")) CheckPlace(error, lines);
  }
}

void CheckAddresses(absl::string_view text) {
  const auto addresses = ParseAddressFile(text);
  if (!addresses.ok()) {
    return Check(addresses.status().code() == absl::StatusCode::kInvalidArgument &&
                     absl::StrContains(addresses.status().message(), "line "),
                 "a refused address file says which line", addresses.status().message());
  }
  for (const AddressLine& line : *addresses) {
    Check(!line.host.empty() && line.port > 0 && line.weight >= 0,
          "an address has a host, a port and a weight", text);
  }
}

}  // namespace
}  // namespace heddle::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heddle::fuzz;  // NOLINT
  if (size > kMaxBytes) return 0;
  CheckProxyConfig(TextOf(data, size));
  CheckAddresses(TextOf(data, size));
  return 0;
}
