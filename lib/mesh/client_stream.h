// One try at a stream to namerd: a channel, and one call of Mesh.Connect on it. For client.cc alone; includes
// gRPC.
#ifndef HEDDLE_LIB_MESH_CLIENT_STREAM_H_
#define HEDDLE_LIB_MESH_CLIENT_STREAM_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/synchronization/notification.h"
#include "lib/base/status.h"
#include "lib/mesh/client.h"
#include "lib/mesh/loop_gate.h"
#include "proto/mesh.grpc.pb.h"

namespace heddle {

// A channel of its own for each try: it connects at once, and looks the name up anew.
std::shared_ptr<grpc::Channel> MakeMeshChannel(const MeshClientOptions& options);

// gRPC calls the On* methods on its threads; they only post. All others are for the loop's thread, which also
// owns the stream: it must not be the gRPC thread that gives up the last reference, since with the last
// channel go the very threads that gRPC calls us on (and a thread that joins itself brings the process down).
class ClientStream : public grpc::ClientBidiReactor<mesh::v1::FromProxy, mesh::v1::FromNamerd>,
                     public std::enable_shared_from_this<ClientStream> {
 public:
  // Called on the loop, for as long as it lives and until Abandon.
  class Listener {
   public:
    virtual ~Listener() = default;
    virtual void Received(const mesh::v1::FromNamerd& message) = 0;
    virtual void Written() = 0;
    virtual void Closed(const absl::Status& why) = 0;  // last, once
  };

  ClientStream(std::shared_ptr<LoopGate> gate, std::shared_ptr<mesh::v1::Mesh::Stub> stub,
               std::weak_ptr<Listener> listener);
  ~ClientStream() override;  // REQUIRES: closed or abandoned, if it was started

  // Opens the stream with `hello` as the first message.
  void Start(mesh::v1::FromProxy hello);
  // The message to fill in before WriteOutgoing. REQUIRES: not writing.
  mesh::v1::FromProxy* outgoing() { return &outgoing_; }
  bool writing() const { return writing_; }
  void WriteOutgoing();
  // Nothing more will be written: namerd ends the stream once it has read it all. REQUIRES: not writing.
  void EndWrites();
  // Ends the stream; Closed follows.
  void Cancel() { context_.TryCancel(); }
  // Ends the stream without another call of the listener. Waits until gRPC has let go of it, which takes it
  // no longer than a hop between threads.
  void Abandon();

  void OnReadDone(bool ok) override;
  void OnWriteDone(bool ok) override;
  void OnDone(const grpc::Status& status) override;

 private:
  void Received();
  void ReleaseHold();

  const std::shared_ptr<LoopGate> gate_;
  const std::shared_ptr<mesh::v1::Mesh::Stub> stub_;
  std::weak_ptr<Listener> listener_;
  bool started_ = false;
  bool holding_ = false;  // the loop's: gRPC waits for ReleaseHold before OnDone
  bool writing_ = false;  // the loop's
  mesh::v1::FromProxy outgoing_;
  mesh::v1::FromNamerd incoming_;
  grpc::ClientContext context_;
  absl::Notification let_go_;  // gRPC has made its last call
};

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_CLIENT_STREAM_H_
