// io.linkerd.mesh.Codec.
#include <grpcpp/grpcpp.h>

#include <memory>
#include <utility>

#include "lib/mesh/convert.h"
#include "lib/mesh/grpc_status.h"
#include "namerd/mesh_api/services.h"
#include "proto/codec.grpc.pb.h"

namespace heddle::namerd {
namespace {

namespace wire = io::linkerd::mesh;

grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const absl::Status& status) {
  auto* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpc(status));
  return reactor;
}

class CodecService : public wire::Codec::CallbackService {
 public:
  grpc::ServerUnaryReactor* ReadDtab(grpc::CallbackServerContext* context, const wire::ReadDtabReq* request,
                                     wire::ReadDtabRsp* response) override {
    const auto dtab = Dtab::Parse(request->text());
    return Answer(context, dtab.ok() ? ToProto(*dtab, response->mutable_dtab()) : dtab.status());
  }
  grpc::ServerUnaryReactor* ShowDtab(grpc::CallbackServerContext* context, const wire::ShowDtabReq* request,
                                     wire::ShowDtabRsp* response) override {
    const auto dtab = FromProto(request->dtab());
    if (dtab.ok()) response->set_text(dtab->Show());
    return Answer(context, dtab.status());
  }
  grpc::ServerUnaryReactor* ReadPath(grpc::CallbackServerContext* context, const wire::ReadPathReq* request,
                                     wire::ReadPathRsp* response) override {
    // proto3 does not tell an empty text from none: both are the empty path, as in Linkerd.
    const auto path = request->text().empty() ? Path() : Path::Parse(request->text());
    if (path.ok()) ToProto(*path, response->mutable_path());
    return Answer(context, path.status());
  }
  grpc::ServerUnaryReactor* ShowPath(grpc::CallbackServerContext* context, const wire::ShowPathReq* request,
                                     wire::ShowPathRsp* response) override {
    if (!request->has_path()) return Answer(context, absl::OkStatus());
    const auto path = FromProto(request->path());
    if (path.ok()) response->set_text(path->Show());
    return Answer(context, path.status());
  }
};

}  // namespace

std::unique_ptr<grpc::Service> MakeCodecService() { return std::make_unique<CodecService>(); }

}  // namespace heddle::namerd
