// Rows of traffic reports as messages and back.
#ifndef HEDDLE_LIB_MESH_TRAFFIC_PROTO_H_
#define HEDDLE_LIB_MESH_TRAFFIC_PROTO_H_

#include "lib/base/status.h"
#include "lib/stats/traffic_row.h"

namespace heddle::mesh::v1 {
class ServiceTraffic;
}

namespace heddle {

// InvalidArgument if the service or the client is no path.
absl::Status ToProto(const TrafficRow& row, mesh::v1::ServiceTraffic* out);

// Messages come from outside: InvalidArgument for what is beyond lib/mesh/limits.h, is no path, or does not
// add up.
absl::StatusOr<TrafficRow> FromProto(const mesh::v1::ServiceTraffic& message);

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_TRAFFIC_PROTO_H_
