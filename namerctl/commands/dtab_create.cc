#include "absl/strings/str_cat.h"
#include "namerctl/commands/dtab_commands.h"

namespace heddle::namerctl {

int DtabCreate(Context& context, const DtabWriteArgs& args) {
  const std::optional<DtabInput> dtab = ReadDtabToStore(context.env, args.file, args.allow_empty);
  if (!dtab) return kUsage;
  const auto written = context.client.Create(args.name, *dtab, args.note, args.wait);
  const absl::Status& done = written.status();
  if (absl::IsInvalidArgument(done)) return FailRefusedDtab(context.env, args.file, *dtab, done);
  if (!done.ok()) return Fail(context.env, done, NextStep(done, args.name));
  return FinishWrite(context, absl::StrCat("Created ", args.name), *written, args.wait);
}

}  // namespace heddle::namerctl
