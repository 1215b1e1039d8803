#include "lib/namers/read_kinds.h"

#include <filesystem>
#include <system_error>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/namers/fs_namer.h"
#include "lib/namers/rewrite_namer.h"

namespace heddle {

std::unique_ptr<NamerConfig> ReadFs(ObjectReader& reader) {
  auto config = std::make_unique<FsNamerConfig>();
  std::string root;
  if (!reader.Required("rootDir", &root)) return config;
  std::error_code error;
  const std::filesystem::path absolute = std::filesystem::absolute(root, error);
  if (error || !std::filesystem::is_directory(absolute, error)) {
    reader.AddError("rootDir",
                    absl::StrCat("'", root, "' is not a directory; create it, or name one that exists"));
  }
  config->root_dir = absolute.string();
  return config;
}

std::unique_ptr<NamerConfig> ReadDnsSrv(ObjectReader& reader) {
  auto config = std::make_unique<DnsSrvNamerConfig>();
  std::vector<std::string> hosts;
  reader.Optional("dnsHosts", &hosts);
  for (const std::string& text : hosts) {
    auto host = ParseDnsHost(text);
    if (host.ok()) {
      config->options.dns_hosts.push_back(*std::move(host));
    } else {
      reader.AddError("dnsHosts", host.status().message());
    }
  }
  int64_t seconds = 5;
  reader.Optional("refreshIntervalSeconds", &seconds, 1, 86'400);
  config->options.refresh = std::chrono::seconds(seconds);
  return config;
}

std::unique_ptr<NamerConfig> ReadRewrite(ObjectReader& reader) {
  auto config = std::make_unique<RewriteNamerConfig>();
  const bool pattern = reader.Required("pattern", &config->pattern);
  const bool name = reader.Required("name", &config->name);
  if (!pattern) return config;
  const auto matcher = PathMatcher::Parse(config->pattern);
  if (!matcher.ok()) {
    reader.AddError("pattern", matcher.status().message());
    return config;
  }
  PathVariables variables;
  for (const std::string& variable : matcher->Variables()) variables[variable].assign(1, 'x');
  const std::string example = SubstituteVariables(config->name, variables);
  if (name && !Path::Parse(example).ok()) {
    reader.AddError("name", absl::StrCat("'", config->name,
                                         "' is no path with variables of the pattern in it, such as /svc/",
                                         variables.empty() ? "web" : "{" + variables.begin()->first + "}"));
  }
  return config;
}

std::shared_ptr<Namer> FsNamerConfig::Make(const NamerContext& context) const {
  return std::make_shared<FsNamer>(context.loop, root_dir, prefix, context.hosts, context.scope);
}

std::shared_ptr<Namer> DnsSrvNamerConfig::Make(const NamerContext& context) const {
  DnsSrvNamer::Options all = options;
  all.timeout = context.dns_timeout;
  return std::make_shared<DnsSrvNamer>(context.loop, all, prefix, context.hosts, context.scope);
}

std::shared_ptr<Namer> RewriteNamerConfig::Make(const NamerContext& context) const {
  return std::make_shared<RewriteNamer>(*PathMatcher::Parse(pattern), pattern, name, context.scope);
}

}  // namespace heddle
