#include "namerctl/client/settings.h"

#include <filesystem>

#include "lib/config/object_reader.h"

namespace heddle::namerctl {
namespace {

absl::StatusOr<std::string> BaseUrlOf(const std::string& config_file) {
  ConfigErrors errors;
  std::string base_url;
  if (const auto document = ConfigDocument::Load(config_file, errors)) {
    ObjectReader reader(document->root(), errors);
    reader.Optional("base-url", &base_url);
    reader.Finish();
  }
  RETURN_IF_ERROR(errors.ToStatus());
  return base_url;
}

}  // namespace

std::string FindConfigFile(const std::string& folder) {
  std::error_code error;
  for (std::filesystem::path at = folder;; at = at.parent_path()) {
    for (const char* name : {".namerctl.yaml", ".namerctl.yml", ".namerctl.json"}) {
      if (std::filesystem::is_regular_file(at / name, error)) return (at / name).string();
    }
    if (at == at.parent_path()) return "";
  }
}

absl::StatusOr<BaseUrl> FindBaseUrl(const std::string& flag, const std::string& config_file,
                                    const std::string& folder, const GetEnv& get_env) {
  if (!flag.empty()) return BaseUrl::Parse(flag);
  const std::string from_env = get_env("NAMERCTL_BASE_URL").value_or("");
  if (!from_env.empty()) {
    auto url = BaseUrl::Parse(from_env);
    if (!url.ok()) return Annotate(url.status(), "NAMERCTL_BASE_URL");
    return url;
  }
  const std::string file = config_file.empty() ? FindConfigFile(folder) : config_file;
  if (file.empty()) return BaseUrl::Parse(kDefaultBaseUrl);
  ASSIGN_OR_RETURN(const std::string from_file, BaseUrlOf(file));
  if (from_file.empty()) return BaseUrl::Parse(kDefaultBaseUrl);
  auto url = BaseUrl::Parse(from_file);
  if (!url.ok()) return Annotate(url.status(), file);
  return url;
}

}  // namespace heddle::namerctl
