// Explanations, bound trees and addresses as JSON, in the shapes of Linkerd's /delegator.json.
// Source: io.buoyant.admin.names.DelegateApiHandler.
#ifndef HEDDLE_LIB_NAMING_DELEGATE_JSON_H_
#define HEDDLE_LIB_NAMING_DELEGATE_JSON_H_

#include <string>

#include "lib/naming/addr.h"
#include "lib/naming/delegate_tree.h"
#include "lib/naming/interpreter.h"

namespace heddle {

// {"type":"delegate","path":"/svc/web","delegate":{...}}; a leaf holds its endpoints as they are known now.
// With full detail, each node also has "share" and, where shares.h gives one, "why".
std::string DelegateTreeToJson(const DelegateTree& tree, ExplainDetail detail = ExplainDetail::kPlain);

// {"type":"bound","addrs":[{"ip":"127.0.0.1","port":8080,"meta":{}}],"meta":{}}, or type neg, failed (with
// "cause"), pending. An endpoint's weight other than 1 is its meta "endpoint_addr_weight".
std::string AddrToJson(const Addr& addr);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_DELEGATE_JSON_H_
