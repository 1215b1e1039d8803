// One Explain in progress. For client.cc alone; includes gRPC.
#ifndef HEDDLE_LIB_MESH_EXPLAIN_CALL_H_
#define HEDDLE_LIB_MESH_EXPLAIN_CALL_H_

#include <grpcpp/grpcpp.h>

#include <functional>
#include <memory>
#include <string>

#include "absl/synchronization/notification.h"
#include "lib/base/status.h"
#include "lib/mesh/loop_gate.h"
#include "proto/mesh.grpc.pb.h"

namespace heddle {

// Loop thread. `done` is called and destroyed on the loop, where the reference to the channel is given up,
// too (see ClientStream). Its owner keeps it until it is over.
class ExplainCall : public std::enable_shared_from_this<ExplainCall> {
 public:
  using Done = std::function<void(absl::StatusOr<std::string>)>;

  ExplainCall(std::shared_ptr<LoopGate> gate, std::shared_ptr<mesh::v1::Mesh::Stub> stub, Done done)
      : gate_(std::move(gate)), stub_(std::move(stub)), done_(std::move(done)) {}

  // Without a stub it ends as Unavailable with `why_not`.
  void Start(const mesh::v1::ExplainRequest& request, Loop& loop, const std::string& why_not);
  // `done` is not called any more.
  void Cancel();
  // As Cancel, for when the loop's gate is closed. Waits until gRPC has let go of the call.
  void Abandon();
  // Nothing of the loop's or of gRPC's is held any more.
  bool over() const { return stub_ == nullptr && done_ == nullptr; }

 private:
  void Finish(const absl::Status& status);

  const std::shared_ptr<LoopGate> gate_;
  std::shared_ptr<mesh::v1::Mesh::Stub> stub_;  // null once gRPC has let go
  Done done_;                                   // null once it is over
  grpc::ClientContext context_;
  mesh::v1::ExplainRequest request_;
  mesh::v1::ExplainResponse response_;
  absl::Notification let_go_;  // gRPC has called back
};

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_EXPLAIN_CALL_H_
