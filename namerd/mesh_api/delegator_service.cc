// io.linkerd.mesh.Delegator.
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/mesh/convert.h"
#include "lib/mesh/limits.h"
#include "lib/naming/local_interpreter.h"
#include "namerd/mesh_api/delegate_proto.h"
#include "namerd/mesh_api/reactors.h"
#include "namerd/mesh_api/root.h"
#include "namerd/mesh_api/services.h"
#include "proto/delegator.grpc.pb.h"

namespace heddle::namerd {
namespace {

namespace wire = io::linkerd::mesh;
using DtabActivity = Activity<std::optional<VersionedDtab>>;

absl::Status RootNotFound() { return absl::NotFoundError("Root not found"); }

// The version is that of the HTTP API's ETag: 8 bytes, most significant first.
absl::Status WriteDtab(const VersionedDtab& from, wire::VersionedDtab* out) {
  std::string id;
  for (int shift = 56; shift >= 0; shift -= 8)
    id.push_back(static_cast<char>(from.version.revision >> shift));
  out->mutable_version()->set_id(std::move(id));
  return ToProto(*from.dtab, out->mutable_dtab());
}

class GetDtab : public UnaryCall {
 public:
  GetDtab(std::shared_ptr<CallRegistry> calls, const wire::DtabReq* request, wire::DtabRsp* response)
      : UnaryCall(std::move(calls)), request_(*request), response_(*response) {}

 private:
  void Begin() override {
    const auto ns = NamespaceOf(request_);
    if (!ns.ok()) return End(ToGrpc(ns.status()));
    Keep(calls().namespaces.DtabOf(*ns)->Subscribe([this](const DtabActivity& now) { Show(now); }));
  }

  void Show(const DtabActivity& now) {
    if (now.pending()) return;
    if (!now.value) return End(ToGrpc(now.error));
    if (!now.value->has_value()) return End(ToGrpc(RootNotFound()));
    End(ToGrpc(WriteDtab(**now.value, response_.mutable_dtab())));
  }

  const wire::DtabReq& request_;
  wire::DtabRsp& response_;
};

class StreamDtab : public StreamCall<wire::DtabRsp> {
 public:
  StreamDtab(std::shared_ptr<CallRegistry> calls, const wire::DtabReq* request)
      : StreamCall(std::move(calls)), request_(*request) {}

 private:
  void Begin() override {
    const auto ns = NamespaceOf(request_);
    if (!ns.ok()) return End(ToGrpc(ns.status()));
    Keep(calls().namespaces.DtabOf(*ns)->Subscribe([this](const DtabActivity& now) { Show(now); }));
  }

  void Show(const DtabActivity& now) {
    if (now.pending()) return;
    if (!now.value) return EndAfterSent(ToGrpc(now.error));
    if (!now.value->has_value()) return EndAfterSent(ToGrpc(RootNotFound()));
    wire::DtabRsp response;
    if (const absl::Status status = WriteDtab(**now.value, response.mutable_dtab()); !status.ok()) {
      return EndAfterSent(ToGrpc(status));
    }
    Send(std::move(response));
  }

  const wire::DtabReq& request_;
};

// Explains what `request` asks for.
absl::StatusOr<Subscription> Delegate(Namespaces& namespaces, const wire::DelegateTreeReq& request,
                                      LocalInterpreter::DelegateDone done) {
  ASSIGN_OR_RETURN(const std::string ns, NamespaceOf(request));
  if (!request.has_tree()) return absl::NotFoundError("No name given: tree is missing");
  ASSIGN_OR_RETURN(const NameTree<Path> tree, FromProto(request.tree()));
  ASSIGN_OR_RETURN(const Dtab dtab, FromProto(request.dtab()));
  const auto interpreter = namespaces.InterpreterOf(ns);
  return interpreter->Delegate(dtab, tree,
                               [interpreter, done = std::move(done)](absl::StatusOr<DelegateTree> explained) {
                                 done(std::move(explained));
                               });
}

// Takes and gives bytes: a request that gRPC cannot read, because it is nested deeper than protobuf follows,
// would end as UNIMPLEMENTED without a word.
class GetDelegateTree : public UnaryCall {
 public:
  GetDelegateTree(std::shared_ptr<CallRegistry> calls, const grpc::ByteBuffer* request,
                  grpc::ByteBuffer* response)
      : UnaryCall(std::move(calls)), request_(*request), response_(*response) {}

 private:
  void Begin() override {
    wire::DelegateTreeReq request;
    if (!grpc::SerializationTraits<wire::DelegateTreeReq>::Deserialize(&request_, &request).ok()) {
      return End(ToGrpc(absl::InvalidArgumentError(absl::StrCat(
          "the request cannot be read: it is malformed, or its tree or dtab is nested too deep; at most ",
          mesh_limits::kMaxTreeDepth, " levels are accepted"))));
    }
    auto explaining = Delegate(calls().namespaces, request,
                               [this](const absl::StatusOr<DelegateTree>& tree) { End(Answer(tree)); });
    if (explaining.ok()) {
      Keep(*std::move(explaining));
    } else {
      End(ToGrpc(explaining.status()));
    }
  }

  grpc::Status Answer(const absl::StatusOr<DelegateTree>& tree) {
    if (!tree.ok()) return ToGrpc(tree.status());
    wire::DelegateTreeRsp answer;
    ToProto(*tree, answer.mutable_tree());
    bool own_buffer = false;
    return grpc::SerializationTraits<wire::DelegateTreeRsp>::Serialize(answer, &response_, &own_buffer);
  }

  grpc::ByteBuffer request_;
  grpc::ByteBuffer& response_;
};

class StreamDelegateTree : public StreamCall<wire::DelegateTreeRsp> {
 public:
  StreamDelegateTree(std::shared_ptr<CallRegistry> calls, const wire::DelegateTreeReq* request)
      : StreamCall(std::move(calls)), request_(*request) {}

 private:
  void Begin() override {
    auto explaining =
        Delegate(calls().namespaces, request_, [this](const absl::StatusOr<DelegateTree>& tree) {
          if (tree.ok()) {
            wire::DelegateTreeRsp response;
            ToProto(*tree, response.mutable_tree());
            Send(std::move(response));
          }
          EndAfterSent(ToGrpc(tree.status()));
        });
    if (explaining.ok()) {
      Keep(*std::move(explaining));
    } else {
      End(ToGrpc(explaining.status()));
    }
  }

  const wire::DelegateTreeReq& request_;
};

using DelegatorMethods = wire::Delegator::WithCallbackMethod_GetDtab<
    wire::Delegator::WithCallbackMethod_StreamDtab<wire::Delegator::WithRawCallbackMethod_GetDelegateTree<
        wire::Delegator::WithCallbackMethod_StreamDelegateTree<wire::Delegator::Service>>>>;

class DelegatorService : public DelegatorMethods {
 public:
  explicit DelegatorService(std::shared_ptr<CallRegistry> calls) : calls_(std::move(calls)) {}

  grpc::ServerUnaryReactor* GetDtab(grpc::CallbackServerContext*, const wire::DtabReq* request,
                                    wire::DtabRsp* response) override {
    return Launch<namerd::GetDtab>(calls_, request, response);
  }
  grpc::ServerWriteReactor<wire::DtabRsp>* StreamDtab(grpc::CallbackServerContext*,
                                                      const wire::DtabReq* request) override {
    return Launch<namerd::StreamDtab>(calls_, request);
  }
  grpc::ServerUnaryReactor* GetDelegateTree(grpc::CallbackServerContext*, const grpc::ByteBuffer* request,
                                            grpc::ByteBuffer* response) override {
    return Launch<namerd::GetDelegateTree>(calls_, request, response);
  }
  grpc::ServerWriteReactor<wire::DelegateTreeRsp>* StreamDelegateTree(
      grpc::CallbackServerContext*, const wire::DelegateTreeReq* request) override {
    return Launch<namerd::StreamDelegateTree>(calls_, request);
  }

 private:
  const std::shared_ptr<CallRegistry> calls_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeDelegatorService(std::shared_ptr<CallRegistry> calls) {
  return std::make_unique<DelegatorService>(std::move(calls));
}

}  // namespace heddle::namerd
