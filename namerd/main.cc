#include <CLI/CLI.hpp>
#include <iostream>
#include <memory>
#include <optional>
#include <string>

#include "lib/base/file_limit.h"
#include "lib/base/log.h"
#include "lib/base/standard_streams.h"
#include "lib/base/version.h"
#include "lib/config/errors.h"
#include "lib/config/node.h"
#include "namerd/app.h"
#include "namerd/config/namerd_config.h"

namespace heddle::namerd {
namespace {

constexpr char kAbout[] =
    "Heddle's control plane: stores versioned dtabs, resolves names, and tells every proxy. The file is in "
    "Namerd 1.x's format.\n"
    "\n"
    "Without a file namerd runs on:\n\n";

constexpr char kMore[] =
    "Exit status: 0 stopped gracefully (SIGTERM, SIGINT), 1 could not start, 64 wrong arguments or "
    "configuration.\n"
    "Pages for operators: http://127.0.0.1:9991/ (the file's `admin`).\n";

constexpr char kNext[] =
    "namerd runs on its defaults and keeps its dtabs in ./namerd-data. In another terminal:\n"
    "\n"
    "  echo '/svc/web => /$/inet/127.1/8080' | namerctl dtab create default -\n"
    "  namerctl dtab get default\n"
    "  curl 'http://127.0.0.1:4180/api/1/delegate/default?path=/svc/web'      # what a name leads to, "
    "and why\n"
    "\n"
    "A proxy follows it with `interpreter: {kind: io.l5d.mesh, dst: /$/inet/127.1/4321, root: /default}`.\n"
    "State and metrics: http://127.0.0.1:9991/. A file of your own: namerd namerd.yaml (namerd --help shows "
    "one).\n";

struct Arguments {
  std::string config_path;
  bool validate = false;
};

// Nothing to run if an exit status comes back.
std::optional<int> ReadArguments(int argc, char** argv, Arguments* arguments) {
  CLI::App cli(std::string(kAbout) + kDefaultNamerdConfig, "namerd");
  cli.footer(kMore);
  cli.set_version_flag("--version", std::string("namerd ") + kVersion);
  cli.add_option("config", arguments->config_path,
                 "the configuration file, YAML or JSON; - reads standard input");
  cli.add_flag("--validate", arguments->validate, "check the file, print what is wrong with it, and exit");
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

  const bool defaults = arguments.config_path.empty();
  ConfigErrors errors;
  NamerdConfig config;
  const auto document = defaults ? ConfigDocument::Parse(kDefaultNamerdConfig, "(defaults)", errors)
                                 : ConfigDocument::Load(arguments.config_path, errors);
  if (document != nullptr) ReadNamerdConfig(document->root(), errors, &config);
  if (!errors.ok()) {
    std::cerr << errors.ToString();
    return kConfigExitStatus;
  }
  if (arguments.validate) {
    std::cout << (defaults ? "the defaults" : arguments.config_path) << ": valid\n";
    return 0;
  }

  RaiseFileLimit();
  App app(std::move(config));
  if (const absl::Status started = app.Start(); !started.ok()) {
    Log(LogLevel::kError) << started.message();
    return 1;
  }
  if (defaults) std::cout << kNext << std::flush;
  app.Run();
  return 0;
}

}  // namespace
}  // namespace heddle::namerd

int main(int argc, char** argv) {
  heddle::OpenMissingStandardStreams();
  return heddle::namerd::Main(argc, argv);
}
