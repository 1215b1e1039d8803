#include "namerd/http_api/parameters.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "absl/strings/ascii.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "lib/base/duration.h"
#include "lib/base/utf8.h"

namespace heddle::namerd {
namespace {

// "500ms", "30s", "10m".
std::string DurationText(Millis duration) {
  const int64_t ms = duration.count();
  if (ms % 60'000 == 0) return absl::StrCat(ms / 60'000, "m");
  return ms % 1000 == 0 ? absl::StrCat(ms / 1000, "s") : absl::StrCat(ms, "ms");
}

std::string HeaderOrQuery(const HttpRequest& request, absl::string_view header, absl::string_view parameter) {
  const std::string* value = FindHeader(request.headers, header);
  return value != nullptr ? *value : request.Query(parameter).value_or("");
}

}  // namespace

absl::Status OnlyParameters(const HttpRequest& request, const std::vector<absl::string_view>& known) {
  const absl::string_view target = request.target;
  const size_t question = target.find('?');
  if (question == absl::string_view::npos) return absl::OkStatus();
  for (const absl::string_view pair : absl::StrSplit(target.substr(question + 1), '&', absl::SkipEmpty())) {
    const std::string name = UnescapeUri(pair.substr(0, pair.find('=')));
    if (std::find(known.begin(), known.end(), name) != known.end()) continue;
    return absl::InvalidArgumentError(absl::StrCat("there is no query parameter \"", name,
                                                   "\" here; there are ", absl::StrJoin(known, ", ")));
  }
  return absl::OkStatus();
}

absl::StatusOr<bool> FlagOf(const HttpRequest& request, absl::string_view name) {
  const auto value = request.Query(name);
  if (!value.has_value()) return false;
  const std::string lower = absl::AsciiStrToLower(*value);
  if (lower == "1" || lower == "t" || lower == "true") return true;
  if (lower == "0" || lower == "f" || lower == "false") return false;
  return absl::InvalidArgumentError(absl::StrCat(name, "=", *value, " is neither true nor false"));
}

absl::StatusOr<Millis> DurationOf(const HttpRequest& request, absl::string_view name, Millis otherwise,
                                  Millis least, Millis most) {
  const auto value = request.Query(name);
  if (!value.has_value()) return otherwise;
  const auto duration = ParseDuration(*value);
  if (duration.ok() && *duration >= least && *duration <= most) return *duration;
  return absl::InvalidArgumentError(absl::StrCat(name, "=", *value, " is no time from ", DurationText(least),
                                                 " to ", DurationText(most), "; write ", name, "=",
                                                 DurationText(otherwise), ", say: units are ms, s and m"));
}

absl::StatusOr<size_t> NumberOf(const HttpRequest& request, absl::string_view name, size_t otherwise,
                                size_t most) {
  const auto value = request.Query(name);
  if (!value.has_value()) return otherwise;
  size_t number = 0;
  if (absl::SimpleAtoi(*value, &number) && number > 0 && number <= most) return number;
  return absl::InvalidArgumentError(absl::StrCat(name, "=", *value, " is not a number from 1 to ", most));
}

Change ChangeOf(const HttpRequest& request) {
  return {HeaderOrQuery(request, "Heddle-Author", "author"),
          HeaderOrQuery(request, "Heddle-Message", "message"), request.peer.ToString()};
}

absl::Status CheckText(absl::string_view what, absl::string_view text) {
  const size_t at = FindNotUtf8(text);
  if (at == absl::string_view::npos) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrFormat("%s is not UTF-8: the byte 0x%02x after %d others; send it as UTF-8", what,
                      static_cast<unsigned char>(text[at]), at));
}

}  // namespace heddle::namerd
