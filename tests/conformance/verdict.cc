#include "tests/conformance/verdict.h"

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace heddle::conformance {
namespace {

// "0.125" -> "0.13". `number` is digits, a point and digits.
std::string Rounded(absl::string_view number) {
  const size_t point = number.find('.');
  std::string digits = absl::StrCat(number.substr(0, point), number.substr(point + 1, 2));
  const bool up = number.size() > point + 3 && number[point + 3] >= '5';
  size_t at = digits.size();
  bool carry = up;
  while (carry && at > 0) {
    --at;
    carry = digits[at] == '9';
    digits[at] = carry ? '0' : static_cast<char>(digits[at] + 1);
  }
  if (carry) digits.insert(0, "1");
  digits.insert(digits.size() - 2, ".");
  return digits;
}

}  // namespace

std::string RoundWeights(absl::string_view text) {
  std::string out;
  size_t at = 0;
  while (at < text.size()) {
    size_t end = at;
    while (end < text.size() &&
           (absl::ascii_isdigit(static_cast<unsigned char>(text[end])) || text[end] == '.'))
      ++end;
    const absl::string_view number = text.substr(at, end - at);
    if (end < text.size() && text[end] == '*' && number.find('.') != absl::string_view::npos) {
      out += Rounded(number);
    } else {
      out.append(number.data(), number.size());
    }
    if (end < text.size()) out.push_back(text[end]);
    at = end + 1;
  }
  return out;
}

void Verdict::Differs(absl::string_view what, absl::string_view expected, absl::string_view ours) {
  Fail(absl::StrCat(what, ": expected ", expected, ", got ", ours));
}

void Verdict::Check(absl::string_view what, const Json& expected, const Json& ours) {
  // Objects are compared without regard to the order of their members.
  if (nlohmann::json(expected) != nlohmann::json(ours)) Differs(what, expected.dump(), ours.dump());
}

void Verdict::CheckShown(absl::string_view what, const Json& expected, const std::string& ours) {
  const std::string wanted = expected.get<std::string>();
  if (ours == wanted) return;
  if (RoundWeights(ours) == wanted) return Deviate("weight_precision");
  Differs(what, wanted, ours);
}

Verdict::Kind Verdict::kind() const {
  if (!reasons_.empty()) return Kind::kFailed;
  if (!not_run_.empty()) return Kind::kNotRun;
  return rules_.empty() ? Kind::kPassed : Kind::kDeviates;
}

std::string Verdict::reason() const { return absl::StrJoin(reasons_, "; "); }

}  // namespace heddle::conformance
