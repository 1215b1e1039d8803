#include "lib/interpreters/mesh_clients.h"

#include <utility>

namespace heddle {

std::shared_ptr<MeshClient> MeshClients::Get(MeshClientOptions options) {
  options.version = version_;
  for (const auto& client : clients_) {
    options.proxy_id = client->options().proxy_id;  // chosen by the client
    if (client->options() == options) return client;
  }
  options.proxy_id.clear();
  clients_.push_back(std::make_shared<MeshClient>(loop_, std::move(options)));
  return clients_.back();
}

}  // namespace heddle
