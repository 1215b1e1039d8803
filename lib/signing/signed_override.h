// A request's own rules with a proof of who allowed them and until when: the value of the header
// l5d-dtab-signed, which a server with `overrides: signed` honours where it drops l5d-dtab and l5d-ctx-dtab.
//
//   1795343534 q3nQ0...43 characters... /host/world=>/srv/world-v2
//   │          │                        └ the rules, as in l5d-dtab
//   │          └ base64url of HMAC-SHA-256 (RFC 2104, RFC 4648 section 5, unpadded) of
//   │            "heddle-override-1\n<expiry>\n<rules>"
//   └ when it expires: seconds since the Unix epoch
#ifndef HEDDLE_LIB_SIGNING_SIGNED_OVERRIDE_H_
#define HEDDLE_LIB_SIGNING_SIGNED_OVERRIDE_H_

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"

namespace heddle {

inline constexpr char kSignedOverrideHeader[] = "l5d-dtab-signed";

// Bounds of a key, in bytes.
inline constexpr size_t kShortestSigningKey = 16;
inline constexpr size_t kLongestSigningKey = 1024;

// Secrets; the first signs, any verifies: so keys are changed without a gap. At least one, at most 16.
using SigningKeys = std::vector<std::string>;

// A file of keys, one a line: the line's text, as it stands, is the key, without the space around it
// (`openssl rand -base64 32` makes a good one). Empty lines and lines that begin with # are left out. Errors
// name the file, the line and the remedy, never the key: NotFound, PermissionDenied, InvalidArgument (no key,
// one that ParseSigningKey refuses, or too many). Reads the disk: not for a loop that serves requests.
absl::StatusOr<SigningKeys> ReadSigningKeys(const std::string& file);
// One key as in a line of such a file: `text` without the space around it. InvalidArgument: too short, too
// long, or not a line of text.
absl::StatusOr<absl::string_view> ParseSigningKey(absl::string_view text);

// The header's value. `rules` are signed without the space around them, which does not survive in a header.
// REQUIRES: `rules` has no line break; expires_seconds >= 0.
std::string SignOverride(absl::string_view key, int64_t expires_seconds, absl::string_view rules);

struct SignedOverride {
  int64_t expires_seconds = 0;
  absl::string_view rules;      // of the value given
  absl::string_view signature;  // likewise
};
// Splits a header's value; does not verify. InvalidArgument says what is missing.
absl::StatusOr<SignedOverride> ParseSignedOverride(absl::string_view value);
// Whether one of `keys` signed it; in constant time. Says nothing of its expiry.
bool IsSignedBy(const SigningKeys& keys, const SignedOverride& given);

}  // namespace heddle

#endif  // HEDDLE_LIB_SIGNING_SIGNED_OVERRIDE_H_
