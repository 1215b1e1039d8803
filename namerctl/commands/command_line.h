// The command line of namerctl: which commands there are, their arguments, aliases and help.
#ifndef HEDDLE_NAMERCTL_COMMANDS_COMMAND_LINE_H_
#define HEDDLE_NAMERCTL_COMMANDS_COMMAND_LINE_H_

#include <string>
#include <vector>

#include "namerctl/commands/context.h"

namespace heddle::namerctl {

// Runs the command that `args` (without the program's name) give; returns an ExitStatus.
int RunCommandLine(Environment& env, const std::vector<std::string>& args);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_COMMANDS_COMMAND_LINE_H_
