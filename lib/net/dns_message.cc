#include "lib/net/dns_message.h"

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

enum RecordType : uint16_t { kA = 1, kSoa = 6, kAaaa = 28, kSrv = 33 };
constexpr uint16_t kInternet = 1;
constexpr size_t kLongestName = 255;
// From one place of a name to another: no more than it can have labels.
constexpr int kMostPointers = 127;

// Reads forward; past the end, everything is 0 and ok() is false.
class Cursor {
 public:
  Cursor(absl::string_view bytes, size_t at, size_t end) : bytes_(bytes), at_(at), end_(end) {}

  bool ok() const { return ok_; }
  size_t at() const { return at_; }

  uint8_t Byte() {
    if (at_ >= end_) {
      ok_ = false;
      return 0;
    }
    return static_cast<uint8_t>(bytes_[at_++]);
  }
  uint16_t Short() {
    const uint16_t high = Byte();
    return static_cast<uint16_t>(high << 8 | Byte());
  }
  uint32_t Long() {
    const uint32_t high = Short();
    return high << 16 | Short();
  }
  absl::string_view Bytes(size_t n) {
    if (n > end_ - at_) {
      ok_ = false;
      return {};
    }
    at_ += n;
    return bytes_.substr(at_ - n, n);
  }

  // A name, its labels between dots. A pointer leads to an earlier place.
  std::string Name(int pointers = kMostPointers) {
    std::string name;
    uint8_t length;
    while ((length = Byte()) != 0 && name.size() <= kLongestName) {
      if (length >= 0xc0) {
        const size_t target = static_cast<size_t>(length & 0x3f) << 8 | Byte();
        if (!ok_ || target >= at_ - 2 || pointers == 0) return Bad();
        Cursor rest(bytes_, target, at_ - 2);
        const std::string tail = rest.Name(pointers - 1);
        if (!rest.ok() || name.size() + tail.size() >= kLongestName) return Bad();
        return tail.empty() ? name : name.empty() ? tail : absl::StrCat(name, ".", tail);
      }
      if (length > 63) return Bad();
      absl::StrAppend(&name, name.empty() ? "" : ".", Bytes(length));
    }
    return name.size() <= kLongestName ? name : Bad();
  }

 private:
  std::string Bad() {
    ok_ = false;
    return "";
  }

  absl::string_view bytes_;
  size_t at_;
  size_t end_;
  bool ok_ = true;
};

struct Record {
  uint16_t type = 0;
  uint16_t klass = 0;
  std::chrono::seconds ttl{0};
  size_t data_begin = 0;
  size_t data_end = 0;
};

Record ReadRecord(Cursor& cursor) {
  Record record;
  cursor.Name();
  record.type = cursor.Short();
  record.klass = cursor.Short();
  // RFC 2181 section 8: a number with the highest bit set is 0.
  const uint32_t ttl = cursor.Long();
  record.ttl = std::chrono::seconds(ttl >> 31 != 0 ? 0 : ttl);
  const size_t size = cursor.Short();
  record.data_begin = cursor.at();
  cursor.Bytes(size);
  record.data_end = cursor.at();
  return record;
}

bool TakeAnswer(const Record& record, Cursor data, DnsMessage* message) {
  const size_t size = record.data_end - record.data_begin;
  if (record.type == kA || record.type == kAaaa) {
    if (size != (record.type == kA ? 4u : 16u)) return false;
    message->addresses.push_back(*SocketAddress::FromBytes(data.Bytes(size), 0));
  } else if (record.type == kSrv) {
    SrvRecord service;
    service.priority = data.Short();
    service.weight = data.Short();
    service.port = data.Short();
    service.target = data.Name();
    message->services.push_back(std::move(service));
  }
  return data.ok();
}

// The SOA record of a negative answer.
bool TakeAuthority(const Record& record, Cursor data, DnsMessage* message) {
  if (record.type != kSoa) return true;
  data.Name();
  data.Name();
  data.Bytes(16);
  const std::chrono::seconds minimum(data.Long());
  message->negative_ttl = std::min(record.ttl, minimum);
  return data.ok();
}

}  // namespace

absl::StatusOr<DnsMessage> ReadDnsMessage(absl::string_view bytes) {
  const absl::Status malformed = absl::InvalidArgumentError("a malformed DNS answer");
  Cursor cursor(bytes, 0, bytes.size());
  cursor.Long();
  const int questions = cursor.Short();
  const int answers = cursor.Short();
  const int authorities = cursor.Short();
  cursor.Short();
  for (int i = 0; i < questions && cursor.ok(); ++i) {
    cursor.Name();
    cursor.Long();
  }
  DnsMessage message;
  message.ttl = std::chrono::seconds::max();
  for (int i = 0; i < answers + authorities && cursor.ok(); ++i) {
    const Record record = ReadRecord(cursor);
    if (!cursor.ok()) break;
    if (record.klass != kInternet) continue;
    const bool answer = i < answers;
    if (answer) message.ttl = std::min(message.ttl, record.ttl);
    const Cursor data(bytes, record.data_begin, record.data_end);
    if (!(answer ? TakeAnswer : TakeAuthority)(record, data, &message)) return malformed;
  }
  if (!cursor.ok()) return malformed;
  if (message.ttl == std::chrono::seconds::max()) message.ttl = std::chrono::seconds(0);
  return message;
}

}  // namespace heddle
