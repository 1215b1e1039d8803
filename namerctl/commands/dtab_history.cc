#include "namerctl/commands/dtab_commands.h"
#include "namerctl/output/history_text.h"

namespace heddle::namerctl {

int DtabHistory(Context& context, const DtabHistoryArgs& args) {
  const auto entries = context.client.History(args.name, args.limit);
  if (!entries.ok()) return Fail(context.env, entries.status(), NextStep(entries.status(), args.name));
  context.env.out << (context.json ? HistoryToJson(*entries) + "\n" : HistoryTable(*entries));
  return kDone;
}

}  // namespace heddle::namerctl
