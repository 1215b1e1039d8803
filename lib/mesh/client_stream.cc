#include "lib/mesh/client_stream.h"

#include <utility>

#include "lib/base/check.h"
#include "lib/mesh/grpc_status.h"
#include "lib/mesh/limits.h"

namespace heddle {

std::shared_ptr<grpc::Channel> MakeMeshChannel(const MeshClientOptions& options) {
  grpc::ChannelArguments args;
  args.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  args.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(options.ping_after.count()));
  args.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, static_cast<int>(options.ping_timeout.count()));
  args.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  // In gRPC this also bounds how long one try to connect takes.
  args.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, 2'000);
  // A proxy's environment often points http_proxy at the proxy itself.
  args.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  args.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  args.SetMaxReceiveMessageSize(mesh_limits::kMaxMessageBytesFromNamerd);
  if (options.window_bytes > 0) args.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, options.window_bytes);
  // With the scheme: "unix:4321" is a host here, too.
  return grpc::CreateCustomChannel("dns:///" + options.target, grpc::InsecureChannelCredentials(), args);
}

ClientStream::ClientStream(std::shared_ptr<LoopGate> gate, std::shared_ptr<mesh::v1::Mesh::Stub> stub,
                           std::weak_ptr<Listener> listener)
    : gate_(std::move(gate)), stub_(std::move(stub)), listener_(std::move(listener)) {}

ClientStream::~ClientStream() { HEDDLE_CHECK(!started_ || let_go_.HasBeenNotified()); }

void ClientStream::Start(mesh::v1::FromProxy hello) {
  started_ = true;
  outgoing_ = std::move(hello);
  stub_->async()->Connect(&context_, this);
  AddHold();  // writes are started by the loop, not by a callback
  holding_ = writing_ = true;
  StartWrite(&outgoing_);
  StartRead(&incoming_);
  StartCall();
}

void ClientStream::WriteOutgoing() {
  if (!holding_) return;
  writing_ = true;
  StartWrite(&outgoing_);
}

void ClientStream::EndWrites() {
  if (!holding_) return;
  writing_ = true;  // for good
  StartWritesDone();
}

void ClientStream::Abandon() {
  listener_.reset();
  context_.TryCancel();
  ReleaseHold();
  let_go_.WaitForNotification();
}

void ClientStream::ReleaseHold() {
  if (std::exchange(holding_, false)) RemoveHold();
}

void ClientStream::Received() {
  if (!holding_) return;
  if (const auto listener = listener_.lock()) listener->Received(incoming_);
  if (holding_) StartRead(&incoming_);
}

void ClientStream::OnReadDone(bool ok) {
  gate_->Post([self = shared_from_this(), ok] {
    if (ok) {
      self->Received();
    } else {
      self->ReleaseHold();  // the stream is over; OnDone says why
    }
  });
}

void ClientStream::OnWriteDone(bool ok) {
  if (!ok) return;  // the read fails too
  gate_->Post([self = shared_from_this()] {
    self->writing_ = false;
    if (const auto listener = self->listener_.lock()) listener->Written();
  });
}

void ClientStream::OnDone(const grpc::Status& status) {
  gate_->Post([self = shared_from_this(), status = FromGrpc(status)] {
    self->let_go_.WaitForNotification();
    if (const auto listener = self->listener_.lock()) listener->Closed(status);
  });
  let_go_.Notify();
}

}  // namespace heddle
