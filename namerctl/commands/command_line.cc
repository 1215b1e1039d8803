#include "namerctl/commands/command_line.h"

#include <algorithm>

#include "lib/base/version.h"
#include "lib/config/errors.h"
#include "namerctl/commands/arguments.h"

namespace heddle::namerctl {
namespace {

void Describe(CLI::App& app, Arguments& a) {
  app.name("namerctl");
  app.description("The command line of namerd, which stores the mesh's delegation tables (dtabs).");
  app.footer(
      "namerd is looked for at --base-url, else at $NAMERCTL_BASE_URL, else at `base-url` of the nearest\n"
      ".namerctl.yaml or .namerctl.json in this folder or one above it, else at http://127.0.0.1:4180.\n"
      "Exit status: 0 done; 1 refused by namerd, or a conflict; 2 usage; 3 namerd cannot be reached;\n"
      "4 stored, but not live everywhere in time. Of a shift: 0 promoted; 5 reverted by a gate; 6 aborted;\n"
      "7 its deadline came first; 8 paused (--until-waiting). 130 interrupted: what was followed goes on.");
  app.set_version_flag("--version", std::string("namerctl ") + kVersion);
  app.add_option("--base-url", a.base_url, "where namerd is (e.g. http://namerd.example.com:4180)");
  app.add_option("--config", a.config_file, "configuration file");
  app.require_subcommand(0, 1);
  AddDtabCommands(app, a);
  AddShiftCommands(app, a);
  AddFleetCommands(app, a);
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

// What was most likely meant by a word that no command takes; "" if nothing is near.
std::string Meant(const CLI::App& app, const CLI::App& command) {
  const std::vector<std::string> unknown = app.remaining(true);
  if (unknown.empty()) return "";
  std::vector<std::string> known;
  for (const CLI::App* sub : command.get_subcommands([](const CLI::App*) { return true; })) {
    known.push_back(sub->get_name());
  }
  for (const CLI::Option* option : command.get_options()) {
    for (const std::string& name : option->get_lnames()) known.push_back("--" + name);
  }
  return NearestSpelling(unknown.front().substr(0, unknown.front().find('=')), known);
}

int RunGiven(Environment& env, Arguments& a) {
  if (a.output == "json") a.json = true;
  const auto base = FindBaseUrl(a.base_url, a.config_file, env.folder, env.get_env);
  if (!base.ok()) return FailUsage(env, base.status().message());
  const std::string user = env.get_env("USER").value_or(env.get_env("LOGNAME").value_or(""));
  for (Note* note : {&a.write.note, &a.del.note, &a.rollback.note, &a.shift_start.note, &a.shift_act.note}) {
    if (note->author.empty()) note->author = user;
  }
  NamerdClient client(*base, env.connect(*base), env.stream ? env.stream(*base) : nullptr, env.pace);
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
    const Given given = FindGiven(app);
    const std::string meant = Meant(app, *given.command);
    return FailUsage(
        env, e.what(),
        (meant.empty() ? "" : "Did you mean " + meant + "? ") + "See: " + given.Name() + " --help");
  }
  if (!arguments.run) {
    env.out << FindGiven(app).Help();
    return kDone;
  }
  return RunGiven(env, arguments);
}

}  // namespace heddle::namerctl
