#include <CLI/CLI.hpp>
#include <iostream>
#include <optional>
#include <string>

#include "lib/base/file_limit.h"
#include "lib/base/log.h"
#include "lib/base/standard_streams.h"
#include "lib/base/version.h"
#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "proxy/app.h"

namespace heddle {
namespace {

constexpr char kAbout[] =
    "Heddle's data plane: serves HTTP routers as a file in Linkerd 1.x's format says.\n"
    "\n"
    "A file to begin with (namerd's mesh interface on this machine):\n"
    "  telemetry:\n"
    "  - kind: io.l5d.prometheus\n"
    "  routers:\n"
    "  - protocol: http\n"
    "    servers:\n"
    "    - port: 4140\n"
    "    interpreter:\n"
    "      kind: io.l5d.mesh\n"
    "      dst: /$/inet/127.1/4321\n"
    "      root: /internal\n";

constexpr char kMore[] =
    "Exit status: 0 stopped gracefully (SIGTERM, SIGINT), 1 could not start, 64 wrong arguments or "
    "configuration.\n"
    "Pages for operators: http://127.0.0.1:9990/ (the file's `admin`).\n";

struct Arguments {
  std::string config_path;
  size_t workers = 0;
  bool validate = false;
};

// Nothing to run if an exit status comes back.
std::optional<int> ReadArguments(int argc, char** argv, Arguments* arguments) {
  CLI::App cli(kAbout, "proxy");
  cli.footer(kMore);
  cli.set_version_flag("--version", std::string("proxy ") + kVersion);
  cli.add_option("config", arguments->config_path,
                 "the configuration file, YAML or JSON; - reads standard input")
      ->required();
  cli.add_flag("--validate", arguments->validate, "check the file, print what is wrong with it, and exit");
  cli.add_option("--workers", arguments->workers, "worker threads, in place of the file's `workers`")
      ->check(CLI::Range(1, 1024))
      ->type_name("N");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& error) {
    return cli.exit(error) == 0 ? 0 : kConfigExitStatus;
  }
  return std::nullopt;
}

int Main(int argc, char** argv) {
  Arguments arguments;
  if (const auto status = ReadArguments(argc, argv, &arguments)) return *status;

  ConfigErrors errors;
  ProxyConfig config;
  const auto document = ConfigDocument::Load(arguments.config_path, errors);
  if (document != nullptr) ReadProxyConfig(document->root(), errors, &config);
  if (!errors.ok()) {
    std::cerr << errors.ToString();
    return kConfigExitStatus;
  }
  for (const std::string& note : config.Notes()) std::cerr << note << "\n";
  if (arguments.validate) {
    std::cout << arguments.config_path << ": valid\n";
    return 0;
  }
  if (arguments.workers != 0) config.workers = arguments.workers;

  RaiseFileLimit();
  App app(std::move(config));
  if (const absl::Status started = app.Start(); !started.ok()) {
    Log(LogLevel::kError) << started.message();
    return 1;
  }
  app.Run();
  return 0;
}

}  // namespace
}  // namespace heddle

int main(int argc, char** argv) {
  heddle::OpenMissingStandardStreams();
  return heddle::Main(argc, argv);
}
