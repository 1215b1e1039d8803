#include "absl/strings/str_cat.h"
#include "namerctl/commands/dtab_commands.h"

namespace heddle::namerctl {

std::string NextStep(const absl::Status& status, const std::string& name) {
  switch (status.code()) {
    case absl::StatusCode::kNotFound:
      return absl::StrCat("See what there is: namerctl dtab list; namerctl dtab history ", name);
    case absl::StatusCode::kAlreadyExists:
      return absl::StrCat("To change it: namerctl dtab update ", name, " FILE");
    case absl::StatusCode::kFailedPrecondition:
      return absl::StrCat("It has changed meanwhile and nothing was stored. See how: namerctl dtab history ",
                          name, "; namerctl dtab diff ", name);
    default:
      return "";
  }
}

}  // namespace heddle::namerctl
