// io.linkerd.mesh.Resolver.
#include <memory>
#include <utility>

#include "lib/base/utf8.h"
#include "lib/mesh/convert.h"
#include "namerd/mesh_api/reactors.h"
#include "namerd/mesh_api/services.h"
#include "proto/resolver.grpc.pb.h"

namespace heddle::namerd {
namespace {

namespace wire = io::linkerd::mesh;

// Finagle's metadata key of an endpoint's weight. Source: com.twitter.finagle.addr.WeightedAddress.
constexpr char kWeightKey[] = "endpoint_addr_weight";

void WriteEndpoint(const Endpoint& endpoint, wire::Endpoint* out) {
  const absl::string_view bytes = endpoint.address.bytes();
  out->set_inet_af(endpoint.address.is_v6() ? wire::Endpoint::INET6 : wire::Endpoint::INET4);
  out->set_address(bytes.data(), bytes.size());
  out->set_port(endpoint.address.port());
  for (const auto& [key, value] : endpoint.meta) (*out->mutable_metadata())[Utf8(key)] = Utf8(value);
  if (endpoint.weight != 1.0) (*out->mutable_metadata())[kWeightKey] = absl::StrCat(endpoint.weight);
  if (const auto node = endpoint.meta.find("nodeName"); node != endpoint.meta.end()) {
    out->mutable_meta()->set_nodename(Utf8(node->second));
  }
}

void WriteReplicas(const Addr& addr, wire::Replicas* out) {
  switch (addr.state) {
    case AddrState::kPending:
      out->mutable_pending();
      break;
    case AddrState::kAbsent:
      out->mutable_neg();
      break;
    case AddrState::kFailed:
      out->mutable_failed()->set_message(Utf8(addr.error.message()));
      break;
    case AddrState::kBound: {
      auto* bound = out->mutable_bound();
      for (const Endpoint& endpoint : *addr.endpoints) WriteEndpoint(endpoint, bound->add_endpoints());
      for (const auto& [key, value] : addr.meta) (*bound->mutable_metadata())[Utf8(key)] = Utf8(value);
      break;
    }
  }
}

// Linkerd answers a request without an id as a failed set, not with an error.
Addr NoId() { return Addr::Failed(absl::InvalidArgumentError("No ID provided")); }

absl::StatusOr<std::shared_ptr<Watch<Addr>>> Resolve(Namespaces& namespaces,
                                                     const wire::ReplicasReq& request) {
  if (request.id().elems().empty()) return Constant(NoId());
  ASSIGN_OR_RETURN(const Path id, FromProto(request.id()));
  return namespaces.Resolve(id);
}

class GetReplicas : public UnaryCall {
 public:
  GetReplicas(std::shared_ptr<CallRegistry> calls, const wire::ReplicasReq* request, wire::Replicas* response)
      : UnaryCall(std::move(calls)), request_(*request), response_(*response) {}

 private:
  void Begin() override {
    const auto watch = Resolve(calls().namespaces, request_);
    if (!watch.ok()) return End(ToGrpc(watch.status()));
    Keep((*watch)->Subscribe([this](const Addr& addr) {
      if (addr.state == AddrState::kPending) return;
      WriteReplicas(addr, &response_);
      End(grpc::Status::OK);
    }));
  }

  const wire::ReplicasReq& request_;
  wire::Replicas& response_;
};

class StreamReplicas : public StreamCall<wire::Replicas> {
 public:
  StreamReplicas(std::shared_ptr<CallRegistry> calls, const wire::ReplicasReq* request)
      : StreamCall(std::move(calls)), request_(*request) {}

 private:
  void Begin() override {
    const auto watch = Resolve(calls().namespaces, request_);
    if (!watch.ok()) return End(ToGrpc(watch.status()));
    Keep((*watch)->Subscribe([this](const Addr& addr) {
      wire::Replicas response;
      WriteReplicas(addr, &response);
      Send(std::move(response));
    }));
  }

  const wire::ReplicasReq& request_;
};

class ResolverService : public wire::Resolver::CallbackService {
 public:
  explicit ResolverService(std::shared_ptr<CallRegistry> calls) : calls_(std::move(calls)) {}

  grpc::ServerUnaryReactor* GetReplicas(grpc::CallbackServerContext*, const wire::ReplicasReq* request,
                                        wire::Replicas* response) override {
    return Launch<namerd::GetReplicas>(calls_, request, response);
  }
  grpc::ServerWriteReactor<wire::Replicas>* StreamReplicas(grpc::CallbackServerContext*,
                                                           const wire::ReplicasReq* request) override {
    return Launch<namerd::StreamReplicas>(calls_, request);
  }

 private:
  const std::shared_ptr<CallRegistry> calls_;
};

}  // namespace

std::unique_ptr<grpc::Service> MakeResolverService(std::shared_ptr<CallRegistry> calls) {
  return std::make_unique<ResolverService>(std::move(calls));
}

}  // namespace heddle::namerd
