// A header field of a request, by its name.
#ifndef HEDDLE_PROXY_IDENTIFY_HEADER_READER_H_
#define HEDDLE_PROXY_IDENTIFY_HEADER_READER_H_

#include <string>

#include "absl/strings/string_view.h"
#include "lib/http/header_id.h"
#include "proxy/identify/request_view.h"

namespace heddle {

// Immutable; any thread. Found by its number where it has one.
class HeaderReader {
 public:
  explicit HeaderReader(std::string name);

  // The value of the first such field; of Host, what the request is for. "" if absent, or an l5d header that
  // is not believed.
  absl::string_view Read(const RequestView& request) const {
    return id_ == HeaderId::kHost ? request.host : ReadField(request);
  }

  const std::string& name() const { return name_; }
  // "Host header is absent".
  absl::string_view absent() const { return absent_; }

 private:
  absl::string_view ReadField(const RequestView& request) const;

  std::string name_;
  HeaderId id_;
  std::string absent_;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_IDENTIFY_HEADER_READER_H_
