#include "absl/strings/str_cat.h"
#include "namerctl/commands/dtab_commands.h"

namespace heddle::namerctl {
namespace {

// The version to go back to, given the latest.
absl::StatusOr<HistoryEntry> Target(Context& context, const DtabRollbackArgs& args,
                                    const HistoryEntry& latest) {
  if (!args.version.empty()) return context.client.GetVersion(args.name, args.version);
  ASSIGN_OR_RETURN(const auto older, context.client.History(args.name, 1, latest.number));
  if (older.empty()) {
    return absl::NotFoundError(absl::StrCat("'", args.name, "' has no version before ", latest.version));
  }
  return older[0];
}

}  // namespace

// Writes the old text as a new version: the history only grows. Against the latest version seen here, so that
// a change made meanwhile is not lost.
int DtabRollback(Context& context, const DtabRollbackArgs& args) {
  const auto latest = context.client.History(args.name, 1);
  if (!latest.ok()) return Fail(context.env, latest.status(), NextStep(latest.status(), args.name));
  if (latest->empty())
    return Fail(context.env, absl::NotFoundError(absl::StrCat("'", args.name, "' does not exist")));
  const auto target = Target(context, args, latest->front());
  if (!target.ok()) return Fail(context.env, target.status(), NextStep(target.status(), args.name));
  if (target->deleted) {
    return Fail(context.env,
                absl::FailedPreconditionError(
                    absl::StrCat("version ", target->version, " is the deletion of '", args.name, "'")),
                absl::StrCat("To delete it again: namerctl dtab delete ", args.name));
  }
  DtabInput dtab;
  dtab.body = target->dtab;
  Note note = args.note;
  if (note.message.empty())
    note.message = absl::StrCat("rollback to ", target->version, " (number ", target->number, ")");
  const auto written =
      latest->front().deleted
          ? context.client.Create(args.name, dtab, note, args.wait)
          : context.client.Update(args.name, dtab, latest->front().version, note, args.check, args.wait);
  const absl::Status& done = written.status();
  if (absl::IsAborted(done)) return FailHarmful(context.env, args.name, target->version, done);
  if (!done.ok()) return Fail(context.env, done, NextStep(done, args.name));
  return FinishWrite(
      context,
      absl::StrCat("Rolled back ", args.name, " to ", target->version, " (number ", target->number, ")"),
      *written, args.wait);
}

}  // namespace heddle::namerctl
