#include "lib/namers/state_pages.h"

#include "absl/strings/str_cat.h"

namespace heddle {

void MountNamerState(AdminServer& admin, const std::vector<PrefixedNamer>& namers) {
  for (const PrefixedNamer& namer : namers) {
    const std::string name = namer.prefix.Drop(1).Show();  // a '#' cannot be in an address
    admin.Mount({absl::StrCat("/namer_state", name, ".json"),
                 absl::StrCat("what the namer ", namer.prefix.Show(), " knows"),
                 {"GET"},
                 [namer = namer.namer](const HttpRequest&, const std::shared_ptr<ResponseWriter>& writer) {
                   SendJson(*writer, 200, namer->StateJson());
                 }});
  }
}

}  // namespace heddle
