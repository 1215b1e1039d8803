#include "namerd/mesh_api/traffic_intake.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/mesh/limits.h"
#include "lib/mesh/traffic_proto.h"
#include "proto/mesh.pb.h"

namespace heddle::namerd {
namespace {

using mesh::v1::ServiceTraffic;

// Sums over rows, proxies and hours have to stay far from where they wrap.
bool Plausible(const ServiceTraffic& message) {
  const auto huge = [](uint64_t count) { return count > TrafficIntake::kMaxCount; };
  return !huge(message.requests()) &&
         std::none_of(message.latency_count().begin(), message.latency_count().end(), huge) &&
         std::none_of(message.failures().begin(), message.failures().end(),
                      [&](const auto& failure) { return huge(failure.second); });
}

absl::StatusOr<TrafficRow> Read(const ServiceTraffic& message) {
  if (!Plausible(message)) {
    return absl::InvalidArgumentError(
        absl::StrCat("a count of more than ", TrafficIntake::kMaxCount, " in one report"));
  }
  if (message.namespace_().empty()) return absl::InvalidArgumentError("traffic of no namespace");
  ASSIGN_OR_RETURN(TrafficRow row, FromProto(message));
  if (std::max(row.key.service.size(), row.key.client.size()) > TrafficIntake::kMaxNameBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a name of more than ", TrafficIntake::kMaxNameBytes, " bytes"));
  }
  for (const auto& [kind, count] : row.counts.failures) {
    if (kind.size() > TrafficIntake::kMaxKindBytes) {
      return absl::InvalidArgumentError(absl::StrCat("a kind of failure whose name has more than ",
                                                     TrafficIntake::kMaxKindBytes, " bytes"));
    }
  }
  return row;
}

}  // namespace

TrafficIntake::TrafficIntake(TrafficBook& book, std::string proxy_id, std::function<void()> on_asked)
    : book_(book), proxy_id_(std::move(proxy_id)) {
  joined_ = book_.Join(proxy_id_, [this, on_asked = std::move(on_asked)](uint64_t id) {
    asked_ = std::max(asked_, id);
    on_asked();
  });
}

absl::Status TrafficIntake::Receive(const mesh::v1::Traffic& report) {
  absl::Status status;
  std::vector<TrafficRow> rows;
  for (const ServiceTraffic& message : report.services()) {
    if (rows.size() == static_cast<size_t>(mesh_limits::kMaxTrafficRows)) {
      status.Update(absl::InvalidArgumentError(absl::StrCat(report.services_size(), " rows in one message; ",
                                                            mesh_limits::kMaxTrafficRows, " are read")));
      break;
    }
    absl::StatusOr<TrafficRow> row = Read(message);
    if (row.ok()) {
      rows.push_back(*std::move(row));
    } else {
      status.Update(row.status());
    }
  }
  book_.Add(rows, Millis(report.interval_ms()));
  if (report.answers() != 0) book_.Answered(proxy_id_, report.answers());
  return status;
}

uint64_t TrafficIntake::NextRequest() { return std::exchange(asked_, 0); }

}  // namespace heddle::namerd
