// What pins a request to one side of the unions that its name leads through: the router's `stickyKey`, a
// header or a cookie that says who the user is. The pin is a number: the same for a user in every worker and
// proxy, passed on as l5d-ctx-sticky, and no secret, whatever the key is.
#ifndef HEDDLE_PROXY_IDENTIFY_STICKY_KEY_H_
#define HEDDLE_PROXY_IDENTIFY_STICKY_KEY_H_

#include <cstdint>
#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "proxy/identify/header_reader.h"
#include "proxy/identify/request_view.h"

namespace heddle {

// stickyKey (Heddle's own).
struct StickyKeyConfig {
  enum class Kind { kHeader, kCookie };
  Kind kind = Kind::kHeader;
  std::string name;  // a token (RFC 9110 section 5.6.2)
};

// Immutable; any thread.
class StickyKey {
 public:
  // Of longer keys the rest does not count.
  static constexpr size_t kMaxKeyBytes = 4096;

  explicit StickyKey(const StickyKeyConfig& config);

  // The pin that `request` has for its key: of the first header field, or the first cookie of any Cookie
  // field, with the name; without the spaces, and of a cookie the quotes, around it. nullopt if there is
  // none, or it is empty.
  std::optional<uint64_t> Pin(const RequestView& request) const;

 private:
  absl::string_view Key(const RequestView& request) const;

  const StickyKeyConfig::Kind kind_;
  const HeaderReader header_;  // or the cookie's name
};

// The value of the cookie called `name` (with this case) in one Cookie field (RFC 6265 section 4.2.1),
// without the quotes it may have; "" if absent. What is no pair is passed over.
absl::string_view CookieValue(absl::string_view field, absl::string_view name);

// l5d-ctx-sticky: 16 hexadecimal digits; nullopt for anything else.
std::optional<uint64_t> ParsePin(absl::string_view value);
// The pin that `request` came with: the first l5d-ctx-sticky that is one, unless l5d headers are not
// believed.
std::optional<uint64_t> ReceivedPin(const RequestView& request);
// The header line.
void AppendPinField(uint64_t pin, std::string* out);

}  // namespace heddle

#endif  // HEDDLE_PROXY_IDENTIFY_STICKY_KEY_H_
