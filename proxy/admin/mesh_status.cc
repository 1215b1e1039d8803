#include "proxy/admin/mesh_status.h"

#include <utility>

namespace heddle {

MeshStatus::MeshStatus(std::shared_ptr<MeshClient> client, std::string ns, const Scope& router)
    : client_(std::move(client)),
      ns_(std::move(ns)),
      set_(router.Child("interpreter")),
      connected_(set_.AddGauge({"connected"})),
      reconnects_(set_.AddGauge({"reconnects"})),
      revision_(set_.AddGauge({"revision"})) {
  subscription_ = client_->connected()->Subscribe([this](bool connected) {
    ready_ = ready_ || connected;
    connected_.Set(connected ? 1 : 0);
    reconnects_.Set(static_cast<double>(client_->reconnects()));
  });
}

void MeshStatus::OnApplied(const MeshClient& client, const std::string& ns, DtabVersion version) {
  if (&client == client_.get() && ns == ns_) revision_.Set(static_cast<double>(version.revision));
}

std::string MeshStatus::Peer() const { return "namerd at " + client_->options().target; }

}  // namespace heddle
