#include "namerctl/commands/dtab_commands.h"

namespace heddle::namerctl {

int DtabDelete(Context& context, const DtabDeleteArgs& args) {
  const absl::Status done = context.client.Delete(args.name, args.note);
  if (!done.ok()) return Fail(context.env, done, NextStep(done, args.name));
  context.env.out << "Deleted " << args.name << "\n";
  return kDone;
}

}  // namespace heddle::namerctl
