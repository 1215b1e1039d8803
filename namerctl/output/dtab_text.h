// How dtabs are printed. Source of the layouts: linkerd/namerctl 0.8.6, namer/dtab.go.
#ifndef HEDDLE_NAMERCTL_OUTPUT_DTAB_TEXT_H_
#define HEDDLE_NAMERCTL_OUTPUT_DTAB_TEXT_H_

#include <string>
#include <vector>

#include "namerctl/client/namerd_client.h"

namespace heddle::namerctl {

// A rule a line, the arrows below each other: "/svc       => /host ;\n/host/web  => /srv ;\n".
std::string PrettyDtab(const std::vector<Rule>& rules);
// "/svc=>/host;/host/web=>/srv;".
std::string OneLineDtab(const std::vector<Rule>& rules);
// {"version":"...","dtab":[...]}, which `update` and `create` read again.
std::string DtabToJson(const StoredDtab& dtab);
// ["a","b"].
std::string NamesToJson(const std::vector<std::string>& names);

// `text` fit for a terminal: control characters, which could drive it, as \xNN. UTF-8 stays.
std::string Printable(absl::string_view text);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_OUTPUT_DTAB_TEXT_H_
