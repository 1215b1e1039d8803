#include "proxy/access_log/access_entry.h"

#include <ctime>

#include "absl/strings/str_cat.h"

namespace heddle {

namespace {

// What stands between a field and the next one.
enum class Ends { kWithSpace, kWithQuote };

void AppendEscaped(char c, std::string* out) {
  constexpr char kHex[] = "0123456789abcdef";
  const auto byte = static_cast<unsigned char>(c);
  if (c == '"' || c == '\\') {
    out->append({'\\', c});
  } else {
    out->append({'\\', 'x', kHex[byte >> 4], kHex[byte & 15]});
  }
}

void AppendField(absl::string_view field, Ends ends, std::string* out) {
  if (field.empty()) return out->push_back('-');
  field = field.substr(0, kMaxAccessLogField);
  const char least = ends == Ends::kWithSpace ? '!' : ' ';
  size_t plain = 0;  // from here on nothing has to be escaped
  for (size_t i = 0; i < field.size(); ++i) {
    const char c = field[i];
    if (c >= least && c <= '~' && c != '"' && c != '\\') continue;
    out->append(field.data() + plain, i - plain);
    AppendEscaped(c, out);
    plain = i + 1;
  }
  out->append(field.data() + plain, field.size() - plain);
}

// The text of the second that was asked for last: what it takes to make one is paid once a second.
absl::string_view TimeText(int64_t second) {
  struct Cached {
    int64_t second = -1;
    char text[64];
    size_t size = 0;
  };
  thread_local Cached cached;
  if (cached.second != second) {
    const std::time_t time = second;
    std::tm local{};
    localtime_r(&time, &local);
    cached.size = std::strftime(cached.text, sizeof cached.text, "%d/%m/%Y:%H:%M:%S %Z", &local);
    cached.second = second;
  }
  return {cached.text, cached.size};
}

}  // namespace

void AppendAccessLogLine(const AccessEntry& entry, std::string* out) {
  AppendField(entry.host, Ends::kWithSpace, out);
  out->push_back(' ');
  AppendField(entry.remote_host, Ends::kWithSpace, out);
  const auto second = std::chrono::duration_cast<std::chrono::seconds>(entry.end).count();
  absl::StrAppend(out, " - - [", TimeText(second), "] \"");
  AppendField(entry.method, Ends::kWithQuote, out);
  out->push_back(' ');
  AppendField(entry.uri, Ends::kWithQuote, out);
  out->push_back(' ');
  AppendField(entry.version, Ends::kWithQuote, out);
  absl::StrAppend(out, "\" ", entry.status, " ");
  if (entry.response_bytes < 0) {
    out->push_back('-');
  } else {
    absl::StrAppend(out, entry.response_bytes);
  }
  out->append(" \"");
  AppendField(entry.referer, Ends::kWithQuote, out);
  out->append("\" \"");
  AppendField(entry.user_agent, Ends::kWithQuote, out);
  out->append("\"\n");
}

}  // namespace heddle
