// A dtab as namerctl sends and receives it: rules as texts. What they mean is namerd's business.
#ifndef HEDDLE_NAMERCTL_CLIENT_DTAB_DOCUMENT_H_
#define HEDDLE_NAMERCTL_CLIENT_DTAB_DOCUMENT_H_

#include <string>
#include <vector>

#include "lib/base/status.h"

namespace heddle::namerctl {

struct Rule {
  std::string prefix;  // "/svc"
  std::string dst;     // "/#/io.l5d.fs"
  friend bool operator==(const Rule&, const Rule&) = default;
};

// [{"prefix":"/svc","dst":"/host"}], on one line.
std::string RulesToJson(const std::vector<Rule>& rules);
// The reverse. InvalidArgument if it is no such list.
absl::StatusOr<std::vector<Rule>> RulesFromJson(absl::string_view json);

// What a user's file or standard input holds: a dtab's text, or JSON as `namerctl dtab get --json` prints it.
struct DtabInput {
  bool is_json = false;
  std::string body;     // to be sent: the text unchanged, or the rules as JSON
  std::string version;  // the JSON's "version", or empty
};
// Text that begins with '{' or '[' is JSON: {"version":..., "dtab":[...]} or the list alone. InvalidArgument
// if it is neither.
absl::StatusOr<DtabInput> ReadDtabInput(std::string text);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_CLIENT_DTAB_DOCUMENT_H_
