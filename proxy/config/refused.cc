#include "proxy/config/refused.h"

#include "absl/strings/str_cat.h"

namespace heddle {

void RefuseMisplaced(ObjectReader& reader, std::initializer_list<const char*> keys, absl::string_view where) {
  for (const char* key : keys) reader.Later(key, absl::StrCat("belongs elsewhere; write it in ", where));
}

void RefuseClientKeys(ObjectReader& reader) {
  RefuseMisplaced(reader,
                  {"failureAccrual", "loadBalancer", "hostConnectionPool", "requestAttemptTimeoutMs",
                   "requeueBudget", "clientSession", "failFast", "forwardClientCert"},
                  "the router's 'client'");
}

void RefuseServiceKeys(ObjectReader& reader) {
  RefuseMisplaced(reader, {"retries", "responseClassifier", "totalTimeoutMs"}, "the router's 'service'");
}

void RefuseTls(ObjectReader& reader, absl::string_view instead) {
  const ConfigNode* tls = reader.Node("tls");
  if (tls == nullptr) return;
  const ConfigNode* enabled = tls->Find("enabled");
  if (enabled != nullptr && enabled->AsBool() == false) return;
  reader.AddError("tls", absl::StrCat("not supported yet; remove it where ", instead, " may do"));
}

}  // namespace heddle
