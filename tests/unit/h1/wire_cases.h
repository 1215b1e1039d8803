// Inputs and what they are to be read as: a table for each production of RFC 9112, and for each way that is
// known to make two readers disagree about where a message ends. All strict: one reading, or none.
#ifndef HEDDLE_TESTS_UNIT_H1_WIRE_CASES_H_
#define HEDDLE_TESTS_UNIT_H1_WIRE_CASES_H_

#include <cstddef>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/support/h1_transcript.h"

namespace heddle::h1 {

// What many inputs begin with, and how it is shown: a '$' that WireCase::expected begins with.
struct Beginning {
  absl::string_view bytes;
  absl::string_view shown;
};
constexpr Beginning kNothing{"", ""};
constexpr Beginning kGet{"GET / HTTP/1.1\r\nHost: a\r\n", "GET / 1.1 Host=a"};
constexpr Beginning kPost{"POST / HTTP/1.1\r\nHost: a\r\n", "POST / 1.1 Host=a"};
constexpr Beginning kChunked{"POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n",
                             "POST / 1.1 Host=a Transfer-Encoding=chunked"};
constexpr Beginning kOk{"HTTP/1.1 200 OK\r\n", "200 (OK) 1.1"};

struct WireCase {
  const char* why;
  Beginning beginning;
  absl::string_view bytes;
  absl::string_view expected;  // a transcript (tests/support/h1_transcript.h)
};

// For bytes with a NUL in them.
constexpr absl::string_view operator""_b(const char* bytes, size_t size) { return {bytes, size}; }

using WireCases = std::vector<WireCase>;

// Of requests.
const WireCases& RequestLineCases();
const WireCases& TargetCases();
const WireCases& FieldCases();
const WireCases& HostCases();
const WireCases& ConnectionCases();
const WireCases& FramingCases();
const WireCases& ChunkedCases();
const WireCases& TrailerCases();
const WireCases& SmugglingCases();
// Of responses.
const WireCases& StatusLineCases();
const WireCases& ResponseFramingCases();
const WireCases& ResponseToHeadCases();
// Of requests, with kTight.
constexpr Limits kTight{32, 96};
const WireCases& LimitCases();

}  // namespace heddle::h1

#endif  // HEDDLE_TESTS_UNIT_H1_WIRE_CASES_H_
