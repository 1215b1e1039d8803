#include <sys/ioctl.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <thread>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "lib/base/standard_streams.h"
#include "lib/session/fetch_blocking.h"
#include "namerctl/commands/command_line.h"

namespace {

std::optional<std::string> GetEnv(const char* name) {
  const char* value = std::getenv(name);
  if (value == nullptr) return std::nullopt;
  return value;
}

// Only a terminal is sure to show what its locale says.
bool ShowsUnicode() {
  if (isatty(STDOUT_FILENO) == 0) return false;
  for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
    const std::string locale = absl::AsciiStrToLower(GetEnv(name).value_or(""));
    if (!locale.empty()) return absl::StrContains(locale, "utf-8") || absl::StrContains(locale, "utf8");
  }
  return false;
}

bool ShowsColour() {
  return isatty(STDOUT_FILENO) != 0 && GetEnv("TERM").value_or("dumb") != "dumb" && !GetEnv("NO_COLOR");
}

heddle::namerctl::NamerdClient::Transport Connect(const heddle::namerctl::BaseUrl& base) {
  return [base](heddle::HttpRequest request, heddle::Millis timeout) {
    return heddle::FetchBlocking(base.host, base.port, std::move(request), timeout);
  };
}

volatile std::sig_atomic_t interrupted_by = 0;

// While something is followed, a signal that asks to end is told to the command, which says what goes on.
heddle::namerctl::NamerdClient::Stream Stream(const heddle::namerctl::BaseUrl& base) {
  return [base](heddle::HttpRequest request, const heddle::LineReader& reader) {
    for (const int signal : {SIGINT, SIGTERM, SIGHUP}) {
      const auto before = std::signal(signal, [](int number) { interrupted_by = number; });
      if (before == SIG_IGN) std::signal(signal, SIG_IGN);  // nohup, a job in the background
    }
    return heddle::FetchLines(base.host, base.port, std::move(request), reader);
  };
}

std::optional<heddle::namerctl::TerminalSize> FindTerminal() {
  winsize size{};
  if (isatty(STDOUT_FILENO) == 0 || GetEnv("TERM").value_or("dumb") == "dumb") return std::nullopt;
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0 || size.ws_row == 0) {
    return heddle::namerctl::TerminalSize{};
  }
  return heddle::namerctl::TerminalSize{size.ws_col, size.ws_row};
}

}  // namespace

int main(int argc, char** argv) {
  heddle::OpenMissingStandardStreams();
  std::signal(SIGPIPE, SIG_IGN);  // a peer that closes is an error to tell, not an end without a word
  std::error_code no_folder;      // one that was removed: then no file is found
  heddle::namerctl::Environment env{
      std::cin, std::cout, std::cerr,     ShowsColour(), std::filesystem::current_path(no_folder).string(),
      GetEnv,   Connect,   ShowsUnicode()};
  env.stream = Stream;
  env.pace.sleep = [](heddle::Millis time) { std::this_thread::sleep_for(time); };
  env.interrupted = [] { return static_cast<int>(interrupted_by); };
  env.terminal = FindTerminal;
  return heddle::namerctl::RunCommandLine(env, std::vector<std::string>(argv + 1, argv + argc));
}
