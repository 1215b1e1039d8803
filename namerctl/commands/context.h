// What a command runs in: its streams, its settings, its connection to namerd, and how it ends.
#ifndef HEDDLE_NAMERCTL_COMMANDS_CONTEXT_H_
#define HEDDLE_NAMERCTL_COMMANDS_CONTEXT_H_

#include <functional>
#include <istream>
#include <optional>
#include <ostream>
#include <string>

#include "namerctl/client/namerd_client.h"
#include "namerctl/client/settings.h"
#include "namerctl/output/live_block.h"
#include "namerctl/output/style.h"

namespace heddle::namerctl {

enum ExitStatus {
  kDone = 0,
  kRefused = 1,        // by namerd, or a conflict with what is stored
  kUsage = 2,          // the command line, a file or a setting is wrong
  kUnreachable = 3,    // no answer from namerd
  kNotLive = 4,        // stored, but not run by every proxy in time
  kReverted = 5,       // a shift ended so: a gate failed
  kAborted = 6,        // somebody aborted it
  kExpired = 7,        // its deadline came first
  kPaused = 8,         // it is paused (shift --until-waiting)
  kInterrupted = 128,  // and the signal's number: the command was, what it follows goes on
};

// The process around a command; injected, so that tests need none.
struct Environment {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool colour;         // `out` is a terminal that shows colours
  std::string folder;  // where the search for a configuration file begins
  GetEnv get_env;
  std::function<NamerdClient::Transport(const BaseUrl&)> connect;
  bool unicode = false;  // `out` is a terminal that shows more than ASCII
  std::function<NamerdClient::Stream(const BaseUrl&)> stream = nullptr;
  Pace pace = {};
  // The signal that asked this process to end while it followed something; 0: none.
  std::function<int()> interrupted = [] { return 0; };
  // Of the terminal that `out` is; nullopt if it is none whose lines can be drawn again.
  std::function<std::optional<TerminalSize>()> terminal = [] { return std::nullopt; };
};

// How `env.out` is written to; `ascii` says that only ASCII may be.
inline Style StyleOf(const Environment& env, bool ascii = false) {
  return {env.colour, env.unicode && !ascii};
}

// One run of one command.
struct Context {
  Environment& env;
  NamerdClient& client;
  bool json = false;  // --json, --output json
};

// Prints "namerctl: <message>" and, unless empty, "  <next>" to standard error; returns the exit status for
// `status`.
int Fail(const Environment& env, const absl::Status& status, absl::string_view next = "");
// The same for a mistake of the user's: kUsage.
int FailUsage(const Environment& env, absl::string_view message, absl::string_view next = "");

// What messages call the input at `path`: "standard input" for "-".
std::string NameOfInput(const std::string& path);
// Reads the dtab at `path` ("-" is standard input). On failure prints why and returns nullopt (then the exit
// status is kUsage).
std::optional<DtabInput> ReadDtab(const Environment& env, const std::string& path);
// The same, but a text without a rule is refused unless `allow_empty`: a file that a pipeline failed to fill
// would take every rule away. An empty JSON list says what it means.
std::optional<DtabInput> ReadDtabToStore(const Environment& env, const std::string& path, bool allow_empty);
// Fails for a dtab of `path` that namerd refuses: shows the line and the place.
int FailRefusedDtab(const Environment& env, const std::string& path, const DtabInput& dtab,
                    const absl::Status& refusal);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_COMMANDS_CONTEXT_H_
