#include "namerctl/commands/dtab_commands.h"
#include "namerctl/output/check_text.h"

namespace heddle::namerctl {

int DtabCheck(Context& context, const DtabCheckArgs& args) {
  const std::optional<DtabInput> dtab = ReadDtab(context.env, args.file);
  if (!dtab) return kUsage;
  const auto answer = context.client.Check(args.name, *dtab, args.paths);
  if (absl::IsInvalidArgument(answer.status())) {
    FailRefusedDtab(context.env, args.file, *dtab, answer.status());
    return kUsage;
  }
  if (!answer.ok()) return Fail(context.env, answer.status());
  const auto shown = ShowCheck(*answer, NameOfInput(args.file), StyleOf(context.env));
  if (!shown.ok()) return Fail(context.env, shown.status());
  if (context.json) {
    context.env.out << *answer << "\n";
  } else {
    context.env.out << shown->report;
  }
  return shown->ok ? kDone : kRefused;
}

int FailHarmful(const Environment& env, const std::string& name, const std::string& file,
                const absl::Status& refusal) {
  Fail(env, absl::AbortedError("nothing was stored: names in use that are served now would not be:"));
  const auto shown = ShowCheck(ReportOf(refusal), file, StyleOf(env));
  if (shown.ok()) env.err << shown->lost;
  env.err << "  See all of it: namerctl dtab check " << name
          << " FILE. To store it all the same, leave out --check.\n";
  return kRefused;
}

}  // namespace heddle::namerctl
