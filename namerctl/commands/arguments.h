// What the flags say, and how commands are added to the command line. The users of this header are those of
// CLI11, which takes seconds to compile.
#ifndef HEDDLE_NAMERCTL_COMMANDS_ARGUMENTS_H_
#define HEDDLE_NAMERCTL_COMMANDS_ARGUMENTS_H_

#include <CLI/CLI.hpp>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "namerctl/commands/dtab_commands.h"
#include "namerctl/commands/fleet_commands.h"
#include "namerctl/commands/shift_commands.h"

namespace heddle::namerctl {

// A command reads its own part.
struct Arguments {
  std::string base_url, config_file;
  bool json = false;
  std::string output;  // "json", "text" or ""
  std::string wait;    // of the writers of dtabs: a length of time or ""
  DtabGetArgs get;
  DtabWriteArgs write;
  DtabDeleteArgs del;
  DtabHistoryArgs history;
  DtabDiffArgs diff;
  DtabRollbackArgs rollback;
  DtabCheckArgs check;
  ExplainArgs explain;
  ShiftStartArgs shift_start;
  ShiftStatusArgs shift_status;
  ShiftActArgs shift_act;
  ShiftListArgs shift_list;
  ShiftHistoryArgs shift_history;
  ProxiesArgs proxies;
  TopArgs top;
  OverrideSignArgs sign;
  std::function<int(Context&)> run;  // the command given; empty: none, then help is shown
};

// Each adds the commands of its area.
void AddDtabCommands(CLI::App& app, Arguments& a);
void AddShiftCommands(CLI::App& app, Arguments& a);
void AddFleetCommands(CLI::App& app, Arguments& a);

CLI::App* Add(CLI::App& parent, const std::string& name, const std::string& what,
              std::vector<std::string> aliases = {});

// The name of a delegation table. An empty one, of a variable that is not set, would ask for the list of all.
CLI::Option* AddName(CLI::App* command, std::string& name);
void AddNote(CLI::App* command, Note& note);
// --output and --json.
void AddOutput(CLI::App* command, Arguments& a);

constexpr Millis kLongestDuration = std::chrono::hours(24 * 1000);
// Reads the value of `flag` into `*out`; throws CLI::ValidationError for what is none from `least` to `most`.
void SetDuration(const std::string& flag, const std::string& text, Millis least, Millis most, Millis* out);
CLI::Option* AddDuration(CLI::App* command, const std::string& flag, const std::string& what,
                         std::function<void(Millis)> set, Millis least = Millis(0),
                         Millis most = kLongestDuration);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_COMMANDS_ARGUMENTS_H_
