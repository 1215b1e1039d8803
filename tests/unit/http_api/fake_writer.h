// A response that a test looks into, and whose reader may be slow.
#ifndef HEDDLE_TESTS_UNIT_HTTP_API_FAKE_WRITER_H_
#define HEDDLE_TESTS_UNIT_HTTP_API_FAKE_WRITER_H_

#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <utility>

#include "lib/session/http_server.h"

namespace heddle::namerd {

class FakeWriter : public ResponseWriter {
 public:
  void Send(HttpResponse r) override { response = std::move(r); }
  void Start(int status, HeaderList headers) override {
    streaming = true;
    response = HttpResponse{status, std::move(headers), ""};
  }
  size_t buffered() const override { return buffered_bytes; }
  void Write(absl::string_view data) override { chunks.emplace_back(data); }
  void End() override { ended = true; }
  void OnDrained(std::function<void()> call) override { on_drained = std::move(call); }
  void OnClosed(std::function<void()> call) override { on_closed = std::move(call); }
  void EndWithPeer() override { ends_with_peer = true; }

  std::string Header(absl::string_view name) const {
    const std::string* value = FindHeader(response->headers, name);
    return value == nullptr ? "" : *value;
  }

  std::optional<HttpResponse> response;
  bool streaming = false, ended = false, ends_with_peer = false;
  std::deque<std::string> chunks;
  size_t buffered_bytes = 0;
  std::function<void()> on_drained, on_closed;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_TESTS_UNIT_HTTP_API_FAKE_WRITER_H_
