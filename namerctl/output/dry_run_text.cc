#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "namerctl/client/json_fields.h"
#include "namerctl/output/check_text.h"
#include "namerctl/output/dtab_text.h"
#include "namerctl/output/shift_text.h"

namespace heddle::namerctl {
namespace {

using Json = nlohmann::json;

std::string Indented(const std::string& text) {
  std::string indented;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    if (!line.empty()) absl::StrAppend(&indented, "    ", line, "\n");
  }
  return indented;
}

std::string DtabOf(const Json& step) {
  std::string shown;
  for (absl::string_view line : absl::StrSplit(TextOf(step, "dtab"), '\n')) {
    absl::StrAppend(&shown, Printable(line), "\n");
  }
  return shown;
}

// Whether there are names in use, and `steps` change nothing for them.
bool ChangeNothing(const Json& steps) {
  double all = 0, changed = 0;
  for (const Json& step : steps) {
    const Json& counts = FieldOf(FieldOf(step, "check"), "counts");
    all += NumberOf(counts, "all");
    for (const char* effect : {"changed", "lost", "gained", "unknown"}) changed += NumberOf(counts, effect);
  }
  return all > 0 && changed == 0;
}

std::string Warnings(const Json& run, const Style& style) {
  std::string text;
  const auto warn = [&](const std::string& what) {
    absl::StrAppend(&text, "\n", Painted(style, Paint::kBad, "Warning"), ": ", what, "\n");
  };
  const std::string later = Printable(TextOf(run, "overriddenBy"));
  if (!later.empty()) {
    warn("its names are first those of the later rule " + later +
         ": where that leads to a service, no step has an effect.");
  }
  if (ChangeNothing(FieldOf(run, "steps"))) {
    warn("no step changes where any name in use leads, so that a shift would see no requests.");
  }
  return text;
}

}  // namespace

absl::StatusOr<DryRunText> ShowDryRun(const std::string& json, const Style& style) {
  const Json run = Json::parse(json, nullptr, false);
  const Json& steps = FieldOf(run, "steps");
  if (!steps.is_array()) {
    return absl::InternalError("the answer is no dry run: is the base URL that of a Heddle namerd?");
  }
  const std::string prefix = Printable(TextOf(run, "prefix"));
  DryRunText shown;
  shown.text = absl::StrCat(prefix, " leads to ", Printable(TextOf(run, "original")),
                            " now. A dry run: nothing is stored.\n");
  for (const Json& step : steps) {
    const std::string name = IsTrue(step, "final") ? "The end" : Percent(NumberOf(step, "percent") / 100);
    const std::string rule = absl::StrCat(prefix, " => ", Printable(TextOf(step, "destination")));
    absl::StrAppend(&shown.text, "\n", Painted(style, Paint::kBold, name), ":  ",
                    Painted(style, Paint::kRule, rule), "\n", Indented(DtabOf(step)));
    const std::string report = FieldOf(step, "check").dump(-1, ' ', false, Json::error_handler_t::replace);
    ASSIGN_OR_RETURN(const CheckText check, ShowCheck(report, "the dtab at " + name, style));
    shown.ok = shown.ok && check.ok;
    absl::StrAppend(&shown.text, "  ",
                    absl::StrReplaceAll(absl::StripSuffix(check.report, "\n"), {{"\n", "\n  "}}), "\n");
  }
  shown.text += Warnings(run, style);
  return shown;
}

}  // namespace heddle::namerctl
