#include "absl/strings/str_cat.h"
#include "namerctl/commands/dtab_commands.h"
#include "namerctl/output/explain_text.h"

namespace heddle::namerctl {

int Explain(Context& context, const ExplainArgs& args) {
  const auto answer = context.client.Explain(args.name, args.path, args.dtab);
  if (absl::IsInvalidArgument(answer.status())) return FailUsage(context.env, answer.status().message());
  if (!answer.ok()) return Fail(context.env, answer.status());
  if (context.json) {
    context.env.out << *answer << "\n";
    return kDone;
  }
  const auto text = ExplainText(*answer, StyleOf(context.env, args.ascii));
  if (!text.ok()) return Fail(context.env, text.status());
  context.env.out << *text;
  // namerd takes a namespace that it does not have for one without rules: right, and no help with a misspelt
  // one.
  if (absl::IsNotFound(context.client.Get(args.name).status())) {
    Fail(context.env, absl::NotFoundError(absl::StrCat("there is no dtab '", args.name, "'")),
         "See what there is: namerctl dtab list");
  }
  return kDone;
}

}  // namespace heddle::namerctl
