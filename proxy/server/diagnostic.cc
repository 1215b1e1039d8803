#include "proxy/server/diagnostic.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/http/chars.h"

namespace heddle {
namespace {

using nlohmann::json;

constexpr size_t kMaxHeldSpace = 4 << 10;

bool IsTrue(absl::string_view text) {
  return text == "1" || EqualsLowercase(text, "t") || EqualsLowercase(text, "true");
}

// The way from the root of an explanation to the leaf of a client.
struct Way {
  std::vector<std::string> lines;      // a path each, with the rule that led there
  std::vector<std::string> addresses;  // of the leaf
};

std::string TextOf(const json& node, const char* member) {
  const auto found = node.find(member);
  return found != node.end() && found->is_string() ? found->get<std::string>() : "";
}

std::string LineOf(const json& node) {
  std::string line = TextOf(node, "path");
  if (const auto dentry = node.find("dentry"); dentry != node.end()) {
    absl::StrAppend(&line, " (", TextOf(*dentry, "prefix"), "=>", TextOf(*dentry, "dst"), ")");
  } else if (node.contains("name")) {
    absl::StrAppend(&line, " (", TextOf(node, "name"), ")");
  }
  return line;
}

void ReadAddresses(const json& bound, Way* way) {
  const auto addr = bound.find("addr");
  if (addr == bound.end() || !addr->contains("addrs")) return;
  for (const json& one : addr->at("addrs")) {
    const std::string ip = TextOf(one, "ip");
    const auto port = one.find("port");
    const uint32_t number = port != one.end() && port->is_number_unsigned() ? port->get<uint32_t>() : 0;
    const bool v6 = ip.find(':') != std::string::npos;
    way->addresses.push_back(absl::StrCat(v6 ? "[" : "", ip, v6 ? "]:" : ":", number));
  }
}

bool FindWay(const json& node, absl::string_view client, Way* way);

bool FindBelow(const json& node, absl::string_view client, Way* way) {
  if (const auto bound = node.find("bound"); bound != node.end() && TextOf(*bound, "id") == client) {
    ReadAddresses(*bound, way);
    return true;
  }
  for (const char* member : {"delegate", "tree"}) {
    if (const auto next = node.find(member); next != node.end() && FindWay(*next, client, way)) return true;
  }
  for (const char* member : {"alt", "union"}) {
    const auto branches = node.find(member);
    if (branches == node.end()) continue;
    for (const json& branch : *branches) {
      const auto tree = branch.find("tree");
      if (FindWay(tree == branch.end() ? branch : *tree, client, way)) return true;
    }
  }
  return false;
}

// Explanations are bounded in depth where they are made.
bool FindWay(const json& node, absl::string_view client, Way* way) {
  if (!node.is_object()) return false;
  way->lines.push_back(LineOf(node));
  if (FindBelow(node, client, way)) return true;
  way->lines.pop_back();
  return false;
}

Way WayOf(const TraceReport& report) {
  if (!report.explanation.ok()) {
    return {{absl::StrCat("not known: ", report.explanation.status().message())}, {}};
  }
  Way way;
  FindWay(json::parse(*report.explanation, nullptr, false), report.client, &way);
  return way;
}

void AppendChunk(absl::string_view text, std::string* out) {
  if (!text.empty()) absl::StrAppend(out, absl::Hex(text.size()), "\r\n", text, "\r\n");
}

size_t FindText(absl::string_view text) {
  size_t at = 0;
  while (at < text.size() && static_cast<uint8_t>(text[at]) <= ' ') ++at;
  return at;
}

size_t EndOfText(absl::string_view text) {
  size_t end = text.size();
  while (end > 0 && static_cast<uint8_t>(text[end - 1]) <= ' ') --end;
  return end;
}

}  // namespace

TraceOrder ReadTraceOrder(absl::string_view bytes, const Head& head, bool cleared) {
  TraceOrder order;
  order.report = !cleared && IsTrue(head.Value(bytes, HeaderId::kL5dAddContext));
  if (!head.Has(HeaderId::kMaxForwards)) return order;
  int32_t left = 0;
  if (!absl::SimpleAtoi(head.Value(bytes, HeaderId::kMaxForwards), &left)) {
    order.action = TraceOrder::Action::kRefuse;
  } else if (left == 0) {
    order.action = TraceOrder::Action::kAnswer;
  } else if (left > 0) {
    order.max_forwards = static_cast<uint32_t>(left) - 1;
  } else {
    order.report = false;  // passed on as it is, as Linkerd does
  }
  return order;
}

std::string ShowTraceReport(const TraceReport& report) {
  const Way way = WayOf(report);
  std::string text = absl::StrCat(
      "--- Router: ", report.router,
      " ---\nrequest duration: ", std::chrono::duration_cast<Millis>(report.took).count(),
      " ms\nservice name: ", report.service, "\nclient name: ", report.client, "\naddresses: [",
      absl::StrJoin(way.addresses, ", "), "]\nselected address: ", report.endpoint, "\ndtab resolution:\n");
  for (const std::string& line : way.lines) absl::StrAppend(&text, "  ", line, "\n");
  return text;
}

void ReportedBody::Start(h1::BodyFraming received) {
  decoder_.Start(received);
  begun_ = false;
  space_.clear();
}

void ReportedBody::Append(absl::string_view body, std::string* out) {
  while (!body.empty() && !decoder_.done()) {
    absl::string_view payload;
    body.remove_prefix(decoder_.Next(body, &payload));
    AppendText(payload, out);
  }
}

void ReportedBody::AppendText(absl::string_view text, std::string* out) {
  if (!begun_) text.remove_prefix(FindText(text));
  if (text.empty()) return;
  begun_ = true;
  const size_t end = EndOfText(text);
  if (end > 0 || space_.size() + text.size() > kMaxHeldSpace) {
    AppendChunk(space_, out);
    space_.clear();
    AppendChunk(text.substr(0, end), out);
  }
  const absl::string_view rest = text.substr(end);
  space_.append(rest.data(), rest.size());
}

void ReportedBody::Finish(absl::string_view report, std::string* out) {
  AppendChunk(absl::StrCat("\n\n", report), out);
  absl::StrAppend(out, "0\r\n\r\n");
}

}  // namespace heddle
