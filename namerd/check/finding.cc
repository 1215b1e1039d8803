#include "namerd/check/finding.h"

#include "absl/strings/str_cat.h"

namespace heddle::namerd {
namespace {

constexpr size_t kLongestQuoted = 120;

}  // namespace

const char* FindingName(FindingKind kind) {
  switch (kind) {
    case FindingKind::kCircle:
      return "circle";
    case FindingKind::kShadowed:
      return "shadowed";
    case FindingKind::kDuplicate:
      return "duplicate";
    case FindingKind::kNeverMatches:
      return "never_matches";
    case FindingKind::kDeadEnd:
      return "dead_end";
    case FindingKind::kAlternateUnused:
      return "alternate_unused";
    case FindingKind::kWeights:
      break;
  }
  return "weights";
}

const char* SeverityName(Severity severity) {
  switch (severity) {
    case Severity::kError:
      return "error";
    case Severity::kWarning:
      return "warning";
    case Severity::kNote:
      break;
  }
  return "note";
}

std::string QuoteRule(const Dentry& rule) {
  std::string text = absl::StrCat(rule.prefix.Show(), " => ", Show(rule.dst));
  if (text.size() > kLongestQuoted) text.replace(kLongestQuoted, std::string::npos, "...");
  return text;
}

}  // namespace heddle::namerd
