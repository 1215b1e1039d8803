#include "proxy/config/refused.h"

#include "absl/strings/str_cat.h"

namespace heddle {

void RefuseTls(ObjectReader& reader, absl::string_view instead) {
  const ConfigNode* tls = reader.Node("tls");
  if (tls == nullptr) return;
  const ConfigNode* enabled = tls->Find("enabled");
  if (enabled != nullptr && enabled->AsBool() == false) return;
  reader.AddError("tls", absl::StrCat("not supported yet; remove it where ", instead, " may do"));
}

}  // namespace heddle
