#include "proxy/server/response_body.h"

#include "absl/strings/str_cat.h"

namespace heddle {

void ResponseBody::Start(Form form, h1::BodyFraming received) {
  form_ = form;
  if (form == Form::kDechunk) decoder_.Start(received);
}

void ResponseBody::Append(absl::string_view body, bool complete, std::string* out) {
  switch (form_) {
    case Form::kAsIs:
      out->append(body.data(), body.size());
      return;
    case Form::kDechunk:
      while (!body.empty() && !decoder_.done()) {
        absl::string_view payload;
        body.remove_prefix(decoder_.Next(body, &payload));
        out->append(payload.data(), payload.size());
      }
      return;
    case Form::kChunk:
      if (!body.empty()) absl::StrAppend(out, absl::Hex(body.size()), "\r\n", body, "\r\n");
      if (complete) absl::StrAppend(out, "0\r\n\r\n");
      return;
    case Form::kNone:
      return;
  }
}

}  // namespace heddle
