// path_match: patterns of paths; rewrite: io.l5d.rewrite, as its configuration makes it.
#include "absl/strings/str_join.h"
#include "lib/dtab/path_matcher.h"
#include "lib/namers/kinds.h"
#include "tests/conformance/case_namers.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/config_reading.h"

namespace heddle::conformance {

void RunPathMatch(const Json& test, Verdict* verdict) {
  const Json& expect = test.at("expect");
  const auto path = PathOf(test.at("path"), verdict);
  if (!path.has_value()) return;
  const auto matcher = PathMatcher::Parse(test.at("expr").get<std::string>());
  if (matcher.ok() == ExpectsError(expect))
    return verdict->Fail(matcher.ok() ? "parsed, an error is expected" : matcher.status().ToString());
  if (!matcher.ok()) return;
  const auto variables = matcher->Match(*path);
  verdict->Check("vars", expect.at("vars"), variables.has_value() ? Json(*variables) : Json(nullptr));
}

void RunRewrite(const Json& test, Verdict* verdict) {
  const Json& expect = test.at("expect");
  const auto path = PathOf(test.at("path"), verdict);
  if (!path.has_value()) return;
  const Json namer = {{"kind", "io.l5d.rewrite"},
                      {"prefix", "/rewrite"},
                      {"pattern", test.at("pattern")},
                      {"name", test.at("name")}};
  const NamerdReading reading(NamerdFileWith("namers", Json::array({namer})).dump());
  if (!reading.mistakes.empty()) {
    if (!ExpectsError(expect)) verdict->Fail(absl::StrJoin(reading.mistakes, "; "));
    return;
  }
  FakeClock clock;
  Loop loop(clock);
  const auto namers = MakeNamers(reading.config.namers, loop, UnshownScope());
  const auto answer = namers.back().namer->Lookup(*path);
  const Subscription following = answer->Subscribe([](const auto&) {});
  const Json ours = AnswerToJson(answer->Get());
  if (ExpectsError(expect)) {
    verdict->Check("type", "error", ours["type"]);
  } else {
    verdict->Check("answer", expect, ours);
  }
}

}  // namespace heddle::conformance
