#include "namerctl/commands/dtab_commands.h"
#include "namerctl/output/dtab_text.h"

namespace heddle::namerctl {

int DtabGet(Context& context, const DtabGetArgs& args) {
  const auto dtab = context.client.Get(args.name, args.version);
  if (!dtab.ok()) return Fail(context.env, dtab.status(), NextStep(dtab.status(), args.name));
  std::ostream& out = context.env.out;
  if (context.json) {
    out << DtabToJson(*dtab) << "\n";
  } else if (args.pretty) {
    if (!dtab->version.empty()) out << "# version " << Printable(dtab->version) << "\n";
    out << PrettyDtab(dtab->rules);
  } else {
    out << OneLineDtab(dtab->rules) << "\n";
  }
  return kDone;
}

}  // namespace heddle::namerctl
