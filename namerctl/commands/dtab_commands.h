// `namerctl dtab ...` and `namerctl explain`: a function and a file a command. Each returns the exit status.
#ifndef HEDDLE_NAMERCTL_COMMANDS_DTAB_COMMANDS_H_
#define HEDDLE_NAMERCTL_COMMANDS_DTAB_COMMANDS_H_

#include <string>
#include <vector>

#include "namerctl/commands/context.h"

namespace heddle::namerctl {

int DtabList(Context& context);

struct DtabGetArgs {
  std::string name;
  std::string version;  // empty: the latest
  bool pretty = true;
};
int DtabGet(Context& context, const DtabGetArgs& args);

struct DtabWriteArgs {
  std::string name;
  std::string file;          // "-": standard input
  std::string version;       // update only: the one to replace, or empty for any
  bool check = false;        // update only: not if a name in use would be lost
  bool allow_empty = false;  // a text without rules
  Millis wait{0};            // for the fleet to run it; 0: not at all
  Note note;
};
int DtabCreate(Context& context, const DtabWriteArgs& args);
int DtabUpdate(Context& context, const DtabWriteArgs& args);

struct DtabDeleteArgs {
  std::string name;
  Note note;
};
int DtabDelete(Context& context, const DtabDeleteArgs& args);

struct DtabHistoryArgs {
  std::string name;
  size_t limit = 20;
};
int DtabHistory(Context& context, const DtabHistoryArgs& args);

// What it compares:
//   file given                the stored version `from` (the latest if empty) with the file
//   else `from` or `to` given these versions (the latest if `to` is empty, the one before `to` if `from` is)
//   else                      the version before the latest with the latest
struct DtabDiffArgs {
  std::string name;
  std::string file;
  std::string from, to;
};
int DtabDiff(Context& context, const DtabDiffArgs& args);

struct DtabRollbackArgs {
  std::string name;
  std::string version;  // empty: the one before the latest
  bool check = false;   // not if a name in use would be lost
  Millis wait{0};       // as in DtabWriteArgs
  Note note;
};
int DtabRollback(Context& context, const DtabRollbackArgs& args);

struct DtabCheckArgs {
  std::string name;
  std::string file;                // "-": standard input
  std::vector<std::string> paths;  // names to look at beside those in use
};
int DtabCheck(Context& context, const DtabCheckArgs& args);

struct ExplainArgs {
  std::string name;  // of the delegation table
  std::string path;
  std::string dtab;  // tried on top of it
  bool ascii = false;
};
int Explain(Context& context, const ExplainArgs& args);

// Fails for a dtab that namerd did not store because of names in use; `file` is what it came from.
int FailHarmful(const Environment& env, const std::string& name, const std::string& file,
                const absl::Status& refusal);

// Prints `done` ("Updated web") and, of a write that waited, how far the fleet is; returns kDone or kNotLive.
int FinishWrite(Context& context, absl::string_view done, const Written& written, Millis wait);

// The next step for an error about namespace `name`, "" if there is none to tell.
std::string NextStep(const absl::Status& status, const std::string& name);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_COMMANDS_DTAB_COMMANDS_H_
