#include "proxy/server/forwarded.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/http/chars.h"

namespace heddle {
namespace {

using Labeler = ForwardedConfig::Labeler;

constexpr absl::string_view kUnknown = "unknown";

bool IsWildcard(const SocketAddress& address) {
  const absl::string_view bytes = address.bytes();
  return std::all_of(bytes.begin(), bytes.end(), [](char c) { return c == 0; });
}

// All groups of an IPv6 address are written out, as Linkerd does: whoever compares the text finds the same.
std::string FullIp(const SocketAddress& address) {
  if (!address.is_v6()) return address.ip();
  const absl::string_view bytes = address.bytes();
  std::string text;
  for (size_t i = 0; i < bytes.size(); i += 2) {
    const unsigned group =
        static_cast<unsigned>(static_cast<uint8_t>(bytes[i])) << 8 | static_cast<uint8_t>(bytes[i + 1]);
    absl::StrAppend(&text, i == 0 ? "" : ":", absl::Hex(group));
  }
  return text;
}

// RFC 7239 section 6: a colon or a bracket takes quotes.
std::string IpLabel(const SocketAddress& address) {
  if (IsWildcard(address)) return std::string(kUnknown);
  return address.is_v6() ? absl::StrCat("\"[", FullIp(address), "]\"") : FullIp(address);
}

std::string IpPortLabel(const SocketAddress& address) {
  if (IsWildcard(address)) return std::string(kUnknown);
  return address.is_v6() ? absl::StrCat("\"[", FullIp(address), "]:", address.port(), "\"")
                         : absl::StrCat("\"", FullIp(address), ":", address.port(), "\"");
}

// RFC 7239 section 6.3: obfuscated identifiers begin with '_'.
std::string Obfuscated(absl::string_view label) {
  return absl::StartsWith(label, "_") ? std::string(label) : absl::StrCat("_", label);
}

void AppendRandomLabel(Random& random, std::string* out) {
  static constexpr absl::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
  out->push_back('_');
  for (int i = 0; i < 6; ++i) out->push_back(kAlphabet[random.Below(kAlphabet.size())]);
}

std::string MakeLabel(const Labeler& labeler, absl::string_view router, const SocketAddress& address,
                      Random& random) {
  switch (labeler.kind) {
    case Labeler::Kind::kIp:
      return IpLabel(address);
    case Labeler::Kind::kIpPort:
      return IpPortLabel(address);
    case Labeler::Kind::kConnectionRandom: {
      std::string label;
      AppendRandomLabel(random, &label);
      return label;
    }
    case Labeler::Kind::kRequestRandom:
      return "";
    case Labeler::Kind::kRouter:
      return Obfuscated(router);
    case Labeler::Kind::kStatic:
      return Obfuscated(labeler.label);
  }
  return "";
}

void AppendLabel(const std::string& label, Random& random, std::string* out) {
  if (label.empty()) {
    AppendRandomLabel(random, out);
  } else {
    out->append(label);
  }
}

// A token as it is, anything else quoted: a requester's Host cannot say who it is.
void AppendValue(absl::string_view value, std::string* out) {
  if (std::all_of(value.begin(), value.end(), IsTokenChar)) {
    out->append(value.data(), value.size());
    return;
  }
  out->push_back('"');
  for (const char c : value) {
    if (c == '"' || c == '\\') out->push_back('\\');
    out->push_back(c);
  }
  out->push_back('"');
}

}  // namespace

ForwardedLabels MakeForwardedLabels(const ForwardedConfig& config, absl::string_view router,
                                    const SocketAddress& local, const SocketAddress& peer, Random& random) {
  return {MakeLabel(config.by, router, local, random), MakeLabel(config.for_, router, peer, random)};
}

void AppendForwarded(const ForwardedLabels& labels, absl::string_view host, absl::string_view proto,
                     Random& random, std::string* out) {
  out->append("Forwarded: by=");
  AppendLabel(labels.by, random, out);
  out->append(";for=");
  AppendLabel(labels.for_, random, out);
  if (!host.empty()) {
    out->append(";host=");
    AppendValue(host, out);
  }
  if (!proto.empty()) {
    out->append(";proto=");
    out->append(proto.data(), proto.size());
  }
  out->append("\r\n");
}

}  // namespace heddle
