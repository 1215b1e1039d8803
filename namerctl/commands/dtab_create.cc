#include "namerctl/commands/dtab_commands.h"

namespace heddle::namerctl {

int DtabCreate(Context& context, const DtabWriteArgs& args) {
  const std::optional<DtabInput> dtab = ReadDtabToStore(context.env, args.file, args.allow_empty);
  if (!dtab) return kUsage;
  const absl::Status done = context.client.Create(args.name, *dtab, args.note);
  if (absl::IsInvalidArgument(done)) return FailRefusedDtab(context.env, args.file, *dtab, done);
  if (!done.ok()) return Fail(context.env, done, NextStep(done, args.name));
  context.env.out << "Created " << args.name << "\n";
  return kDone;
}

}  // namespace heddle::namerctl
