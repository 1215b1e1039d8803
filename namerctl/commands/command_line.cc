// The only user of CLI11, whose header takes seconds to compile.
#include "namerctl/commands/command_line.h"

#include <CLI/CLI.hpp>
#include <algorithm>

#include "lib/base/version.h"
#include "namerctl/commands/dtab_commands.h"

namespace heddle::namerctl {
namespace {

// What the flags say; a command reads its own part.
struct Arguments {
  std::string base_url, config_file;
  bool json = false;
  DtabGetArgs get;
  DtabWriteArgs write;
  DtabDeleteArgs del;
  DtabHistoryArgs history;
  DtabDiffArgs diff;
  DtabRollbackArgs rollback;
  DtabCheckArgs check;
  ExplainArgs explain;
  std::function<int(Context&)> run;  // the command given; empty: none, then help is shown
};

CLI::App* Add(CLI::App& parent, const std::string& name, const std::string& what,
              std::vector<std::string> aliases = {}) {
  CLI::App* command = parent.add_subcommand(name, what);
  for (std::string& alias : aliases) command->alias(std::move(alias));
  command->fallthrough();  // --base-url and --json may stand anywhere
  return command;
}

// An empty one, of a variable that is not set, would ask for the list of all.
void AddName(CLI::App* command, std::string& name) {
  command->add_option("name", name)->required()->check([](const std::string& given) {
    return std::string(given.empty() ? "it is empty; give the name of a delegation table" : "");
  });
}

void AddNote(CLI::App* command, Note& note) {
  command->add_option("-m,--message", note.message, "why, kept in the history");
  command->add_option("--author", note.author, "who, kept in the history (default: $USER)");
}

void AddCheck(CLI::App* command, bool& check) {
  command->add_flag("--check", check, "refuse if a name in use would be left without a service");
}

void AddAllowEmpty(CLI::App* command, bool& allow_empty) {
  command->add_flag("--allow-empty", allow_empty, "store a delegation table without rules");
}

void AddReaders(CLI::App& dtab, Arguments& a) {
  CLI::App* list = Add(dtab, "list", "List delegation table names", {"ls"});
  list->callback([&a] { a.run = DtabList; });

  CLI::App* get = Add(dtab, "get", "Get a delegation table by name", {"cat"});
  AddName(get, a.get.name);
  get->add_flag("--pretty,!--no-pretty", a.get.pretty, "a rule a line (default); --pretty=false: all on one");
  get->add_option("--version", a.get.version, "as it was at this version, or version number");
  get->callback([&a] { a.run = [&a](Context& context) { return DtabGet(context, a.get); }; });

  CLI::App* history = Add(dtab, "history", "List the versions of a delegation table, newest first", {"log"});
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
  AddNote(create, a.write.note);
  create->callback([&a] { a.run = [&a](Context& context) { return DtabCreate(context, a.write); }; });

  CLI::App* update = Add(dtab, "update", "Update a delegation table", {"up"});
  AddName(update, a.write.name);
  update->add_option("file", a.write.file, "a file, or - for standard input")->required();
  update->add_option("--version", a.write.version, "only perform update if the current version matches");
  AddCheck(update, a.write.check);
  AddAllowEmpty(update, a.write.allow_empty);
  AddNote(update, a.write.note);
  update->callback([&a] { a.run = [&a](Context& context) { return DtabUpdate(context, a.write); }; });

  CLI::App* del = Add(dtab, "delete", "Delete a delegation table by name; its history stays", {"del", "rm"});
  AddName(del, a.del.name);
  AddNote(del, a.del.note);
  del->callback([&a] { a.run = [&a](Context& context) { return DtabDelete(context, a.del); }; });

  CLI::App* rollback = Add(dtab, "rollback", "Store an older version again, as a new one");
  AddName(rollback, a.rollback.name);
  rollback->add_option("version", a.rollback.version,
                       "a version or its number (default: the one before the latest)");
  AddCheck(rollback, a.rollback.check);
  AddNote(rollback, a.rollback.note);
  rollback->callback([&a] { a.run = [&a](Context& context) { return DtabRollback(context, a.rollback); }; });
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

void Describe(CLI::App& app, Arguments& a) {
  app.name("namerctl");
  app.description("The command line of namerd, which stores the mesh's delegation tables (dtabs).");
  app.footer(
      "namerd is looked for at --base-url, else at $NAMERCTL_BASE_URL, else at `base-url` of the nearest\n"
      ".namerctl.yaml or .namerctl.json in this folder or one above it, else at http://127.0.0.1:4180.\n"
      "Exit status: 0 done; 1 refused by namerd, or a conflict; 2 usage; 3 namerd cannot be reached.");
  app.set_version_flag("--version", std::string("namerctl ") + kVersion);
  app.add_option("--base-url", a.base_url, "where namerd is (e.g. http://namerd.example.com:4180)");
  app.add_option("--config", a.config_file, "configuration file");
  app.require_subcommand(0, 1);
  CLI::App* dtab = Add(app, "dtab", "Control namerd's delegation tables");
  dtab->add_flag("--json", a.json, "input/output in json instead of text");
  dtab->require_subcommand(0, 1);
  AddReaders(*dtab, a);
  AddWriters(*dtab, a);
  AddExplain(app, a);
}

// The innermost command that was given, and the words before its name.
struct Given {
  CLI::App* command;
  std::string before;

  std::string Name() const {
    return before.empty() ? command->get_name() : before + " " + command->get_name();
  }
  std::string Help() const { return command->help(before, CLI::AppFormatMode::Normal); }
};

Given FindGiven(CLI::App& app) {
  Given given{&app, ""};
  while (!given.command->get_subcommands().empty()) {
    given = {given.command->get_subcommands().front(), given.Name()};
  }
  return given;
}

int RunGiven(Environment& env, Arguments& a) {
  const auto base = FindBaseUrl(a.base_url, a.config_file, env.folder, env.get_env);
  if (!base.ok()) return FailUsage(env, base.status().message());
  const std::string user = env.get_env("USER").value_or(env.get_env("LOGNAME").value_or(""));
  for (Note* note : {&a.write.note, &a.del.note, &a.rollback.note}) {
    if (note->author.empty()) note->author = user;
  }
  NamerdClient client(*base, env.connect(*base));
  Context context{env, client, a.json};
  const int status = a.run(context);
  env.out.flush();
  if (env.out) return status;
  return FailUsage(env, "the output could not be written: is the disk full, or has its reader gone?");
}

}  // namespace

int RunCommandLine(Environment& env, const std::vector<std::string>& args) {
  Arguments arguments;
  CLI::App app;
  Describe(app, arguments);
  try {
    app.parse(std::vector<std::string>(args.rbegin(), args.rend()));
  } catch (const CLI::CallForVersion& version) {
    env.out << version.what() << "\n";
    return kDone;
  } catch (const CLI::CallForHelp&) {
    env.out << FindGiven(app).Help();
    return kDone;
  } catch (const CLI::ParseError& e) {
    return FailUsage(env, e.what(), "See: " + FindGiven(app).Name() + " --help");
  }
  if (!arguments.run) {
    env.out << FindGiven(app).Help();
    return kDone;
  }
  return RunGiven(env, arguments);
}

}  // namespace heddle::namerctl
