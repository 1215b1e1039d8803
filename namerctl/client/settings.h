// Where namerctl's settings come from, the first that is given: the flag, NAMERCTL_BASE_URL, a configuration
// file.
#ifndef HEDDLE_NAMERCTL_CLIENT_SETTINGS_H_
#define HEDDLE_NAMERCTL_CLIENT_SETTINGS_H_

#include <functional>
#include <optional>
#include <string>

#include "namerctl/client/base_url.h"

namespace heddle::namerctl {

// The value of an environment variable; nullopt if it is not set.
using GetEnv = std::function<std::optional<std::string>(const char*)>;

// Where namerd listens unless configured otherwise.
inline constexpr char kDefaultBaseUrl[] = "http://127.0.0.1:4180";

// The nearest of .namerctl.yaml, .namerctl.yml and .namerctl.json in `folder` or a folder above it; "" if
// there is none.
std::string FindConfigFile(const std::string& folder);

// `flag` and `config_file` are what --base-url and --config gave, or empty; then `folder` is where the search
// for a configuration file begins. InvalidArgument for a URL or a file that is wrong.
absl::StatusOr<BaseUrl> FindBaseUrl(const std::string& flag, const std::string& config_file,
                                    const std::string& folder, const GetEnv& get_env);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_CLIENT_SETTINGS_H_
