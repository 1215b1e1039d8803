#include "lib/signing/signed_override.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

constexpr char kKey[] = "0123456789abcdef";
constexpr char kRules[] = "/host/world=>/srv/world-v2";

bool Verifies(const SigningKeys& keys, const std::string& value) {
  const absl::StatusOr<SignedOverride> given = ParseSignedOverride(value);
  return given.ok() && IsSignedBy(keys, *given);
}

TEST_CASE("the value of a signed override is what other implementations of HMAC make of it") {
  // printf 'heddle-override-1\n1795343534\n/host/world=>/srv/world-v2' | openssl dgst -sha256 -hmac
  // 0123456789abcdef -binary | basenc --base64url
  CHECK(SignOverride(kKey, 1795343534, kRules) ==
        "1795343534 1lPCy-sRnQCT33VL8x4M2k0BIqjeOmVKcmIYzO75Lo4 /host/world=>/srv/world-v2");
}

TEST_CASE("an override is read back and verifies with the key that signed it") {
  const std::string value = SignOverride(kKey, 1795343534, kRules);
  const absl::StatusOr<SignedOverride> given = ParseSignedOverride(value);
  REQUIRE(given.ok());
  CHECK(given->expires_seconds == 1795343534);
  CHECK(given->rules == kRules);
  CHECK(IsSignedBy({kKey}, *given));
  CHECK_FALSE(IsSignedBy({"0123456789abcdeg"}, *given));
  CHECK_FALSE(IsSignedBy({}, *given));
}

TEST_CASE("any key of several verifies, so that keys can be changed") {
  const std::string value = SignOverride("the old key, 16+", 1795343534, kRules);
  CHECK(Verifies({"the new key, 16+", "the old key, 16+"}, value));
  CHECK_FALSE(Verifies({"the new key, 16+"}, value));
}

TEST_CASE("nothing of a signed override can be changed") {
  const std::string value = SignOverride(kKey, 1795343534, kRules);
  for (size_t i = 0; i < value.size(); ++i) {
    std::string changed = value;
    changed[i] = changed[i] == '1' ? '2' : '1';
    INFO(changed);
    CHECK_FALSE(Verifies({kKey}, changed));
  }
  CHECK_FALSE(Verifies({kKey}, absl::StrCat(value, ";/a=>/b")));
  CHECK_FALSE(Verifies({kKey}, absl::StrCat("0", value)));
  CHECK_FALSE(Verifies({kKey}, absl::StrCat("+", value)));
}

TEST_CASE("space around a value or its rules means nothing: headers do not keep it") {
  const std::string value = SignOverride(kKey, 1795343534, absl::StrCat("  ", kRules, " "));
  CHECK(value == SignOverride(kKey, 1795343534, kRules));
  CHECK(Verifies({kKey}, absl::StrCat(" ", value, "\t")));
}

TEST_CASE("what is no signed override says what is missing") {
  const std::string signature(43, 'A');
  const auto message = [](const std::string& value) {
    return std::string(ParseSignedOverride(value).status().message());
  };
  CHECK(absl::StrContains(message(""), "expiry"));
  CHECK(absl::StrContains(message(kRules), "expiry"));
  CHECK(absl::StrContains(message("-1 x y"), "expiry"));
  CHECK(absl::StrContains(message("99999999999999999999 x y"), "expiry"));
  CHECK(absl::StrContains(message("12 abc /a=>/b"), "has 3 characters"));
  CHECK(absl::StrContains(message("12"), "has 0 characters"));
  CHECK(absl::StrContains(message("12 " + signature), "no rules"));
  CHECK(absl::StrContains(message("12 " + signature + "  "), "no rules"));
}

}  // namespace
}  // namespace heddle
