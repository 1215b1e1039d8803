#include "lib/net/dns_message.h"

#include <catch2/catch.hpp>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

// In hexadecimal: a header with so many answers and authorities, and a question for x.y (at offset 12).
std::string Head(int answers, int authorities) {
  return absl::StrCat("12348180", "0001", absl::Hex(answers, absl::kZeroPad4),
                      absl::Hex(authorities, absl::kZeroPad4), "0000", "017801790000010001");
}

absl::StatusOr<DnsMessage> Read(const std::string& hex) {
  return ReadDnsMessage(absl::HexStringToBytes(hex));
}

// Records of x.y (a pointer to the question), with a time to live of 7 and 9 s.
const std::string kA =
    "c00c"
    "00010001"
    "00000007"
    "0004"
    "0a000001";
const std::string kAaaa =
    "c00c"
    "001c0001"
    "00000009"
    "0010"
    "20010db8000000000000000000000001";
const std::string kCname =
    "c00c"
    "00050001"
    "00000003"
    "0004"
    "0161c00e";
// Priority 1, weight 2, port 80, target a.y.
const std::string kSrv =
    "c00c"
    "00210001"
    "00000007"
    "000a"
    "000100020050"
    "0161c00e";
// Names . and ., then serial, refresh, retry, expire, and a minimum of 60 s; itself it lives 100 s.
const std::string kSoa =
    "c00c"
    "00060001"
    "00000064"
    "0016"
    "0000"
    "00000001000000010000000100000001"
    "0000003c";

TEST_CASE("addresses of both families, with the lowest time to live of all records", "[net]") {
  const auto message = Read(Head(3, 0) + kCname + kA + kAaaa);
  REQUIRE(message.ok());
  REQUIRE(message->addresses.size() == 2);
  REQUIRE(message->addresses[0].ip() == "10.0.0.1");
  REQUIRE(message->addresses[1].ip() == "2001:db8::1");
  REQUIRE(message->ttl == std::chrono::seconds(3));
  REQUIRE_FALSE(message->negative_ttl.has_value());
}

TEST_CASE("services, with names that share their end with others", "[net]") {
  const auto message = Read(Head(1, 0) + kSrv);
  REQUIRE(message.ok());
  REQUIRE((message->services == std::vector<SrvRecord>{{"a.y", 80, 1, 2}}));
  const auto nowhere = Read(Head(1, 0) +
                            "c00c"
                            "00210001"
                            "00000007"
                            "0007"
                            "000000000000"
                            "00");
  REQUIRE(nowhere->services[0].target.empty());
}

TEST_CASE("how long a name may be believed to be absent", "[net]") {
  const auto message = Read(Head(0, 1) + kSoa);
  REQUIRE(message.ok());
  REQUIRE(message->negative_ttl == std::chrono::seconds(60));
  REQUIRE(message->ttl == std::chrono::seconds(0));
}

TEST_CASE("a time to live with the highest bit set is 0", "[net]") {
  const auto message = Read(Head(1, 0) +
                            "c00c"
                            "00010001"
                            "80000007"
                            "0004"
                            "0a000001");
  REQUIRE(message->ttl == std::chrono::seconds(0));
}

// A service whose target leads `hops` times from one place to an earlier one, in a record that holds `part`
// and a pointer for each.
absl::StatusOr<DnsMessage> ReadWithPointers(int hops, const std::string& part) {
  const std::string head = Head(2, 0);
  const size_t data = head.size() / 2 + 12;
  std::string places;
  size_t at = 12;  // x.y
  for (int i = 0; i < hops; ++i) {
    const size_t next = data + places.size() / 2;
    absl::StrAppend(&places, part, absl::Hex(0xc000 | at, absl::kZeroPad4));
    at = next;
  }
  const std::string text =
      "c00c"
      "0010"
      "0001"
      "00000007";  // TXT
  return Read(absl::StrCat(head, text, absl::Hex(places.size() / 2, absl::kZeroPad4), places,
                           "c00c"
                           "0021"
                           "0001"
                           "00000007"
                           "0008",
                           "000100020050", absl::Hex(0xc000 | at, absl::kZeroPad4)));
}

TEST_CASE("a name that leads from place to place ends, and is no longer than a name can be", "[net]") {
  const auto message = ReadWithPointers(100, "");
  REQUIRE(message.ok());
  REQUIRE(message->services.at(0).target == "x.y");
  REQUIRE_FALSE(ReadWithPointers(200, "").ok());
  REQUIRE_FALSE(ReadWithPointers(8000, "").ok());
  const std::string label = "3f" + absl::BytesToHexString(std::string(63, 'a'));
  REQUIRE(ReadWithPointers(3, label)->services.at(0).target.size() == 3 * 64 + 3);
  REQUIRE_FALSE(ReadWithPointers(4, label).ok());
  REQUIRE_FALSE(ReadWithPointers(100, label).ok());
}

TEST_CASE("whatever a server sends is read to its end, and no further", "[net]") {
  const std::string whole = absl::HexStringToBytes(Head(3, 1) + kA + kSrv + kAaaa + kSoa);
  REQUIRE(ReadDnsMessage(whole).ok());
  for (size_t size = 0; size < whole.size(); ++size) {
    CAPTURE(size);
    REQUIRE(absl::IsInvalidArgument(ReadDnsMessage(absl::string_view(whole).substr(0, size)).status()));
  }
  for (size_t at = 0; at < whole.size(); ++at) {
    for (const char byte : {'\x00', '\xff', '\xc0', '\x3f'}) {
      std::string changed = whole;
      changed[at] = byte;
      (void)ReadDnsMessage(changed);  // no out-of-bounds read, no endless loop
    }
  }
  for (const std::string& record : {
           std::string("c00c"
                       "00010001"
                       "00000007"
                       "0003"
                       "0a0000"),  // an address of 3 bytes
           std::string("c00c"
                       "00210001"
                       "00000007"
                       "0004"
                       "00000000"),  // no port, no target
           std::string("c00c"
                       "00210001"
                       "00000007"
                       "0008"
                       "000000000000"
                       "c0ff"),  // a name later on
           std::string("c027"
                       "00010001"
                       "00000007"
                       "0004"
                       "0a000001"),  // a name that is its own end
           std::string("40"
                       "00010001"
                       "00000007"
                       "0004"
                       "0a000001"),  // a label of 64 bytes
       }) {
    CAPTURE(record);
    REQUIRE(absl::IsInvalidArgument(Read(Head(1, 0) + record).status()));
  }
}

}  // namespace
}  // namespace heddle
