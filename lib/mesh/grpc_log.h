// gRPC's own log lines go into ours: its errors as warnings, the rest not at all.
#ifndef HEDDLE_LIB_MESH_GRPC_LOG_H_
#define HEDDLE_LIB_MESH_GRPC_LOG_H_

namespace heddle {

// Any thread, any number of times.
void RouteGrpcLog();

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_GRPC_LOG_H_
