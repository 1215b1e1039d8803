// namerctl against a namerd that answers from a script and records what it was asked.
#ifndef HEDDLE_TESTS_UNIT_NAMERCTL_SCRIPTED_NAMERD_H_
#define HEDDLE_TESTS_UNIT_NAMERCTL_SCRIPTED_NAMERD_H_

#include <deque>
#include <map>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include "namerctl/commands/command_line.h"

namespace heddle::namerctl {

// One stream of lines: a tick before each line, then how it ends.
struct ScriptedStream {
  std::vector<std::string> lines;
  absl::Status end = absl::UnavailableError("reset");
  int status = 200;  // another one: the answer is `body`
  std::string body = {};
  int interrupt = 0;  // this signal comes after the lines
};

struct ScriptedNamerd {
  std::deque<absl::StatusOr<HttpResponse>> answers;
  std::deque<ScriptedStream> streams;
  FakeClock clock;
  int signal = 0;
  std::optional<TerminalSize> terminal;
  std::vector<HttpRequest> requests;
  std::map<std::string, std::string> env{{"USER", "ada"}};
  std::string folder = "/nonexistent";
  std::string in;
  std::string out, err;  // of the last run
  std::string connected_to;

  void Answer(int status, std::string body = "", HeaderList headers = {}) {
    answers.push_back(HttpResponse{status, std::move(headers), std::move(body)});
  }

  int Run(const std::vector<std::string>& args) {
    std::istringstream in_stream(in);
    std::ostringstream out_stream, err_stream;
    requests.clear();
    Environment environment{in_stream,
                            out_stream,
                            err_stream,
                            false,
                            folder,
                            [this](const char* name) -> std::optional<std::string> {
                              const auto found = env.find(name);
                              if (found == env.end()) return std::nullopt;
                              return found->second;
                            },
                            [this](const BaseUrl& base) {
                              connected_to = base.text;
                              return [this](HttpRequest request, Millis) { return Next(std::move(request)); };
                            }};
    environment.stream = [this](const BaseUrl&) {
      return [this](HttpRequest request, const LineReader& reader) {
        return Stream(std::move(request), reader);
      };
    };
    environment.pace = {&clock, [this](Millis time) { clock.Advance(time); }};
    environment.interrupted = [this] { return signal; };
    environment.terminal = [this] { return terminal; };
    signal = 0;
    const int status = RunCommandLine(environment, args);
    out = out_stream.str();
    err = err_stream.str();
    return status;
  }

  // "METHOD target | Header: value | ... | body", with the headers that matter to namerd.
  std::string Asked(size_t i) const {
    if (i >= requests.size()) return "";
    std::string text = requests[i].method + " " + requests[i].target;
    for (const char* name : {"Content-Type", "If-Match", "Heddle-Author", "Heddle-Message"}) {
      for (const auto& [key, value] : requests[i].headers) {
        if (key == name) text += " | " + key + ": " + value;
      }
    }
    return requests[i].body.empty() ? text : text + " | " + requests[i].body;
  }

 private:
  absl::StatusOr<HttpResponse> Next(HttpRequest request) {
    requests.push_back(std::move(request));
    if (answers.empty()) return absl::UnavailableError("connection refused");
    auto answer = std::move(answers.front());
    answers.pop_front();
    return answer;
  }

  absl::StatusOr<HttpResponse> Stream(HttpRequest request, const LineReader& reader) {
    requests.push_back(std::move(request));
    if (streams.empty()) return absl::UnavailableError("connection refused");
    const ScriptedStream stream = std::move(streams.front());
    streams.pop_front();
    for (const std::string& line : stream.lines) {
      if (!reader.on_tick() || !reader.on_line(line)) return HttpResponse{};
    }
    signal = stream.interrupt;
    if (!reader.on_tick()) return HttpResponse{};
    if (!stream.end.ok()) return stream.end;
    return HttpResponse{stream.status, {}, stream.body};
  }
};

}  // namespace heddle::namerctl

#endif  // HEDDLE_TESTS_UNIT_NAMERCTL_SCRIPTED_NAMERD_H_
