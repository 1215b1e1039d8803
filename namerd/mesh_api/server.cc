#include "namerd/mesh_api/server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>

#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/base/socket_address.h"
#include "lib/mesh/grpc_log.h"
#include "lib/mesh/limits.h"
#include "namerd/mesh_api/call_registry.h"
#include "namerd/mesh_api/services.h"

namespace heddle::namerd {

struct MeshServer::Impl {
  Impl(Loop& loop, Namespaces& namespaces, Fleet& fleet, NamesInUse& names_in_use)
      : calls(std::make_shared<CallRegistry>(loop, namespaces, fleet, names_in_use)) {
    services.push_back(MakeMeshService(calls));
    services.push_back(MakeInterpreterService(calls));
    services.push_back(MakeResolverService(calls));
    services.push_back(MakeDelegatorService(calls));
    services.push_back(MakeCodecService());
  }

  const std::shared_ptr<CallRegistry> calls;
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::unique_ptr<grpc::Server> server;
};

MeshServer::MeshServer(Loop& loop, Namespaces& namespaces, Fleet& fleet, NamesInUse& names_in_use)
    : impl_(std::make_unique<Impl>(loop, namespaces, fleet, names_in_use)) {}

MeshServer::~MeshServer() { Shutdown(); }

absl::StatusOr<uint16_t> MeshServer::Listen(const std::string& ip, uint16_t port) {
  HEDDLE_CHECK(impl_->server == nullptr);
  ASSIGN_OR_RETURN(const SocketAddress address, SocketAddress::Parse(ip, port));
  RouteGrpcLog();
  grpc::ServerBuilder builder;
  // A second namerd on the port is an error, not half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Proxies ping every few seconds; one that is cut off is noticed within 15 s.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 500);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.SetMaxReceiveMessageSize(mesh_limits::kMaxMessageBytes);
  int bound_port = 0;
  builder.AddListeningPort(address.ToString(), grpc::InsecureServerCredentials(), &bound_port);
  for (const auto& service : impl_->services) builder.RegisterService(service.get());
  impl_->server = builder.BuildAndStart();
  if (impl_->server == nullptr || bound_port == 0) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", address.ToString(),
                     " for the mesh: is the port in use, or the address not of this host?"));
  }
  return static_cast<uint16_t>(bound_port);
}

void MeshServer::Shutdown(Millis limit) {
  impl_->calls->Close();
  if (impl_->server == nullptr) return;
  impl_->server->Shutdown(std::chrono::system_clock::now() + limit);
  impl_->server->Wait();
  impl_->server = nullptr;
}

}  // namespace heddle::namerd
