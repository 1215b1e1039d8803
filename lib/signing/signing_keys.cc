#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/signing/signed_override.h"

namespace heddle {
namespace {

constexpr char kRemedy[] = "`openssl rand -base64 32` makes a key, one a line";
constexpr char kByteOrderMark[] = "\xEF\xBB\xBF";  // some editors begin UTF-8 with it
constexpr size_t kMostKeys = 16;
constexpr size_t kLargestFile = 64 << 10;

absl::Status ReadError(const std::string& file, int error) {
  const std::string message = absl::StrCat(file, ": ", ErrnoText(error));
  if (error == ENOENT) return absl::NotFoundError(absl::StrCat(message, "; ", kRemedy));
  return absl::PermissionDeniedError(
      absl::StrCat(message, "; it has to be readable for the user that runs this"));
}

absl::StatusOr<std::string> ReadFile(const std::string& file) {
  const std::unique_ptr<FILE, int (*)(FILE*)> input(std::fopen(file.c_str(), "re"), &std::fclose);
  if (input == nullptr) return ReadError(file, errno);
  std::string text(kLargestFile + 1, '\0');
  text.resize(std::fread(text.data(), 1, text.size(), input.get()));
  if (std::ferror(input.get()) != 0) return ReadError(file, errno);
  if (text.size() > kLargestFile) {
    return absl::InvalidArgumentError(
        absl::StrCat(file, ": is larger than ", kLargestFile, " bytes: no file of keys; ", kRemedy));
  }
  return text;
}

}  // namespace

absl::StatusOr<absl::string_view> ParseSigningKey(absl::string_view text) {
  const absl::string_view key = absl::StripAsciiWhitespace(text);
  if (key.size() < kShortestSigningKey || key.size() > kLongestSigningKey) {
    return absl::InvalidArgumentError(absl::StrCat("the key has ", key.size(), " bytes; ",
                                                   kShortestSigningKey, " to ", kLongestSigningKey,
                                                   " are accepted; ", kRemedy));
  }
  if (std::any_of(key.begin(), key.end(), [](char c) { return absl::ascii_iscntrl(c) && c != '\t'; })) {
    return absl::InvalidArgumentError(
        absl::StrCat("the key has a control character: it has to be a line of UTF-8 or ASCII; ", kRemedy));
  }
  return key;
}

absl::StatusOr<SigningKeys> ReadSigningKeys(const std::string& file) {
  ASSIGN_OR_RETURN(const std::string bytes, ReadFile(file));
  absl::string_view text = bytes;
  absl::ConsumePrefix(&text, kByteOrderMark);
  SigningKeys keys;
  size_t number = 0;
  for (const absl::string_view line : absl::StrSplit(text, '\n')) {
    ++number;
    const absl::string_view stripped = absl::StripAsciiWhitespace(line);
    if (stripped.empty() || stripped[0] == '#') continue;
    const absl::StatusOr<absl::string_view> key = ParseSigningKey(stripped);
    if (!key.ok()) return Annotate(key.status(), absl::StrCat(file, ":", number));
    if (keys.size() == kMostKeys) {
      return absl::InvalidArgumentError(absl::StrCat(file, ":", number, ": more than ", kMostKeys,
                                                     " keys: remove those that are not used"));
    }
    keys.emplace_back(key->data(), key->size());
  }
  if (keys.empty()) return absl::InvalidArgumentError(absl::StrCat(file, ": has no key; ", kRemedy));
  return keys;
}

}  // namespace heddle
