#include "absl/strings/str_cat.h"
#include "namerctl/commands/dtab_commands.h"

namespace heddle::namerctl {

int DtabUpdate(Context& context, const DtabWriteArgs& args) {
  const std::optional<DtabInput> dtab = ReadDtabToStore(context.env, args.file, args.allow_empty);
  if (!dtab) return kUsage;
  // As the Go namerctl: the version inside of the JSON wins over the flag.
  const std::string& version = dtab->version.empty() ? args.version : dtab->version;
  const auto written = context.client.Update(args.name, *dtab, version, args.note, args.check, args.wait);
  const absl::Status& done = written.status();
  if (absl::IsInvalidArgument(done)) return FailRefusedDtab(context.env, args.file, *dtab, done);
  if (absl::IsAborted(done)) return FailHarmful(context.env, args.name, NameOfInput(args.file), done);
  if (!done.ok()) return Fail(context.env, done, NextStep(done, args.name));
  return FinishWrite(context, absl::StrCat("Updated ", args.name), *written, args.wait);
}

}  // namespace heddle::namerctl
