// heddle.mesh.v1.Mesh.
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "lib/mesh/convert.h"
#include "lib/naming/local_interpreter.h"
#include "namerd/mesh_api/proxy_session.h"
#include "namerd/mesh_api/reactors.h"
#include "namerd/mesh_api/services.h"
#include "proto/mesh.grpc.pb.h"

namespace heddle::namerd {
namespace {

using mesh::v1::ExplainRequest;
using mesh::v1::ExplainResponse;
using mesh::v1::FromNamerd;
using mesh::v1::FromProxy;

// A proxy's stream: reads one message at a time, and only while the session wants more; writes one at a time.
class ConnectCall : public LoopReactor<grpc::ServerBidiReactor<FromProxy, FromNamerd>> {
 public:
  ConnectCall(std::shared_ptr<CallRegistry> calls, std::string peer)
      : LoopReactor(std::move(calls)), peer_(std::move(peer)) {}

  void OnReadDone(bool ok) final {
    OnLoop([this, ok] {
      reading_ = false;
      ok ? Received() : End(grpc::Status::OK);  // no more reads: the proxy has gone
    });
  }
  void OnWriteDone(bool ok) final {
    OnLoop([this, ok] {
      writing_ = false;
      ok ? Pump() : End(grpc::Status::CANCELLED);
    });
  }

 private:
  void Begin() override {
    session_ = std::make_unique<ProxySession>(calls().namespaces, calls().fleet, calls().names_in_use,
                                              calls().traffic, peer_, [this] { Pump(); });
    Pump();
  }
  void Release() override { session_.reset(); }

  void Received() {
    if (const absl::Status status = session_->Receive(incoming_); !status.ok()) {
      End(ToGrpc(status));
    } else {
      Pump();
    }
  }

  void Pump() {
    if (!writing_ && session_->NextMessage(&outgoing_)) {
      writing_ = true;
      StartWrite(&outgoing_);
    }
    if (!reading_ && session_->WantsMore()) {
      reading_ = true;
      StartRead(&incoming_);
    }
  }

  const std::string peer_;
  FromProxy incoming_;
  FromNamerd outgoing_;
  // The loop's.
  std::unique_ptr<ProxySession> session_;
  bool reading_ = false;
  bool writing_ = false;
};

class ExplainCall : public UnaryCall {
 public:
  ExplainCall(std::shared_ptr<CallRegistry> calls, const ExplainRequest* request, ExplainResponse* response)
      : UnaryCall(std::move(calls)), request_(*request), response_(*response) {}

 private:
  void Begin() override {
    if (const absl::Status status = Explain(); !status.ok()) End(ToGrpc(status));
  }

  absl::Status Explain() {
    ASSIGN_OR_RETURN(const Path path, FromProto(request_.path()));
    ASSIGN_OR_RETURN(const Dtab local, FromProto(request_.local()));
    if (request_.namespace_().empty()) return absl::InvalidArgumentError("no namespace given");
    const ExplainDetail detail = request_.detail() ? ExplainDetail::kFull : ExplainDetail::kPlain;
    const auto interpreter = calls().namespaces.InterpreterOf(request_.namespace_());
    Keep(interpreter->Explain(local, path, detail,
                              [this, interpreter](const absl::StatusOr<std::string>& json) {
                                if (json.ok()) response_.set_json(*json);
                                End(ToGrpc(json.status()));
                              }));
    return absl::OkStatus();
  }

  const ExplainRequest& request_;
  ExplainResponse& response_;
};

class MeshService : public mesh::v1::Mesh::CallbackService {
 public:
  explicit MeshService(std::shared_ptr<CallRegistry> calls) : calls_(std::move(calls)) {}

  grpc::ServerBidiReactor<FromProxy, FromNamerd>* Connect(grpc::CallbackServerContext* context) override {
    return Launch<ConnectCall>(calls_, context->peer());
  }
  grpc::ServerUnaryReactor* Explain(grpc::CallbackServerContext*, const ExplainRequest* request,
                                    ExplainResponse* response) override {
    return Launch<ExplainCall>(calls_, request, response);
  }

 private:
  const std::shared_ptr<CallRegistry> calls_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeMeshService(std::shared_ptr<CallRegistry> calls) {
  return std::make_unique<MeshService>(std::move(calls));
}

}  // namespace heddle::namerd
