// namerctl against a namerd that answers from a script and records what it was asked.
#ifndef HEDDLE_TESTS_UNIT_NAMERCTL_SCRIPTED_NAMERD_H_
#define HEDDLE_TESTS_UNIT_NAMERCTL_SCRIPTED_NAMERD_H_

#include <deque>
#include <map>
#include <sstream>
#include <string>
#include <vector>

#include "namerctl/commands/command_line.h"

namespace heddle::namerctl {

struct ScriptedNamerd {
  std::deque<absl::StatusOr<HttpResponse>> answers;
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
};

}  // namespace heddle::namerctl

#endif  // HEDDLE_TESTS_UNIT_NAMERCTL_SCRIPTED_NAMERD_H_
