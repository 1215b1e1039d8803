// ProxySession's outgoing half: what is told when a thing's turn has come.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/utf8.h"
#include "lib/mesh/convert.h"
#include "namerd/mesh_api/proxy_session.h"
#include "namerd/mesh_api/proxy_session_parts.h"
#include "proto/mesh.pb.h"

namespace heddle::namerd {
namespace {

using mesh::v1::FromNamerd;

void WriteVersion(DtabVersion version, mesh::v1::DtabVersion* out) {
  out->set_epoch(version.epoch);
  out->set_revision(version.revision);
}

}  // namespace

bool ProxySession::NextMessage(FromNamerd* out) {
  const Call call(*this, Call::By::kCaller);
  out->Clear();
  if (std::exchange(welcome_due_, false)) {
    out->mutable_welcome()->set_traffic_interval_ms(kTrafficInterval.count());
    return true;
  }
  if (const uint64_t request = intake_ ? intake_->NextRequest() : 0; request != 0) {
    out->mutable_traffic_request()->set_id(request);
    return true;
  }
  if (!refused_.empty()) {
    auto* binding = out->mutable_binding();
    binding->set_subscription(refused_.front().first);
    binding->set_failed(Utf8(refused_.front().second));
    refused_.pop_front();
    return true;
  }
  while (!queue_.empty()) {
    const auto tell = [&](auto* thing) {
      thing->place.reset();
      const Told told = Tell(*thing, out);
      if (told == Told::kSome) thing->place = queue_.insert(queue_.begin(), thing);
      return told;
    };
    const auto thing = queue_.front();
    queue_.pop_front();
    if (std::visit(tell, thing) != Told::kNothing) return true;
  }
  return false;
}

ProxySession::Told ProxySession::Tell(Name& name, FromNamerd* out) {
  const Activity<Binding>& now = name.watch->Get();
  if (now.value) {
    // It is to be replaced, by what is still being looked up.
    if (now.value->settling) Wait(name);
    const bool differs = name.digest != name.peer_digest;
    const bool recovered = !name.failure.empty() && !now.failed();
    if (differs || recovered || !name.answered) {
      // What works is not replaced by what is not yet known to work.
      const bool unknown = std::any_of(name.next.begin(), name.next.end(),
                                       [](const Client* client) { return client->endpoints.unknown(); });
      if (differs && name.peer_digest != 0 && unknown) {
        Wait(name);
        return Told::kNothing;
      }
      return TellTree(name, *now.value, out);
    }
  } else if (!now.failed()) {
    if (name.peer_digest != 0) Wait(name);
    return Told::kNothing;
  }
  if (!now.failed()) return Told::kNothing;
  return TellFailure(name, now.value ? now.value->version : DtabVersion{}, now.error.message(), out);
}

ProxySession::Told ProxySession::TellTree(Name& name, const Binding& binding, FromNamerd* out) {
  for (Client* client : name.next) {
    if (client->endpoints.sent()) continue;
    client->endpoints.Write(out->mutable_endpoint_set());
    return Told::kSome;
  }
  auto* message = out->mutable_binding();
  if (name.digest == name.peer_digest) {
    message->mutable_unchanged();
  } else if (const absl::Status status = ToProto(binding.tree, message->mutable_tree()); !status.ok()) {
    out->Clear();
    return TellFailure(name, binding.version, status.message(), out);
  }
  message->set_subscription(name.id);
  message->set_digest(name.digest);
  WriteVersion(binding.version, message->mutable_version());
  name.answered = true;
  name.peer_digest = name.digest;
  name.failure.clear();
  for (Client* client : name.next) ++client->refs;
  const std::vector<Client*> replaced = std::exchange(name.told, name.next);
  Unref(replaced);
  return name.watch->Get().failed() ? Told::kSome : Told::kAll;
}

ProxySession::Told ProxySession::TellFailure(Name& name, DtabVersion version, absl::string_view why,
                                             FromNamerd* out) {
  std::string failure = Utf8(why);
  if (failure.empty()) failure = "the name cannot be bound";
  if (failure == name.failure) return Told::kNothing;
  name.failure = std::move(failure);
  auto* message = out->mutable_binding();
  message->set_subscription(name.id);
  message->set_failed(name.failure);
  WriteVersion(version, message->mutable_version());
  return Told::kAll;
}

ProxySession::Told ProxySession::Tell(Client& client, FromNamerd* out) {
  auto* message = out->mutable_endpoint_set();
  if (client.refs > 0) {
    if (client.endpoints.Write(message)) return Told::kAll;
    out->Clear();
    return Told::kNothing;
  }
  ToProto(client.endpoints.id(), message->mutable_client());
  message->set_state(mesh::v1::EndpointSet::WITHDRAWN);
  clients_.erase(Path(client.endpoints.id()));
  return Told::kAll;
}

ProxySession::Told ProxySession::Tell(FollowedNamespace& ns, FromNamerd* out) {
  if (ns.waiting > 0) {
    ns.blocked = true;
    return Told::kNothing;
  }
  ns.synced = ns.queued;
  member_->Synced(ns.name, ns.queued);
  out->mutable_synced()->set_namespace_(ns.name);
  WriteVersion(ns.queued, out->mutable_synced()->mutable_version());
  EnqueueSynced(ns);  // it may have moved on meanwhile
  return Told::kAll;
}

}  // namespace heddle::namerd
