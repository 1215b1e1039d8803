// The body of a response on its way to a requester who cannot take it in the form it comes in.
#ifndef HEDDLE_PROXY_SERVER_RESPONSE_BODY_H_
#define HEDDLE_PROXY_SERVER_RESPONSE_BODY_H_

#include <cstdint>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/codec/h1/body_decoder.h"

namespace heddle {

class ResponseBody {
 public:
  enum class Form : uint8_t {
    kAsIs,
    kDechunk,  // chunks are taken off: for HTTP/1.0
    kChunk,    // one that ends with its connection is put into chunks: the requester's connection lives on
    kNone,     // none of it is passed on
  };

  void Start(Form form, h1::BodyFraming received);
  Form form() const { return form_; }
  // Appends what is sent for `body`, the next bytes received; `complete`: the last ones. REQUIRES: the body
  // is well formed.
  void Append(absl::string_view body, bool complete, std::string* out);

 private:
  Form form_ = Form::kAsIs;
  h1::BodyDecoder decoder_{502};  // of kDechunk
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_RESPONSE_BODY_H_
