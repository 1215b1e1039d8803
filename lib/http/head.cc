#include "lib/http/head.h"

namespace heddle {

void Head::Clear() {
  // Not `*this = Head()`: the fields are 3 kB that nobody reads beyond field_count.
  begin = 0;
  size = 0;
  first_line = Span();
  minor_version = 1;
  method_text = Span();
  target = Span();
  method = Method::kOther;
  form = TargetForm::kOrigin;
  authority = Span();
  origin = Span();
  status = 0;
  reason = Span();
  chunked = false;
  has_content_length = false;
  content_length = 0;
  connection_close = false;
  connection_keep_alive = false;
  connection_upgrade = false;
  connection_names_fields = false;
  expect_continue = false;
  field_count = 0;
  first.fill(kNone);
}

}  // namespace heddle
