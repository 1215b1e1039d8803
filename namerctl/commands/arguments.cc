#include "namerctl/commands/arguments.h"

#include "absl/strings/str_cat.h"
#include "lib/base/duration.h"
#include "namerctl/client/duration.h"

namespace heddle::namerctl {

CLI::App* Add(CLI::App& parent, const std::string& name, const std::string& what,
              std::vector<std::string> aliases) {
  CLI::App* command = parent.add_subcommand(name, what);
  for (std::string& alias : aliases) command->alias(std::move(alias));
  command->fallthrough();  // --base-url and --json may stand anywhere
  return command;
}

CLI::Option* AddName(CLI::App* command, std::string& name) {
  return command->add_option("name", name, "a delegation table")
      ->required()
      ->check([](const std::string& given) {
        return std::string(given.empty() ? "it is empty; give the name of a delegation table" : "");
      });
}

void AddNote(CLI::App* command, Note& note) {
  command->add_option("-m,--message", note.message, "why, kept in the history");
  command->add_option("--author", note.author, "who, kept in the history (default: $USER)");
}

void AddOutput(CLI::App* command, Arguments& a) {
  command->add_option("-o,--output", a.output, "json: as namerd gives it; text (default)")
      ->check(CLI::IsMember({"json", "text"}));
  command->add_flag("--json", a.json, "as --output json");
}

void SetDuration(const std::string& flag, const std::string& text, Millis least, Millis most, Millis* out) {
  const auto duration = ParseDuration(text);
  if (!duration.ok()) throw CLI::ValidationError(flag, std::string(duration.status().message()));
  if (*duration < least || *duration > most) {
    throw CLI::ValidationError(
        flag, absl::StrCat(text, " is not from ", ShowDuration(least), " to ", ShowDuration(most)));
  }
  *out = *duration;
}

CLI::Option* AddDuration(CLI::App* command, const std::string& flag, const std::string& what,
                         std::function<void(Millis)> set, Millis least, Millis most) {
  return command->add_option_function<std::string>(
      flag,
      [=](const std::string& text) {
        Millis duration{0};
        SetDuration(flag, text, least, most, &duration);
        set(duration);
      },
      what);
}

}  // namespace heddle::namerctl
