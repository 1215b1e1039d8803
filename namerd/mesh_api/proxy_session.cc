#include "namerd/mesh_api/proxy_session.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/mesh/convert.h"
#include "lib/mesh/digest.h"
#include "lib/mesh/limits.h"
#include "namerd/mesh_api/proxy_session_parts.h"
#include "proto/mesh.pb.h"

namespace heddle::namerd {
namespace {

using mesh::v1::FromProxy;

DtabVersion ReadVersion(const mesh::v1::DtabVersion& version) {
  return {version.epoch(), version.revision()};
}

absl::Status CheckText(absl::string_view what, const std::string& text) {
  if (text.size() <= mesh_limits::kMaxTextBytes) return absl::OkStatus();
  return absl::InvalidArgumentError(absl::StrCat(what, " has ", text.size(), " bytes; at most ",
                                                 mesh_limits::kMaxTextBytes, " are accepted"));
}

}  // namespace

ProxySession::ProxySession(Namespaces& namespaces, Fleet& fleet, NamesInUse& names_in_use,
                           TrafficBook& traffic, std::string peer, std::function<void()> on_outgoing)
    : namespaces_(namespaces),
      fleet_(fleet),
      names_in_use_(names_in_use),
      traffic_(traffic),
      peer_(std::move(peer)),
      on_outgoing_(std::move(on_outgoing)) {}

ProxySession::~ProxySession() = default;

absl::Status ProxySession::Receive(const FromProxy& message) {
  const Call call(*this, Call::By::kCaller);
  if (message.has_hello()) return ReceiveHello(message.hello());
  if (!member_) return absl::InvalidArgumentError("the first message of a mesh stream has to be hello");
  switch (message.message_case()) {
    case FromProxy::kSubscribe:
      return ReceiveSubscribe(message.subscribe());
    case FromProxy::kUnsubscribe:
      Unsubscribe(message.unsubscribe().id());
      return absl::OkStatus();
    case FromProxy::kResumed:
      Resume();
      return absl::OkStatus();
    case FromProxy::kApplied:
      member_->Applied(message.applied().namespace_(), ReadVersion(message.applied().version()));
      return absl::OkStatus();
    case FromProxy::kRejected: {
      const std::string error = message.rejected().error().substr(0, mesh_limits::kMaxTextBytes);
      Log(LogLevel::kWarning) << "mesh: proxy at " << peer_ << " cannot use what it was sent: " << error;
      member_->Rejected(error);
      return absl::OkStatus();
    }
    case FromProxy::kTraffic:
      ReceiveTraffic(message.traffic());
      return absl::OkStatus();
    default:  // what later versions say
      return absl::OkStatus();
  }
}

// A report that is wrong is no reason to lose the stream: the proxy has to go on routing.
void ProxySession::ReceiveTraffic(const mesh::v1::Traffic& report) {
  const absl::Status status = intake_->Receive(report);
  if (status.ok()) return;
  const std::string error = absl::StrCat("traffic report: ", status.message());
  member_->Rejected(error.substr(0, mesh_limits::kMaxTextBytes));
  if (std::exchange(complained_, true)) return;
  Log(LogLevel::kWarning) << "mesh: of what the proxy at " << peer_ << " reports not all counts: " << error;
}

absl::Status ProxySession::ReceiveHello(const mesh::v1::Hello& hello) {
  if (member_) return absl::InvalidArgumentError("a second hello on one mesh stream");
  if (hello.proxy_id().empty()) return absl::InvalidArgumentError("hello without a proxy_id");
  RETURN_IF_ERROR(CheckText("proxy_id", hello.proxy_id()));
  RETURN_IF_ERROR(CheckText("node", hello.node()));
  RETURN_IF_ERROR(CheckText("version", hello.version()));
  if (static_cast<size_t>(hello.endpoint_sets_size()) > mesh_limits::kMaxHeldEndpointSets) {
    return absl::InvalidArgumentError(absl::StrCat("hello with ", hello.endpoint_sets_size(),
                                                   " endpoint sets; at most ",
                                                   mesh_limits::kMaxHeldEndpointSets, " are accepted"));
  }
  for (const auto& held : hello.endpoint_sets()) {
    ASSIGN_OR_RETURN(Path client, FromProto(held.client()));
    held_[std::move(client)] = held.digest();
  }
  member_ = fleet_.Join({.id = hello.proxy_id(),
                         .node = hello.node(),
                         .version = hello.version(),
                         .peer = peer_,
                         .started_ms = hello.started_ms()});
  intake_ = std::make_unique<TrafficIntake>(traffic_, hello.proxy_id(),
                                            [this] { const Call call(*this, Call::By::kWatch); });
  welcome_due_ = true;
  return absl::OkStatus();
}

absl::Status ProxySession::ReceiveSubscribe(const mesh::v1::Subscribe& subscribe) {
  if (names_.contains(subscribe.id())) {
    return absl::InvalidArgumentError(absl::StrCat("subscription ", subscribe.id(), " is already in use"));
  }
  // One bad name is no reason to lose the stream.
  if (const absl::Status status = Subscribe(subscribe); !status.ok()) {
    refused_.emplace_back(subscribe.id(), std::string(status.message()));
  }
  return absl::OkStatus();
}

absl::Status ProxySession::Subscribe(const mesh::v1::Subscribe& subscribe) {
  if (names_.size() >= mesh_limits::kMaxSubscriptions) {
    return absl::ResourceExhaustedError(
        absl::StrCat("this proxy follows ", names_.size(), " names already, the limit for one proxy"));
  }
  const size_t bytes = subscribe.ByteSizeLong();
  if (name_bytes_ + bytes > mesh_limits::kMaxSubscriptionBytes) {
    return absl::ResourceExhaustedError(absl::StrCat("the names that this proxy follows take more than ",
                                                     mesh_limits::kMaxSubscriptionBytes, " bytes"));
  }
  if (subscribe.namespace_().empty()) return absl::InvalidArgumentError("no namespace given");
  RETURN_IF_ERROR(CheckText("namespace", subscribe.namespace_()));
  ASSIGN_OR_RETURN(Path path, FromProto(subscribe.path()));
  ASSIGN_OR_RETURN(const Dtab local, FromProto(subscribe.local()));

  auto name = std::make_unique<Name>();
  name->id = subscribe.id();
  name->path = std::move(path);
  name->bytes = bytes;
  name->peer_digest = subscribe.held_digest();
  name->ns = &NamespaceOf(subscribe.namespace_());
  ++name->ns->refs;
  name_bytes_ += bytes;
  Name& added = *names_.emplace(subscribe.id(), std::move(name)).first->second;
  added.in_use = names_in_use_.Follow(added.ns->name, added.path, local);
  added.watch = added.ns->interpreter->Bind(local, added.path);
  added.subscription = added.watch->Subscribe([this, &added](const Activity<Binding>&) { OnBinding(added); });
  if (added.ns->refs == 1) {
    // After the name: its binding is to be told before the namespace is synced.
    FollowedNamespace& ns = *added.ns;
    ns.subscription = ns.dtab->Subscribe([this, &ns](const auto&) { OnDtab(ns); });
  }
  return absl::OkStatus();
}

void ProxySession::Unsubscribe(uint64_t id) {
  const auto found = names_.find(id);
  if (found == names_.end()) return;  // refused before
  const std::unique_ptr<Name> name = std::move(found->second);
  names_.erase(found);
  name->subscription.Cancel();
  Dequeue(*name);
  StopWaiting(*name);
  Unref(name->told);
  Unref(name->next);
  name_bytes_ -= name->bytes;
  Release(*name->ns);
}

void ProxySession::Resume() {
  resumed_ = true;
  for (const auto& [name, ns] : followed_) EnqueueSynced(*ns);
}

ProxySession::FollowedNamespace& ProxySession::NamespaceOf(const std::string& ns) {
  std::unique_ptr<FollowedNamespace>& entry = followed_[ns];
  if (!entry) {
    entry = std::make_unique<FollowedNamespace>();
    entry->name = ns;
    entry->interpreter = namespaces_.InterpreterOf(ns);
    entry->dtab = namespaces_.DtabOf(ns);
    member_->Follows(ns);
  }
  return *entry;
}

void ProxySession::Release(FollowedNamespace& ns) {
  if (--ns.refs > 0) return;
  ns.subscription.Cancel();
  Dequeue(ns);
  member_->Left(ns.name);
  followed_.erase(std::string(ns.name));
}

ProxySession::Client& ProxySession::Ref(const BoundName& leaf) {
  std::unique_ptr<Client>& entry = clients_[leaf.id];
  if (!entry) {
    uint64_t held = 0;
    if (const auto found = held_.find(leaf.id); found != held_.end()) {
      held = found->second;
      held_.erase(found);
    }
    entry = std::make_unique<Client>(leaf.id, held);
  }
  Client& client = *entry;
  ++client.refs;
  client.endpoints.Follow(leaf.addr, [this, &client] { OnEndpoints(client); });
  return client;
}

void ProxySession::Unref(const std::vector<Client*>& clients) {
  for (Client* client : clients) {
    if (--client->refs > 0) continue;
    if (client->endpoints.sent()) {
      Enqueue(*client);  // to be withdrawn
    } else {
      Dequeue(*client);
      clients_.erase(Path(client->endpoints.id()));
    }
  }
}

void ProxySession::OnBinding(Name& name) {
  const Call call(*this, Call::By::kWatch);
  const Activity<Binding>& now = name.watch->Get();
  std::vector<Client*> next;
  name.digest = 0;
  if (now.value) {
    name.digest = DigestOf(now.value->tree);
    now.value->tree.ForEachLeaf([&](const BoundName& leaf) { next.push_back(&Ref(leaf)); });
  }
  next.swap(name.next);
  Unref(next);
  Enqueue(name);
  StopWaiting(name);
}

void ProxySession::OnEndpoints(Client& client) {
  const Call call(*this, Call::By::kWatch);
  if (client.endpoints.sent()) Enqueue(client);
  if (client.endpoints.unknown()) return;
  std::vector<Name*> ready;
  for (Name* name : waiting_) {
    if (std::find(name->next.begin(), name->next.end(), &client) != name->next.end()) ready.push_back(name);
  }
  for (Name* name : ready) {
    Enqueue(*name);
    StopWaiting(*name);
  }
}

void ProxySession::OnDtab(FollowedNamespace& ns) {
  const Call call(*this, Call::By::kWatch);
  const auto& now = ns.dtab->Get();
  if (!now.value) return;
  // A namespace that does not exist is an empty dtab.
  ns.latest = now.value->has_value() ? (*now.value)->version : DtabVersion{namespaces_.store().epoch(), 0};
  fleet_.OnVersion(ns.name, *ns.latest);  // every session says so; the first counts
  EnqueueSynced(ns);
}

void ProxySession::EnqueueSynced(FollowedNamespace& ns) {
  if (!resumed_ || !ns.latest || ns.synced == ns.latest || ns.place) return;
  ns.queued = *ns.latest;
  Enqueue(ns);
}

void ProxySession::Wait(Name& name) {
  if (waiting_.insert(&name).second) ++name.ns->waiting;
}

void ProxySession::StopWaiting(Name& name) {
  if (waiting_.erase(&name) == 0 || --name.ns->waiting > 0) return;
  if (std::exchange(name.ns->blocked, false)) EnqueueSynced(*name.ns);
}

}  // namespace heddle::namerd
