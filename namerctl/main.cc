#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "lib/base/standard_streams.h"
#include "lib/session/http_client.h"
#include "namerctl/commands/command_line.h"

namespace {

std::optional<std::string> GetEnv(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

bool ShowsColour() {
  return isatty(STDOUT_FILENO) != 0 && GetEnv("TERM").value_or("dumb") != "dumb" && !GetEnv("NO_COLOR");
}

heddle::namerctl::NamerdClient::Transport Connect(const heddle::namerctl::BaseUrl& base) {
  return [base](heddle::HttpRequest request) {
    return heddle::FetchBlocking(base.host, base.port, std::move(request), std::chrono::seconds(30));
  };
}

}  // namespace

int main(int argc, char** argv) {
  heddle::OpenMissingStandardStreams();
  std::signal(SIGPIPE, SIG_IGN);  // a peer that closes is an error to tell, not an end without a word
  std::error_code no_folder;      // one that was removed: then no file is found
  heddle::namerctl::Environment env{
      std::cin, std::cout, std::cerr, ShowsColour(), std::filesystem::current_path(no_folder).string(),
      GetEnv,   Connect};
  return heddle::namerctl::RunCommandLine(env, std::vector<std::string>(argv + 1, argv + argc));
}
