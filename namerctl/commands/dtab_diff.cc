#include "absl/strings/str_cat.h"
#include "lib/dtab/dtab.h"
#include "namerctl/commands/dtab_commands.h"
#include "namerctl/output/diff.h"

namespace heddle::namerctl {
namespace {

struct Side {
  std::string name;
  std::vector<std::string> rules;  // a line each, in the canonical form: spacing and comments do not count
};

absl::StatusOr<Side> SideOf(std::string name, absl::string_view text) {
  auto dtab = Dtab::Parse(text);
  if (!dtab.ok()) return Annotate(dtab.status(), name);
  Side side{std::move(name), {}};
  for (const Dentry& dentry : *dtab) {
    side.rules.push_back(absl::StrCat(dentry.prefix.Show(), " => ", Show(dentry.dst), " ;"));
  }
  return side;
}

absl::StatusOr<Side> SideOf(const std::string& ns, const HistoryEntry& entry) {
  return SideOf(absl::StrCat(ns, " version ", entry.version, " (number ", entry.number,
                             entry.deleted ? ", deleted)" : ")"),
                entry.dtab);
}

// The version `version`, or the latest if that is empty.
absl::StatusOr<HistoryEntry> Stored(Context& context, const std::string& ns, const std::string& version) {
  if (!version.empty()) return context.client.GetVersion(ns, version);
  ASSIGN_OR_RETURN(const auto entries, context.client.History(ns, 1));
  if (entries.empty()) return absl::NotFoundError(absl::StrCat("'", ns, "' does not exist"));
  return entries[0];
}

absl::StatusOr<Side> Before(Context& context, const DtabDiffArgs& args) {
  if (!args.file.empty() || !args.from.empty()) {
    ASSIGN_OR_RETURN(const HistoryEntry from, Stored(context, args.name, args.from));
    return SideOf(args.name, from);
  }
  ASSIGN_OR_RETURN(const HistoryEntry to, Stored(context, args.name, args.to));
  ASSIGN_OR_RETURN(const auto older, context.client.History(args.name, 1, to.number));
  if (older.empty()) return SideOf("nothing", "");
  return SideOf(args.name, older[0]);
}

absl::StatusOr<Side> After(Context& context, const DtabDiffArgs& args, const DtabInput& file) {
  if (args.file.empty()) {
    ASSIGN_OR_RETURN(const HistoryEntry to, Stored(context, args.name, args.to));
    return SideOf(args.name, to);
  }
  std::string text = file.body;
  if (file.is_json) {
    text.clear();
    ASSIGN_OR_RETURN(const std::vector<Rule> rules, RulesFromJson(file.body));
    for (const Rule& rule : rules) absl::StrAppend(&text, rule.prefix, " => ", rule.dst, " ;\n");
  }
  return SideOf(args.file == "-" ? "standard input" : args.file, text);
}

}  // namespace

int DtabDiff(Context& context, const DtabDiffArgs& args) {
  DtabInput file;
  if (!args.file.empty()) {
    std::optional<DtabInput> read = ReadDtab(context.env, args.file);
    if (!read) return kUsage;
    file = *std::move(read);
  }
  const auto after = After(context, args, file);
  if (!after.ok()) return Fail(context.env, after.status(), NextStep(after.status(), args.name));
  const auto before = Before(context, args);
  if (!before.ok()) return Fail(context.env, before.status(), NextStep(before.status(), args.name));
  context.env.out << UnifiedDiff(before->rules, after->rules, before->name, after->name, context.env.colour);
  return kDone;
}

}  // namespace heddle::namerctl
