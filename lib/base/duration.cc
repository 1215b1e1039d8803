#include "lib/base/duration.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

constexpr double kMost = 1000.0 * 24 * 3600 * 1000;

struct Unit {
  absl::string_view name;
  double millis;
};
constexpr Unit kUnits[] = {{"ms", 1}, {"s", 1e3}, {"m", 60e3}, {"h", 3600e3}, {"d", 24 * 3600e3}};

absl::Status Refuse(absl::string_view text, absl::string_view reason) {
  return absl::InvalidArgumentError(absl::StrCat("'", text, "' is no length of time: ", reason,
                                                 "; write it like 250ms, 30s, 5m, 1h or 1h30m"));
}

// The characters at the start of `*text` that `of` accepts, taken from it.
template <class Accepts>
absl::string_view TakeWhile(absl::string_view* text, const Accepts& accepts) {
  const auto end = std::find_if_not(text->begin(), text->end(), accepts);
  const absl::string_view taken = text->substr(0, static_cast<size_t>(end - text->begin()));
  text->remove_prefix(taken.size());
  return taken;
}

}  // namespace

absl::StatusOr<Millis> ParseDuration(absl::string_view text) {
  absl::string_view rest = absl::StripAsciiWhitespace(text);
  if (rest.empty()) return Refuse(text, "it is empty");
  double millis = 0;
  while (!rest.empty()) {
    const absl::string_view number =
        TakeWhile(&rest, [](unsigned char c) { return absl::ascii_isdigit(c) || c == '.'; });
    double value = 0;
    if (number.empty() || !absl::SimpleAtod(number, &value)) return Refuse(text, "a number is missing");
    const absl::string_view name = TakeWhile(&rest, [](unsigned char c) { return absl::ascii_isalpha(c); });
    if (name.empty() && rest.empty()) return Refuse(text, "the unit is missing");
    const auto* unit =
        std::find_if(std::begin(kUnits), std::end(kUnits), [&](const Unit& u) { return u.name == name; });
    if (unit == std::end(kUnits)) {
      return Refuse(text, absl::StrCat("'", name.empty() ? rest : name, "' is no unit"));
    }
    millis += value * unit->millis;
    if (millis > kMost) return Refuse(text, "it is longer than 1000 days");
  }
  return Millis(std::llround(millis));
}

}  // namespace heddle
