// Traffic shifts as namerd tells them.
#ifndef HEDDLE_TESTS_UNIT_NAMERCTL_SHIFT_JSON_H_
#define HEDDLE_TESTS_UNIT_NAMERCTL_SHIFT_JSON_H_

#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"

namespace heddle::namerctl {

// Of namespace internal and /host/world from v1 to v2 in two steps, 10 % and 100 %, with a dwell of 30 s.
struct ShiftScript {
  int id = 3;
  std::string plan_more;  // after the dwell: ,"abortOnDisconnect":true
  std::string more;       // of the shift: ,"traffic":{...}

  // As after these transitions, each "phase step" or "phase step reason".
  std::string Json(const std::vector<std::string>& transitions) const {
    std::vector<std::string> shown;
    std::string phase, step, reason;
    for (size_t i = 0; i < transitions.size(); ++i) {
      const std::vector<std::string> words = absl::StrSplit(transitions[i], absl::MaxSplits(' ', 2));
      phase = words.at(0), step = words.at(1), reason = words.size() > 2 ? words[2] : "";
      shown.push_back(absl::StrCat(R"({"time":"2026-11-22T17:00:0)", i, R"(.250Z","phase":")", phase,
                                   R"(","step":)", step, R"(,"percent":)", Percent(step), R"(,"reason":")",
                                   reason, R"("})"));
    }
    const bool over = !(phase == "writing" || phase == "converging" || phase == "dwelling" ||
                        phase == "waiting" || phase == "paused");
    return absl::StrCat(
        R"({"namespace":"internal","prefix":"/host/world","id":)", id, R"(,"version":")",
        Version(transitions.size()), R"(","phase":")", phase, R"(","over":)", over ? "true" : "false",
        R"(,"step":)", step, R"(,"steps":2,"percent":)", Percent(step),
        R"(,"rule":"90 * /srv/v1 & 10 * /srv/v2","original":"/srv/v1","reason":")", reason,
        R"(","author":"ada","message":"v2","started":"2026-11-22T17:00:00.000Z","since":"2026-11-22T17:00:05.000Z",)",
        phase == "dwelling" ? R"("dwellEnds":"2023-11-14T22:13:41Z",)" : R"("dwellEnds":null,)",
        R"("plan":{"prefix":"/host/world","from":"/srv/v1","to":"/srv/v2","steps":[{"percent":10,"manual":true},)",
        R"({"percent":100,"manual":false}],"dwellMs":30000)", plan_more, R"(},"transitions":[)",
        absl::StrJoin(shown, ","), "]", more, "}");
  }

 private:
  static const char* Percent(const std::string& step) { return step == "0" ? "10" : "100"; }
  static std::string Version(size_t number) {
    return absl::Base64Escape(std::string(7, '\0') + static_cast<char>(number));
  }
};

}  // namespace heddle::namerctl

#endif  // HEDDLE_TESTS_UNIT_NAMERCTL_SHIFT_JSON_H_
