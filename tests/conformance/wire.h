// HTTP/1.x as bytes on a socket: what a case sends and is sent, kept as it came.
#ifndef HEDDLE_TESTS_CONFORMANCE_WIRE_H_
#define HEDDLE_TESTS_CONFORMANCE_WIRE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/conformance/verdict.h"

namespace heddle::conformance {

using HeaderLines = std::vector<std::pair<std::string, std::string>>;

// A request or a response. Names compare without regard to case.
struct WireMessage {
  std::string start_line;
  HeaderLines headers;
  std::string body;

  int status() const;          // of a response; 0 if it says none
  std::string target() const;  // of a request
  bool Has(absl::string_view name) const { return !Values(name).empty(); }
  std::vector<std::string> Values(absl::string_view name) const;
  std::string Value(absl::string_view name) const;  // of the first line; "" without
};

// [["Host", "web"], ...]
HeaderLines LinesOf(const Json& headers);
// The bytes of a message; a body that is not empty gets its Content-Length.
std::string BytesOf(const std::string& start_line, const HeaderLines& headers, const std::string& body = "");

// One end of a connection. One thread.
class WireConnection {
 public:
  enum class Wait { kPatience, kForEver };

  explicit WireConnection(int fd) : fd_(fd) {}
  ~WireConnection();
  WireConnection(const WireConnection&) = delete;
  WireConnection& operator=(const WireConnection&) = delete;
  // nullptr: nobody listens there.
  static std::unique_ptr<WireConnection> Connect(uint16_t port);

  bool Send(absl::string_view bytes);
  // The next message; nullopt if the peer ends before its end, or is silent for seconds.
  std::optional<WireMessage> ReadRequest(Wait wait);
  std::optional<WireMessage> ReadResponse(absl::string_view method, Wait wait = Wait::kPatience);
  // Waits until the peer ends.
  void AwaitEnd();
  // The peer has ended, or gone, and nothing more of it is to be read.
  bool HasEnded() const;
  // The peer gets a reset in place of an end.
  void ResetWhenClosed();

 private:
  bool Fill(Wait wait);
  bool ReadUpTo(size_t size, Wait wait);
  std::optional<std::string> ReadLine(Wait wait);
  std::optional<WireMessage> ReadHead(Wait wait);
  bool ReadChunks(std::string* body, Wait wait);
  bool ReadBody(bool to_the_end, Wait wait, WireMessage* message);

  const int fd_;
  std::string received_;
};

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_WIRE_H_
