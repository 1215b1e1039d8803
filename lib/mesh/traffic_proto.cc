#include "lib/mesh/traffic_proto.h"

#include "absl/strings/str_cat.h"
#include "lib/mesh/convert.h"
#include "lib/mesh/limits.h"
#include "proto/mesh.pb.h"

namespace heddle {
namespace {

absl::Status PathToProto(const std::string& text, io::linkerd::mesh::Path* out) {
  const absl::StatusOr<Path> path = Path::Parse(text);
  if (!path.ok()) return path.status();
  ToProto(*path, out);
  return absl::OkStatus();
}

}  // namespace

absl::Status ToProto(const TrafficRow& row, mesh::v1::ServiceTraffic* out) {
  out->set_namespace_(row.key.ns);
  RETURN_IF_ERROR(PathToProto(row.key.service, out->mutable_service()));
  RETURN_IF_ERROR(PathToProto(row.key.client, out->mutable_client()));
  const TrafficCounts& counts = row.counts;
  out->set_requests(counts.requests);
  out->set_successes(counts.successes);
  for (const auto& [kind, count] : counts.failures) (*out->mutable_failures())[kind] = count;
  const std::vector<uint64_t>& buckets = counts.latency.buckets();
  for (size_t i = 0; i < buckets.size(); ++i) {
    if (buckets[i] == 0) continue;
    out->add_latency_bucket(static_cast<uint32_t>(i));
    out->add_latency_count(buckets[i]);
  }
  out->set_latency_sum(counts.latency.sum());
  return absl::OkStatus();
}

absl::StatusOr<TrafficRow> FromProto(const mesh::v1::ServiceTraffic& message) {
  ASSIGN_OR_RETURN(const Path service, FromProto(message.service()));
  ASSIGN_OR_RETURN(const Path client, FromProto(message.client()));
  const auto wrong = [&](absl::string_view what) {
    return absl::InvalidArgumentError(
        absl::StrCat("traffic of ", service.Show(), " at ", client.Show(), ": ", what));
  };
  if (message.namespace_().size() > mesh_limits::kMaxTextBytes) return wrong("the namespace is too long");
  if (message.failures_size() > mesh_limits::kMaxFailureKinds) return wrong("too many kinds of failures");
  if (message.successes() > message.requests()) return wrong("more successes than requests");
  if (message.latency_bucket_size() != message.latency_count_size() ||
      static_cast<size_t>(message.latency_bucket_size()) > kHistogramBuckets) {
    return wrong("its latencies are not pairs of a bucket and a count");
  }
  TrafficRow row{{message.namespace_(), service.Show(), client.Show()}, {}};
  row.counts.requests = message.requests();
  row.counts.successes = message.successes();
  for (const auto& [kind, count] : message.failures()) {
    if (kind.size() > mesh_limits::kMaxTextBytes) return wrong("the name of a failure is too long");
    row.counts.failures[kind] = count;
  }
  for (int i = 0; i < message.latency_bucket_size(); ++i) {
    row.counts.latency.AddBucket(message.latency_bucket(i), message.latency_count(i));
  }
  row.counts.latency.AddSum(message.latency_sum());
  return row;
}

}  // namespace heddle
