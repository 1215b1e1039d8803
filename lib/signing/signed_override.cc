#include "lib/signing/signed_override.h"

#include <openssl/crypto.h>
#include <openssl/hmac.h>

#ifndef OPENSSL_IS_BORINGSSL
#error "these are OpenSSL's headers: include BoringSSL's, as third_party/FindBoringSsl.cmake does"
#endif

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

constexpr size_t kSignatureSize = 43;  // of 32 bytes in base64url, unpadded
constexpr size_t kMostExpiryDigits = 18;

std::string SignatureOf(absl::string_view key, int64_t expires_seconds, absl::string_view rules) {
  const std::string text = absl::StrCat("heddle-override-1\n", expires_seconds, "\n", rules);
  uint8_t digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  HMAC(EVP_sha256(), key.data(), key.size(), reinterpret_cast<const uint8_t*>(text.data()), text.size(),
       digest, &size);
  return absl::WebSafeBase64Escape(absl::string_view(reinterpret_cast<const char*>(digest), size));
}

// One spelling a number, so that a value that was signed cannot be written in another way.
bool ParseExpiry(absl::string_view text, int64_t* seconds) {
  if (text.empty() || text.size() > kMostExpiryDigits || (text[0] == '0' && text.size() > 1)) return false;
  for (const char c : text) {
    if (!absl::ascii_isdigit(c)) return false;
  }
  return absl::SimpleAtoi(text, seconds);
}

// The part before the first space of `text`, which is left with what follows it.
absl::string_view TakeWord(absl::string_view* text) {
  const size_t end = text->find(' ');
  const absl::string_view word = text->substr(0, end);
  text->remove_prefix(end == absl::string_view::npos ? text->size() : end + 1);
  return word;
}

}  // namespace

std::string SignOverride(absl::string_view key, int64_t expires_seconds, absl::string_view rules) {
  rules = absl::StripAsciiWhitespace(rules);
  return absl::StrCat(expires_seconds, " ", SignatureOf(key, expires_seconds, rules), " ", rules);
}

absl::StatusOr<SignedOverride> ParseSignedOverride(absl::string_view value) {
  absl::string_view rest = absl::StripAsciiWhitespace(value);
  SignedOverride given;
  if (!ParseExpiry(TakeWord(&rest), &given.expires_seconds)) {
    return absl::InvalidArgumentError("it does not begin with its expiry, in seconds since 1970");
  }
  given.signature = TakeWord(&rest);
  if (given.signature.size() != kSignatureSize) {
    return absl::InvalidArgumentError(absl::StrCat("its signature has ", given.signature.size(),
                                                   " characters; those of HMAC-SHA-256 have ",
                                                   kSignatureSize));
  }
  given.rules = absl::StripLeadingAsciiWhitespace(rest);
  if (given.rules.empty()) return absl::InvalidArgumentError("no rules follow its signature");
  return given;
}

bool IsSignedBy(const SigningKeys& keys, const SignedOverride& given) {
  bool found = false;
  for (const std::string& key : keys) {
    const std::string expected = SignatureOf(key, given.expires_seconds, given.rules);
    found |= expected.size() == given.signature.size() &&
             CRYPTO_memcmp(expected.data(), given.signature.data(), expected.size()) == 0;
  }
  return found;
}

}  // namespace heddle
