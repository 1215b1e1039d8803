// `namerctl dtab ...` and `explain`: arguments and help.
#include "namerctl/commands/arguments.h"

namespace heddle::namerctl {
namespace {

void AddCheck(CLI::App* command, bool& check) {
  command->add_flag("--check", check, "refuse if a name in use would be left without a service");
}

void AddAllowEmpty(CLI::App* command, bool& allow_empty) {
  command->add_flag("--allow-empty", allow_empty, "store a delegation table without rules");
}

void AddWaitForFleet(CLI::App* command, std::string& wait) {
  command->add_flag("--wait{30s}", wait,
                    "return when every proxy that follows it runs it; exit status 4, and their names,\n"
                    "if some do not in time (30s; --wait=2m for another, up to 10m)");
}

Millis WaitOf(const std::string& text) {
  constexpr Millis kLongest{600'000};
  Millis wait{0};
  if (!text.empty()) SetDuration("--wait", text, Millis(1), kLongest, &wait);
  return wait;
}

void AddReaders(CLI::App& dtab, Arguments& a) {
  CLI::App* list = Add(dtab, "list", "List delegation table names", {"ls"});
  list->callback([&a] { a.run = DtabList; });

  CLI::App* get = Add(dtab, "get", "Get a delegation table by name", {"cat"});
  AddName(get, a.get.name);
  get->add_flag("--pretty,!--no-pretty", a.get.pretty, "a rule a line (default); --pretty=false: all on one");
  get->add_option("--version", a.get.version, "as it was at this version, or version number");
  get->callback([&a] { a.run = [&a](Context& context) { return DtabGet(context, a.get); }; });

  CLI::App* history =
      Add(dtab, "history",
          "List the versions of a delegation table, newest first; --json tells long messages whole", {"log"});
  AddName(history, a.history.name);
  history->add_option("-n,--limit", a.history.limit, "at most so many (default: 20)")
      ->check(CLI::Range(1, 1000));
  history->callback([&a] { a.run = [&a](Context& context) { return DtabHistory(context, a.history); }; });

  CLI::App* diff = Add(dtab, "diff",
                       "Show what the last change was, or what differs between two versions,\n"
                       "or what an update with FILE would change");
  AddName(diff, a.diff.name);
  CLI::Option* file = diff->add_option("file", a.diff.file, "a file, or - for standard input");
  diff->add_option("--from", a.diff.from, "the older side: a version or its number");
  diff->add_option("--to", a.diff.to, "the newer side: a version or its number")->excludes(file);
  diff->callback([&a] { a.run = [&a](Context& context) { return DtabDiff(context, a.diff); }; });

  CLI::App* check = Add(dtab, "check",
                        "Show what is wrong with FILE, and what would change for the names in use if it\n"
                        "were stored. Exit status 1 if one would be left without a service");
  AddName(check, a.check.name);
  check->add_option("file", a.check.file, "a file, or - for standard input")->required();
  check->add_option("--path", a.check.paths, "a name to look at beside those in use; may be repeated")
      ->allow_extra_args(false);
  check->callback([&a] { a.run = [&a](Context& context) { return DtabCheck(context, a.check); }; });
}

void AddWriters(CLI::App& dtab, Arguments& a) {
  CLI::App* create = Add(dtab, "create", "Create a new delegation table", {"new"});
  AddName(create, a.write.name);
  create->add_option("file", a.write.file, "a file, or - for standard input")->required();
  AddAllowEmpty(create, a.write.allow_empty);
  AddWaitForFleet(create, a.wait);
  AddNote(create, a.write.note);
  create->callback([&a] {
    a.write.wait = WaitOf(a.wait);
    a.run = [&a](Context& context) { return DtabCreate(context, a.write); };
  });

  CLI::App* update = Add(dtab, "update", "Update a delegation table", {"up"});
  AddName(update, a.write.name);
  update->add_option("file", a.write.file, "a file, or - for standard input")->required();
  update->add_option("--version", a.write.version, "only perform update if the current version matches");
  AddCheck(update, a.write.check);
  AddWaitForFleet(update, a.wait);
  AddAllowEmpty(update, a.write.allow_empty);
  AddNote(update, a.write.note);
  update->callback([&a] {
    a.write.wait = WaitOf(a.wait);
    a.run = [&a](Context& context) { return DtabUpdate(context, a.write); };
  });

  CLI::App* del = Add(dtab, "delete", "Delete a delegation table by name; its history stays", {"del", "rm"});
  AddName(del, a.del.name);
  AddNote(del, a.del.note);
  del->callback([&a] { a.run = [&a](Context& context) { return DtabDelete(context, a.del); }; });

  CLI::App* rollback = Add(dtab, "rollback", "Store an older version again, as a new one");
  AddName(rollback, a.rollback.name);
  rollback->add_option("version", a.rollback.version,
                       "a version or its number (default: the one before the latest)");
  AddCheck(rollback, a.rollback.check);
  AddWaitForFleet(rollback, a.wait);
  AddNote(rollback, a.rollback.note);
  rollback->callback([&a] {
    a.rollback.wait = WaitOf(a.wait);
    a.run = [&a](Context& context) { return DtabRollback(context, a.rollback); };
  });
}

void AddExplain(CLI::App& app, Arguments& a) {
  CLI::App* explain = Add(app, "explain", "Show where a name leads by a delegation table, and why");
  AddName(explain, a.explain.name);
  explain->add_option("path", a.explain.path, "the logical name, such as /svc/web")->required();
  explain->add_option("--dtab", a.explain.dtab, "rules to try on top, such as '/svc/web => /srv/web-v2'");
  explain->add_flag("--json", a.json, "the tree as namerd gives it");
  explain->add_flag("--ascii", a.explain.ascii, "draw the tree with ASCII characters only");
  explain->callback([&a] { a.run = [&a](Context& context) { return Explain(context, a.explain); }; });
}

}  // namespace

void AddDtabCommands(CLI::App& app, Arguments& a) {
  CLI::App* dtab = Add(app, "dtab", "Control namerd's delegation tables");
  dtab->add_flag("--json", a.json, "input/output in json instead of text");
  dtab->require_subcommand(0, 1);
  AddReaders(*dtab, a);
  AddWriters(*dtab, a);
  AddExplain(app, a);
}

}  // namespace heddle::namerctl
