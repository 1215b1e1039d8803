#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/signing/signed_override.h"
#include "tests/support/temp_dir.h"

namespace heddle {
namespace {

struct KeyFile {
  absl::StatusOr<SigningKeys> Read(const std::string& text) {
    std::ofstream(path) << text;
    return ReadSigningKeys(path);
  }
  TempDir dir;
  const std::string path = dir / "keys";
};

TEST_CASE("a key file has a key a line, comments and empty lines") {
  KeyFile file;
  const absl::StatusOr<SigningKeys> keys =
      file.Read("# the new one\n\n  0123456789abcdef  \r\n#old\nsome longer words of a key");
  REQUIRE(keys.ok());
  CHECK(*keys == SigningKeys{"0123456789abcdef", "some longer words of a key"});
}

TEST_CASE("what an editor puts before a file's first key is no part of it") {
  KeyFile file;
  const absl::StatusOr<SigningKeys> keys = file.Read(
      "\xEF\xBB\xBF"
      "0123456789abcdef\r\n");
  REQUIRE(keys.ok());
  CHECK(*keys == SigningKeys{"0123456789abcdef"});
}

TEST_CASE("a key that was not written as a line of text is refused: nobody could sign with it") {
  KeyFile file;
  for (const std::string& line : {std::string("0123456789abcdef\0", 17) + "x",
                                  std::string("0123456789abcdef\rx"), std::string(20, '\x7f')}) {
    const auto keys = file.Read("# one\n" + line + "\n");
    CHECK(absl::IsInvalidArgument(keys.status()));
    CHECK(absl::StrContains(keys.status().message(), absl::StrCat(file.path, ":2: the key has a control")));
    CHECK_FALSE(absl::StrContains(keys.status().message(), "0123"));
  }
  CHECK(file.Read("words\tand a tab between\n").ok());
  CHECK(*ParseSigningKey(" 0123456789abcdef\r\n") == "0123456789abcdef");
}

TEST_CASE("a key file that cannot be used says why, and what to do, and no key") {
  KeyFile file;
  const auto missing = ReadSigningKeys(file.path);
  CHECK(absl::IsNotFound(missing.status()));
  CHECK(absl::StrContains(missing.status().message(), absl::StrCat(file.path, ": No such file")));
  CHECK(absl::StrContains(missing.status().message(), "openssl rand"));

  const auto directory = ReadSigningKeys(file.dir.path());
  CHECK(absl::IsPermissionDenied(directory.status()));
  CHECK(absl::StrContains(directory.status().message(), "Is a directory"));

  const auto small = file.Read("# a comment\nsecret!\n");
  CHECK(absl::IsInvalidArgument(small.status()));
  CHECK(absl::StrContains(small.status().message(), absl::StrCat(file.path, ":2: the key has 7 bytes; 16")));
  CHECK_FALSE(absl::StrContains(small.status().message(), "secret"));

  CHECK(absl::StrContains(file.Read(std::string(1025, 'x')).status().message(), "1025 bytes"));
  CHECK(absl::StrContains(file.Read("# nothing yet\n").status().message(), "has no key"));
  CHECK(absl::StrContains(file.Read(std::string(100'000, '\n')).status().message(), "larger than"));
  std::string many;
  for (int i = 0; i < 17; ++i) many += "0123456789abcdef\n";
  CHECK(absl::StrContains(file.Read(many).status().message(), ":17: more than 16 keys"));
}

}  // namespace
}  // namespace heddle
