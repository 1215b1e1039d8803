// Keeps a whole response, for a test that asks a page.
#ifndef HEDDLE_TESTS_SUPPORT_RESPONSE_RECORDER_H_
#define HEDDLE_TESTS_SUPPORT_RESPONSE_RECORDER_H_

#include <functional>
#include <utility>

#include "lib/session/http_server.h"

namespace heddle {

struct ResponseRecorder : ResponseWriter {
  void Send(HttpResponse response) override { answer = std::move(response); }
  void Start(int, HeaderList) override {}
  size_t buffered() const override { return 0; }
  void Write(absl::string_view) override {}
  void End() override {}
  void OnDrained(std::function<void()>) override {}
  void OnClosed(std::function<void()>) override {}

  HttpResponse answer;
};

}  // namespace heddle

#endif  // HEDDLE_TESTS_SUPPORT_RESPONSE_RECORDER_H_
