#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "lib/http/chars.h"
#include "lib/http/header_id.h"
#include "lib/http/reason.h"
#include "lib/http/scan.h"

namespace heddle {
namespace {

TEST_CASE("every known header is found by its name, whatever the case") {
  for (size_t i = 1; i < kHeaderIdCount; ++i) {
    const auto id = static_cast<HeaderId>(i);
    if (IsUnlisted(id)) continue;
    std::string name(HeaderName(id));
    INFO(name);
    CHECK(FindHeaderId(name) == id);
    for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 0x20) : c;
    CHECK(FindHeaderId(name) == id);
    CHECK(FindHeaderId(name + "x") != id);
    CHECK(FindHeaderId(absl::string_view(name).substr(1)) != id);
    for (size_t at = 0; at < name.size(); ++at) {
      std::string other = name;
      for (int byte = 0; byte < 256; ++byte) {
        other[at] = static_cast<char>(byte);
        if ((FindHeaderId(other) == id) != EqualsIgnoreCase(other, name))
          FAIL("byte " << byte << " at " << at);
      }
    }
  }
  CHECK(FindHeaderId("") == HeaderId::kOther);
  CHECK(FindHeaderId("x-powered-by") == HeaderId::kOther);
  CHECK(FindHeaderId(std::string(1000, 'a')) == HeaderId::kOther);
}

TEST_CASE("the mesh's own headers are known by their beginning") {
  for (const char* name : {"l5d-", "l5d-ctx-thing", "L5D-Custom", "l5d-dtabs"}) {
    CHECK(FindHeaderId(name) == HeaderId::kL5dOther);
  }
  for (const char* name : {"l5d", "l5d_dtab", "xl5d-dtab", "l5e-dtab"}) {
    CHECK(FindHeaderId(name) == HeaderId::kOther);
  }
  for (size_t i = 0; i < kHeaderIdCount; ++i) {
    const auto id = static_cast<HeaderId>(i);
    const absl::string_view name = HeaderName(id);
    CHECK(IsL5d(id) == (name.substr(0, 4) == "l5d-" || id == HeaderId::kL5dOther));
    CHECK(IsUnlisted(id) == name.empty());
  }
}

TEST_CASE("a control character is found at any position, and nothing else is taken for one") {
  for (size_t size = 0; size < 40; ++size) {
    const std::string clean(size, 'a');
    CHECK(FindControl(clean) == size);
    for (size_t at = 0; at < size; ++at) {
      for (int byte = 0; byte < 256; ++byte) {
        std::string text = clean;
        text[at] = static_cast<char>(byte);
        const bool control = (byte < 0x20 && byte != '\t') || byte == 0x7f;
        if (FindControl(text) != (control ? at : size))
          FAIL("byte " << byte << " at " << at << " of " << size);
      }
    }
  }
}

TEST_CASE("two control characters: the first is the one found") {
  std::string text(32, 'a');
  text[9] = '\n';
  text[3] = '\0';
  CHECK(FindControl(text) == 3);
}

TEST_CASE("lists are split at commas; empty elements do not count") {
  std::vector<std::string> got;
  ForEachElement(" a ,,b\t, ,c", [&](absl::string_view e) { got.emplace_back(e); });
  CHECK(got == std::vector<std::string>{"a", "b", "c"});
}

TEST_CASE("reasons") {
  CHECK(ReasonPhrase(404) == "Not Found");
  CHECK(ReasonPhrase(777) == "Unknown");
}

}  // namespace
}  // namespace heddle
