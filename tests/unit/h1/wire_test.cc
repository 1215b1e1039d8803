// Every input of the tables has the outcome that stands beside it, and has it wherever it is cut.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/strip.h"
#include "tests/unit/h1/wire_cases.h"

namespace heddle::h1 {
namespace {

// Fewer would leave a production or a class of attacks out.
constexpr size_t kFewest = 300;

struct Table {
  const char* name;
  const WireCases& cases;
  Side side;
  Limits limits;
};

std::vector<Table> Tables() {
  const Limits usual;
  return {{"request line", RequestLineCases(), Side::kRequests, usual},
          {"target", TargetCases(), Side::kRequests, usual},
          {"field", FieldCases(), Side::kRequests, usual},
          {"host", HostCases(), Side::kRequests, usual},
          {"connection", ConnectionCases(), Side::kRequests, usual},
          {"framing", FramingCases(), Side::kRequests, usual},
          {"chunked", ChunkedCases(), Side::kRequests, usual},
          {"trailer", TrailerCases(), Side::kRequests, usual},
          {"smuggling", SmugglingCases(), Side::kRequests, usual},
          {"limit", LimitCases(), Side::kRequests, kTight},
          {"status line", StatusLineCases(), Side::kResponses, usual},
          {"response framing", ResponseFramingCases(), Side::kResponses, usual},
          {"response to HEAD", ResponseToHeadCases(), Side::kResponsesToHead, usual}};
}

std::string InTwo(const Table& table, absl::string_view bytes, size_t at) {
  Transcript transcript(table.side, table.limits);
  transcript.Take(bytes.substr(0, at));
  transcript.Take(bytes.substr(at));
  return transcript.End();
}

std::string ByteByByte(const Table& table, absl::string_view bytes) {
  Transcript transcript(table.side, table.limits);
  for (size_t i = 0; i < bytes.size(); ++i) transcript.Take(bytes.substr(i, 1));
  return transcript.End();
}

TEST_CASE("every input has the strict outcome, wherever it is cut") {
  for (const Table& table : Tables()) {
    for (const WireCase& c : table.cases) {
      const std::string bytes = absl::StrCat(c.beginning.bytes, c.bytes);
      absl::string_view rest = c.expected;
      const bool goes_on = absl::ConsumePrefix(&rest, "$");
      const std::string expected = absl::StrCat(goes_on ? c.beginning.shown : "", rest);
      INFO(table.name << ": " << c.why << "\n" << bytes);
      CHECK(TranscriptOf(table.side, table.limits, bytes) == expected);
      size_t at = 1;
      while (at < bytes.size() && InTwo(table, bytes, at) == expected) ++at;
      if (at < bytes.size()) FAIL_CHECK("cut at " << at << ": " << InTwo(table, bytes, at));
      CHECK(ByteByByte(table, bytes) == expected);
    }
  }
}

TEST_CASE("the tables hold enough, and nothing twice") {
  size_t count = 0;
  for (const Table& table : Tables()) {
    std::vector<std::string> seen;
    for (const WireCase& c : table.cases) seen.push_back(absl::StrCat(c.beginning.bytes, c.bytes));
    std::sort(seen.begin(), seen.end());
    INFO(table.name);
    CHECK(std::adjacent_find(seen.begin(), seen.end()) == seen.end());
    count += seen.size();
  }
  REQUIRE(count >= kFewest);
}

}  // namespace
}  // namespace heddle::h1
