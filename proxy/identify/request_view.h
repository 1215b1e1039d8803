// What of a request decides where it goes, for those who read it.
#ifndef HEDDLE_PROXY_IDENTIFY_REQUEST_VIEW_H_
#define HEDDLE_PROXY_IDENTIFY_REQUEST_VIEW_H_

#include "absl/strings/string_view.h"
#include "lib/http/head.h"

namespace heddle {

// Views into the received bytes.
struct RequestView {
  absl::string_view bytes;  // those `head` counts from
  const Head* head = nullptr;
  absl::string_view method;
  absl::string_view target;  // path and query, also of a request in absolute form
  absl::string_view host;  // of the target in absolute form; of the Host field otherwise; "" if there is none
  bool cleared = false;    // no l5d header is believed: as if there were none (clearContext)
};

RequestView MakeRequestView(absl::string_view bytes, const Head& head, bool cleared = false);

}  // namespace heddle

#endif  // HEDDLE_PROXY_IDENTIFY_REQUEST_VIEW_H_
