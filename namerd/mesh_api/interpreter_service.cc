// io.linkerd.mesh.Interpreter.
#include <memory>
#include <utility>

#include "lib/mesh/convert.h"
#include "lib/mesh/digest.h"
#include "lib/naming/local_interpreter.h"
#include "namerd/mesh_api/reactors.h"
#include "namerd/mesh_api/root.h"
#include "namerd/mesh_api/services.h"
#include "proto/interpreter.grpc.pb.h"

namespace heddle::namerd {
namespace {

namespace wire = io::linkerd::mesh;
using BindingObserver = std::function<void(const Activity<Binding>&)>;

// What a request asks for.
struct Asked {
  std::string ns;
  Path name;
  Dtab dtab;
};

absl::StatusOr<Asked> Read(const wire::BindReq& request) {
  Asked asked;
  ASSIGN_OR_RETURN(asked.ns, NamespaceOf(request));
  if (request.name().elems().empty()) return absl::NotFoundError("No name given: name is missing or empty");
  ASSIGN_OR_RETURN(asked.name, FromProto(request.name()));
  ASSIGN_OR_RETURN(asked.dtab, FromProto(request.dtab()));
  return asked;
}

Subscription FollowBinding(Namespaces& namespaces, const Asked& asked, BindingObserver observer) {
  const auto interpreter = namespaces.InterpreterOf(asked.ns);
  return interpreter->Bind(asked.dtab, asked.name)
      ->Subscribe(
          [interpreter, observer = std::move(observer)](const Activity<Binding>& now) { observer(now); });
}

class GetBoundTree : public UnaryCall {
 public:
  GetBoundTree(std::shared_ptr<CallRegistry> calls, const wire::BindReq* request,
               wire::BoundTreeRsp* response)
      : UnaryCall(std::move(calls)), request_(*request), response_(*response) {}

 private:
  void Begin() override {
    const auto asked = Read(request_);
    if (!asked.ok()) return End(ToGrpc(asked.status()));
    Keep(FollowBinding(calls().namespaces, *asked, [this](const auto& now) { Show(now); }));
  }

  void Show(const Activity<Binding>& now) {
    if (now.pending()) return;
    End(ToGrpc(now.value ? ToProto(now.value->tree, response_.mutable_tree()) : now.error));
  }

  const wire::BindReq& request_;
  wire::BoundTreeRsp& response_;
};

class StreamBoundTree : public StreamCall<wire::BoundTreeRsp> {
 public:
  StreamBoundTree(std::shared_ptr<CallRegistry> calls, const wire::BindReq* request)
      : StreamCall(std::move(calls)), request_(*request) {}

 private:
  void Begin() override {
    const auto asked = Read(request_);
    if (!asked.ok()) return End(ToGrpc(asked.status()));
    in_use_ = calls().names_in_use.Follow(asked->ns, asked->name, asked->dtab);
    Keep(FollowBinding(calls().namespaces, *asked, [this](const auto& now) { Show(now); }));
  }
  void Release() override { in_use_.Cancel(); }

  // An error ends the stream only if there is nothing to go on with.
  void Show(const Activity<Binding>& now) {
    if (now.pending()) return;
    if (!now.value) return EndAfterSent(ToGrpc(now.error));
    const uint64_t digest = DigestOf(now.value->tree);
    if (std::exchange(digest_, digest) == digest) return;
    wire::BoundTreeRsp response;
    if (const absl::Status status = ToProto(now.value->tree, response.mutable_tree()); !status.ok()) {
      return EndAfterSent(ToGrpc(status));
    }
    Send(std::move(response));
  }

  const wire::BindReq& request_;
  uint64_t digest_ = 0;  // of the tree sent last
  Subscription in_use_;
};

class InterpreterService : public wire::Interpreter::CallbackService {
 public:
  explicit InterpreterService(std::shared_ptr<CallRegistry> calls) : calls_(std::move(calls)) {}

  grpc::ServerUnaryReactor* GetBoundTree(grpc::CallbackServerContext*, const wire::BindReq* request,
                                         wire::BoundTreeRsp* response) override {
    return Launch<namerd::GetBoundTree>(calls_, request, response);
  }
  grpc::ServerWriteReactor<wire::BoundTreeRsp>* StreamBoundTree(grpc::CallbackServerContext*,
                                                                const wire::BindReq* request) override {
    return Launch<namerd::StreamBoundTree>(calls_, request);
  }

 private:
  const std::shared_ptr<CallRegistry> calls_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeInterpreterService(std::shared_ptr<CallRegistry> calls) {
  return std::make_unique<InterpreterService>(std::move(calls));
}

}  // namespace heddle::namerd
