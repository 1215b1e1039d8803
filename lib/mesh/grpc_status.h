// absl::Status and grpc::Status: the codes are the same.
#ifndef HEDDLE_LIB_MESH_GRPC_STATUS_H_
#define HEDDLE_LIB_MESH_GRPC_STATUS_H_

#include <grpcpp/support/status.h>

#include <string>

#include "lib/base/status.h"

namespace heddle {

inline grpc::Status ToGrpc(const absl::Status& status) {
  return {static_cast<grpc::StatusCode>(status.code()), std::string(status.message())};
}

inline absl::Status FromGrpc(const grpc::Status& status) {
  return {static_cast<absl::StatusCode>(status.error_code()), status.error_message()};
}

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_GRPC_STATUS_H_
