#include "namerctl/commands/dtab_commands.h"
#include "namerctl/output/dtab_text.h"

namespace heddle::namerctl {

int DtabList(Context& context) {
  const auto names = context.client.List();
  if (!names.ok()) return Fail(context.env, names.status());
  if (context.json) {
    context.env.out << NamesToJson(*names) << "\n";
    return kDone;
  }
  for (const std::string& name : *names) context.env.out << Printable(name) << "\n";
  return kDone;
}

}  // namespace heddle::namerctl
