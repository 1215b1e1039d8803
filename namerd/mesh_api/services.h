// The gRPC services of the mesh port, each to be registered with one server. For server.cc.
#ifndef HEDDLE_NAMERD_MESH_API_SERVICES_H_
#define HEDDLE_NAMERD_MESH_API_SERVICES_H_

#include <memory>

namespace grpc {
class Service;
}

namespace heddle::namerd {

class CallRegistry;

std::unique_ptr<grpc::Service> MakeMeshService(std::shared_ptr<CallRegistry> calls);

// Linkerd 1.x's, with its statuses. Source: io.buoyant.namerd.iface.mesh.
std::unique_ptr<grpc::Service> MakeInterpreterService(std::shared_ptr<CallRegistry> calls);
std::unique_ptr<grpc::Service> MakeResolverService(std::shared_ptr<CallRegistry> calls);
std::unique_ptr<grpc::Service> MakeDelegatorService(std::shared_ptr<CallRegistry> calls);
// Pure: it needs no loop.
std::unique_ptr<grpc::Service> MakeCodecService();

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_MESH_API_SERVICES_H_
