#include "namerctl/commands/context.h"

#include <algorithm>
#include <cerrno>
#include <fstream>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/dtab/dtab.h"
#include "namerctl/output/dtab_text.h"

namespace heddle::namerctl {
namespace {

void Print(const Environment& env, absl::string_view message, absl::string_view next) {
  // A message may have lines, but nothing that drives a terminal.
  for (absl::string_view line : absl::StrSplit(message, '\n'))
    env.err << "namerctl: " << Printable(line) << "\n";
  if (!next.empty()) env.err << "  " << next << "\n";
}

// "  2 | /svc => host" and a caret below column `at.column`; empty if the text has no such line.
std::string ShowPlace(const std::string& text, const RefusedAt& at) {
  const std::vector<std::string> lines = absl::StrSplit(text, '\n');
  if (at.line < 1 || static_cast<size_t>(at.line) > lines.size() || at.column < 1) return "";
  const std::string& line = lines[at.line - 1];
  const std::string number = absl::StrCat(at.line);
  std::string indent;  // tabs stay, so that the caret stands below its character
  for (size_t i = 0; i < line.size() && i + 1 < static_cast<size_t>(at.column); ++i) {
    indent += line[i] == '\t' ? '\t' : ' ';
  }
  std::string shown = line;
  std::replace_if(
      shown.begin(), shown.end(), [](unsigned char c) { return (c < ' ' && c != '\t') || c == 0x7f; }, ' ');
  return absl::StrCat("  ", number, " | ", shown, "\n  ", std::string(number.size(), ' '), " | ", indent,
                      "^\n");
}

}  // namespace

int Fail(const Environment& env, const absl::Status& status, absl::string_view next) {
  if (status.code() == absl::StatusCode::kUnavailable) {
    Print(env, status.message(),
          "Is namerd running there? Name another place with --base-url or NAMERCTL_BASE_URL.");
    return kUnreachable;
  }
  Print(env, status.message(), next);
  return kRefused;
}

int FailUsage(const Environment& env, absl::string_view message, absl::string_view next) {
  Print(env, message, next);
  return kUsage;
}

std::string NameOfInput(const std::string& path) { return path == "-" ? "standard input" : path; }

std::optional<DtabInput> ReadDtab(const Environment& env, const std::string& path) {
  std::ostringstream text;
  if (path == "-") {
    text << env.in.rdbuf();
  } else {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
      FailUsage(env, absl::StrCat("cannot read ", path, ": ", ErrnoText(errno)));
      return std::nullopt;
    }
    if (file.peek() != std::ifstream::traits_type::eof()) text << file.rdbuf();
    if (file.bad()) {
      FailUsage(env, absl::StrCat("cannot read ", path, ": is it a folder?"));
      return std::nullopt;
    }
  }
  auto input = ReadDtabInput(text.str());
  if (!input.ok()) {
    FailUsage(env, absl::StrCat(NameOfInput(path), ": ", input.status().message()));
    return std::nullopt;
  }
  return *std::move(input);
}

std::optional<DtabInput> ReadDtabToStore(const Environment& env, const std::string& path, bool allow_empty) {
  std::optional<DtabInput> dtab = ReadDtab(env, path);
  if (!dtab || dtab->is_json || allow_empty) return dtab;
  const auto rules = Dtab::Parse(dtab->body);
  if (!rules.ok() || !rules->empty()) return dtab;  // what does not parse, namerd refuses
  FailUsage(env,
            absl::StrCat(NameOfInput(path),
                         " holds no rule; to store a delegation table without rules would leave "
                         "every name without a service"),
            "If that is what you want: --allow-empty.");
  return std::nullopt;
}

int FailRefusedDtab(const Environment& env, const std::string& path, const DtabInput& dtab,
                    const absl::Status& refusal) {
  Print(env, absl::StrCat(NameOfInput(path), ": ", refusal.message()), "");
  if (const auto at = RefusedAtOf(refusal); at && !dtab.is_json) env.err << ShowPlace(dtab.body, *at);
  env.err << "  Nothing was stored.\n";
  return kRefused;
}

}  // namespace heddle::namerctl
