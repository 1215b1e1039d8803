#include "namerd/mesh_api/server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/mesh/grpc_log.h"
#include "lib/mesh/limits.h"
#include "namerd/mesh_api/call_registry.h"
#include "namerd/mesh_api/services.h"

namespace heddle::namerd {
namespace {

void SetLimits(grpc::ServerBuilder& builder, const MeshPings& pings) {
  // A second namerd on the port is an error, not half of the connections.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Proxies ping every few seconds, too.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 500);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, static_cast<int>(pings.after.count()));
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, static_cast<int>(pings.timeout.count()));
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  builder.SetMaxReceiveMessageSize(mesh_limits::kMaxMessageBytes);
}

}  // namespace

struct MeshServer::Impl {
  Impl(Loop& loop, Namespaces& namespaces, Fleet& fleet, NamesInUse& names_in_use, TrafficBook& traffic,
       MeshPings on_idle)
      : pings(on_idle),
        calls(std::make_shared<CallRegistry>(loop, namespaces, fleet, names_in_use, traffic)) {
    services.push_back(MakeMeshService(calls));
    services.push_back(MakeInterpreterService(calls));
    services.push_back(MakeResolverService(calls));
    services.push_back(MakeDelegatorService(calls));
    services.push_back(MakeCodecService());
  }

  const MeshPings pings;
  const std::shared_ptr<CallRegistry> calls;
  std::vector<std::unique_ptr<grpc::Service>> services;
  std::unique_ptr<grpc::experimental::ExternalConnectionAcceptor> acceptor;
  std::unique_ptr<grpc::Server> server;
};

MeshServer::MeshServer(Loop& loop, Namespaces& namespaces, Fleet& fleet, NamesInUse& names_in_use,
                       TrafficBook& traffic, MeshPings pings)
    : impl_(std::make_unique<Impl>(loop, namespaces, fleet, names_in_use, traffic, pings)) {}

MeshServer::~MeshServer() { Shutdown(); }

absl::StatusOr<std::vector<uint16_t>> MeshServer::Serve(const std::vector<SocketAddress>& addresses) {
  HEDDLE_CHECK(impl_->server == nullptr);
  RouteGrpcLog();
  grpc::ServerBuilder builder;
  SetLimits(builder, impl_->pings);
  std::vector<int> ports(addresses.size(), 0);
  for (size_t i = 0; i < addresses.size(); ++i) {
    builder.AddListeningPort(addresses[i].ToString(), grpc::InsecureServerCredentials(), &ports[i]);
  }
  impl_->acceptor = builder.experimental().AddExternalConnectionAcceptor(
      grpc::ServerBuilder::experimental_type::ExternalConnectionType::FROM_FD,
      grpc::InsecureServerCredentials());
  for (const auto& service : impl_->services) builder.RegisterService(service.get());
  impl_->server = builder.BuildAndStart();
  // They are taken in this order, up to the first that cannot be.
  const auto failed = std::find(ports.begin(), ports.end(), 0);
  if (failed != ports.end()) {
    return absl::UnavailableError(
        absl::StrCat("cannot listen on ", addresses[failed - ports.begin()].ToString(),
                     " for the mesh stream: is the port in use, or the address not of this host?"));
  }
  if (impl_->server == nullptr) return absl::InternalError("gRPC does not start; see the log");
  return std::vector<uint16_t>(ports.begin(), ports.end());
}

void MeshServer::Adopt(int fd, const std::string& received) {
  if (impl_->server == nullptr) {
    close(fd);
    return;
  }
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters connection;
  connection.fd = fd;
  const grpc::Slice bytes(received);
  connection.read_buffer = grpc::ByteBuffer(&bytes, 1);
  impl_->acceptor->HandleNewConnection(&connection);
}

void MeshServer::Shutdown(Millis limit) {
  impl_->calls->Close();
  if (impl_->server == nullptr) return;
  impl_->server->Shutdown(std::chrono::system_clock::now() + limit);
  impl_->server->Wait();
  impl_->server = nullptr;
}

}  // namespace heddle::namerd
