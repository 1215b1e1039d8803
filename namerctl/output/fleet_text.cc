#include "namerctl/output/fleet_text.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/time.h"
#include "namerctl/client/duration.h"
#include "namerctl/client/json_fields.h"
#include "namerctl/output/dtab_text.h"
#include "namerctl/output/rates.h"

namespace heddle::namerctl {
namespace {

using Json = nlohmann::json;
using Cell = Columns::Cell;

std::string Shown(const Json& object, const char* key) { return Printable(TextOf(object, key)); }

std::string OrDash(std::string text) { return text.empty() ? "-" : text; }

// "-" unless it applied one; "current"; "2 versions, 1.2 s".
Cell LagCell(const Json& state, bool connected) {
  const uint64_t versions = CountOf(state, "lagVersions");
  const Millis lag = MillisOf(state, "lagMs");
  if (!connected) return {"-", Paint::kDim};
  if (versions == 0 && lag == Millis(0)) return {"none", Paint::kGood};
  return {absl::StrCat(Count(versions, "version"), ", ", ShowDuration(lag)), Paint::kBad};
}

void AddProxy(Columns& table, const Json& proxy, Millis now) {
  const bool connected = IsTrue(proxy, "connected");
  const Millis since = now - MillisOf(proxy, "sinceMs");
  const Cell state{absl::StrCat(connected ? "connected " : "gone ", ShowDuration(since)),
                   connected ? Paint::kNone : Paint::kBad};
  std::vector<Cell> who{{Shown(proxy, "id"), Paint::kBold},
                        {OrDash(Shown(proxy, "node"))},
                        {OrDash(Shown(proxy, "version"))},
                        state};
  const Json& namespaces = FieldOf(proxy, "namespaces");
  if (!namespaces.is_object() || namespaces.empty()) {
    who.push_back({"-", Paint::kDim});
    table.Add(std::move(who));
    return;
  }
  for (const auto& [name, ns] : namespaces.items()) {
    who.resize(4);
    who.push_back({Printable(name)});
    who.push_back(LagCell(ns, connected));
    who.push_back({FieldOf(ns, "tookMs").is_number() ? ShowDuration(MillisOf(ns, "tookMs")) : ""});
    table.Add(std::move(who));
    who.assign(4, Cell{""});
  }
}

Cell Right(std::string text, Paint paint = Paint::kNone) { return {std::move(text), paint, true}; }

std::string FailuresOf(const Json& row) {
  std::vector<std::string> kinds;
  for (const auto& [kind, count] : FieldOf(row, "failures").items()) {
    if (!count.is_number_unsigned()) continue;
    const std::string name = kind.substr(kind.rfind('.') + 1);  // without the exception's package
    kinds.push_back(absl::StrCat(count.get<uint64_t>(), " ", Printable(name)));
  }
  return absl::StrJoin(kinds, ", ");
}

void AddTraffic(Columns& table, const Json& row, std::string name, Paint paint) {
  const bool any = CountOf(row, "requests") > 0;
  const double rate = NumberOf(row, "successRate");
  const auto latency = [&](const char* key) { return Right(any ? ShowLatency(NumberOf(row, key)) : "-"); };
  table.Add({{std::move(name), paint},
             Right(RequestRate(NumberOf(row, "requestsPerSecond"))),
             Right(any ? SuccessRate(rate) : "-", any && rate < 1 ? Paint::kBad : Paint::kNone),
             latency("p50Ms"),
             latency("p95Ms"),
             latency("p99Ms"),
             {FailuresOf(row), Paint::kBad}});
}

std::string Clock(Nanos now) {
  return absl::FormatTime("%H:%M:%SZ", absl::FromUnixNanos(now.count()), absl::UTCTimeZone());
}

}  // namespace

absl::StatusOr<std::string> ProxiesText(const std::string& json, Nanos now, const Style& style) {
  const Json fleet = Json::parse(json, nullptr, false);
  const Json& proxies = FieldOf(fleet, "proxies");
  if (!proxies.is_array()) {
    return absl::InternalError("the answer is no list of proxies: is the base URL that of a Heddle namerd?");
  }
  if (proxies.empty()) return "No proxy has connected to this namerd.\n";
  Columns table;
  const auto head = [](const char* text) { return Cell{text, Paint::kDim}; };
  table.Add({head("PROXY"), head("NODE"), head("VERSION"), head("STATE"), head("NAMESPACE"), head("LAG"),
             head("APPLIED IN")});
  std::string errors;
  size_t late = 0;
  for (const Json& proxy : proxies) {
    AddProxy(table, proxy, std::chrono::duration_cast<Millis>(now));
    for (const Json& ns : FieldOf(proxy, "namespaces")) {
      if (!IsTrue(proxy, "connected") || CountOf(ns, "lagVersions") == 0) continue;
      ++late;
      break;
    }
    if (const std::string error = Shown(proxy, "lastError"); !error.empty()) {
      absl::StrAppend(&errors, Shown(proxy, "id"), ": ", Painted(style, Paint::kBad, error), "\n");
    }
  }
  const size_t connected = CountOf(fleet, "connected");
  return absl::StrCat(
      table.Show(style), errors, connected, connected == 1 ? " proxy" : " proxies", " connected, ",
      late == 0 ? "none behind" : absl::StrCat(late, " behind"),
      connected < proxies.size() ? absl::StrCat(", ", proxies.size() - connected, " gone") : "", ".\n");
}

absl::StatusOr<std::string> TrafficText(const std::string& json, Nanos now, const Style& style) {
  const Json traffic = Json::parse(json, nullptr, false);
  const Json& services = FieldOf(traffic, "services");
  if (!services.is_array()) {
    return absl::InternalError("the answer is no page of traffic: is the base URL that of a Heddle namerd?");
  }
  std::string text = absl::StrCat(Shown(traffic, "namespace"), ", the last ",
                                  ShowDuration(MillisOf(traffic, "windowMs")), ", at ", Clock(now), "\n");
  Columns table;
  table.Add({{"SERVICE, CLIENT", Paint::kDim},
             Right("REQUESTS/S", Paint::kDim),
             Right("SUCCESS", Paint::kDim),
             Right("P50", Paint::kDim),
             Right("P95", Paint::kDim),
             Right("P99", Paint::kDim),
             {"FAILURES", Paint::kDim}});
  for (const Json& service : services) {
    AddTraffic(table, service, Shown(service, "service"), Paint::kBold);
    for (const Json& client : FieldOf(service, "clients")) {
      AddTraffic(table, client, "  " + Shown(client, "client"), Paint::kNone);
    }
  }
  absl::StrAppend(&text, services.empty() ? "No traffic.\n" : table.Show(style));
  if (const auto missing = TextsOf(traffic, "missing"); !missing.empty()) {
    absl::StrAppend(
        &text,
        Painted(style, Paint::kBad,
                absl::StrCat("Without ", Printable(absl::StrJoin(missing, ", ")), ": no report in time.")),
        "\n");
  }
  return text;
}

}  // namespace heddle::namerctl
