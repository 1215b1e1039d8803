#include "namerctl/client/base_url.h"

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"

namespace heddle::namerctl {

absl::StatusOr<BaseUrl> BaseUrl::Parse(absl::string_view text) {
  const auto refuse = [&](absl::string_view reason) {
    return absl::InvalidArgumentError(absl::StrCat("invalid base URL '", text, "': ", reason,
                                                   "; give one like http://namerd.example.com:4180"));
  };
  BaseUrl url;
  url.text = std::string(text);
  absl::string_view rest = text;
  if (absl::StartsWithIgnoreCase(rest, "https://")) return refuse("https is not supported yet");
  if (!absl::StartsWithIgnoreCase(rest, "http://")) return refuse("it does not begin with http://");
  rest.remove_prefix(sizeof("http://") - 1);
  rest = rest.substr(0, rest.find_first_of("?#"));
  const size_t slash = rest.find('/');
  absl::string_view authority = rest.substr(0, slash);
  if (slash != absl::string_view::npos) url.path = std::string(absl::StripSuffix(rest.substr(slash), "/"));
  if (absl::StrContains(authority, '@')) return refuse("a user name is not supported");
  absl::string_view port;
  if (absl::ConsumePrefix(&authority, "[")) {
    const size_t bracket = authority.find(']');
    if (bracket == absl::string_view::npos) return refuse("']' is missing");
    url.host = std::string(authority.substr(0, bracket));
    port = authority.substr(bracket + 1);
  } else {
    const size_t colon = authority.find(':');
    url.host = std::string(authority.substr(0, colon));
    if (colon != absl::string_view::npos) port = authority.substr(colon);
  }
  if (url.host.empty()) return refuse("the host is missing");
  for (const unsigned char c : url.host + url.path) {
    if (c <= ' ' || c == 0x7f) return refuse("it contains a space or a control character");
  }
  if (port.empty()) return url;
  uint32_t number = 0;
  if (!absl::ConsumePrefix(&port, ":") || !absl::SimpleAtoi(port, &number) || number == 0 || number > 65535) {
    return refuse("the port is not a number from 1 to 65535");
  }
  url.port = static_cast<uint16_t>(number);
  return url;
}

std::string BaseUrl::Authority() const {
  const std::string name = absl::StrContains(host, ':') ? absl::StrCat("[", host, "]") : host;
  return port == 80 ? name : absl::StrCat(name, ":", port);
}

}  // namespace heddle::namerctl
