#include "absl/strings/str_cat.h"
#include "namerctl/client/duration.h"
#include "namerctl/commands/dtab_commands.h"
#include "namerctl/output/shift_text.h"

namespace heddle::namerctl {

int FinishWrite(Context& context, absl::string_view done, const Written& written, Millis wait) {
  if (wait > Millis(0) && context.json) {
    context.env.out << written.json << "\n";
  } else {
    context.env.out << done;
    if (written.live && written.converged) context.env.out << ": " << ConvergenceText(*written.live);
    context.env.out << "\n";
  }
  if (wait == Millis(0) || written.converged) return kDone;
  if (!written.live) {
    Fail(context.env, absl::UnknownError("it is stored, but this namerd does not say where it is live"),
         "Is it one that knows ?wait, and not a Namerd 1.x?");
  } else {
    Fail(context.env,
         absl::DeadlineExceededError(absl::StrCat("it is stored as version ", written.version, ", but ",
                                                  ConvergenceText(*written.live))),
         "They take it when they can. See how far they are: namerctl proxies");
  }
  return kNotLive;
}

}  // namespace heddle::namerctl
