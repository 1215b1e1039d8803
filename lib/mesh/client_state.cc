#include "lib/mesh/client_state.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/mesh/convert.h"
#include "lib/mesh/endpoint_set.h"
#include "lib/mesh/limits.h"
#include "lib/base/utf8.h"
#include "proto/mesh.pb.h"

namespace heddle {
namespace {

using mesh::v1::EndpointSet;
using mesh::v1::FromNamerd;
using mesh::v1::FromProxy;

DtabVersion FromProto(const mesh::v1::DtabVersion& version) { return {version.epoch(), version.revision()}; }

void ToProto(DtabVersion version, mesh::v1::DtabVersion* out) {
  out->set_epoch(version.epoch);
  out->set_revision(version.revision);
}

}  // namespace

MeshClientState::MeshClientState(std::function<void()> on_outgoing) : on_outgoing_(std::move(on_outgoing)) {}

std::shared_ptr<Watch<Activity<Binding>>> MeshClientState::Bind(const std::string& ns, const Dtab& local,
                                                                const Path& path) {
  namespaces_.try_emplace(ns);
  BindKey key{ns, local.Show(), path};
  if (const auto found = bindings_.find(key); found != bindings_.end()) {
    return found->second->shared_from_this();
  }
  auto watch = std::make_shared<BindingWatch>(weak_from_this(), key, local);
  bindings_.emplace(std::move(key), watch.get());
  return watch;
}

void MeshClientState::Follow(BindingWatch* watch) {
  watch->followed_ = true;
  // What it once was may be long out of date; but without namerd it is the best there is.
  if (welcomed_) watch->Publish(Activity<Binding>::Pending());
  if (!streaming_) return;
  watch->queued_ = to_subscribe_.insert(to_subscribe_.end(), watch);
  on_outgoing_();
}

void MeshClientState::Unfollow(BindingWatch* watch) {
  watch->followed_ = false;
  if (watch->queued_) to_subscribe_.erase(*std::exchange(watch->queued_, std::nullopt));
  if (const uint64_t id = std::exchange(watch->id_, 0); id != 0) {
    by_id_.erase(id);
    to_unsubscribe_.push_back(id);
    on_outgoing_();
  }
}

void MeshClientState::Applied(const std::string& ns, DtabVersion version) {
  const auto found = namespaces_.find(ns);
  if (found == namespaces_.end()) return;
  found->second.applied = version;
  if (!streaming_) return;  // namerd asks again on the next stream
  to_apply_[ns] = version;
  on_outgoing_();
}

void MeshClientState::StartStream(mesh::v1::Hello* hello) {
  EndStream();
  streaming_ = true;
  for (const auto& [client, watch] : sets_) {
    watch->has_base_ = watch->rejected_ = false;
    if (watch->digest_ == 0) continue;
    if (static_cast<size_t>(hello->endpoint_sets_size()) == mesh_limits::kMaxHeldEndpointSets) break;
    auto* held = hello->add_endpoint_sets();
    heddle::ToProto(client, held->mutable_client());
    held->set_digest(watch->digest_);
  }
  for (const auto& [key, watch] : bindings_) {
    if (watch->followed_) watch->queued_ = to_subscribe_.insert(to_subscribe_.end(), watch);
  }
  to_subscribe_.push_back(nullptr);
}

void MeshClientState::EndStream() {
  streaming_ = welcomed_ = false;
  next_id_ = 1;
  by_id_.clear();
  to_subscribe_.clear();
  to_unsubscribe_.clear();
  to_apply_.clear();
  to_reject_.clear();
  followed_sets_.clear();  // trees still hold those they name
  std::vector<std::shared_ptr<BindingWatch>> unanswered;
  for (const auto& [key, watch] : bindings_) {
    watch->id_ = 0;
    watch->queued_.reset();
    if (watch->followed_ && watch->held_ && watch->Get().pending()) {
      unanswered.push_back(std::static_pointer_cast<BindingWatch>(watch->shared_from_this()));
    }
  }
  for (const auto& watch : unanswered) watch->Publish(Activity<Binding>::Ok(*watch->held_));
}

absl::Status MeshClientState::Receive(const FromNamerd& message) {
  switch (message.message_case()) {
    case FromNamerd::kWelcome:
      welcomed_ = true;
      return absl::OkStatus();
    case FromNamerd::kBinding:
      return ReceiveBinding(message.binding());
    case FromNamerd::kEndpointSet:
      return ReceiveEndpoints(message.endpoint_set());
    case FromNamerd::kSynced:
      ReceiveSynced(message.synced());
      return absl::OkStatus();
    case FromNamerd::kTrafficRequest:
    case FromNamerd::MESSAGE_NOT_SET:  // of a later version of the protocol
      return absl::OkStatus();
  }
  return absl::OkStatus();
}

absl::Status MeshClientState::ReceiveBinding(const mesh::v1::Binding& binding) {
  const auto found = by_id_.find(binding.subscription());
  if (found == by_id_.end()) return absl::OkStatus();  // unsubscribed meanwhile
  const auto watch = std::static_pointer_cast<BindingWatch>(found->second->shared_from_this());
  const DtabVersion version = FromProto(binding.version());
  switch (binding.state_case()) {
    case mesh::v1::Binding::kTree: {
      auto tree = heddle::FromProto(binding.tree(), [this](const Path& id) { return EndpointsOf(id); });
      if (!tree.ok()) {
        Reject(watch->key_, version, tree.status());
        watch->Publish(Activity<Binding>::Failed(tree.status(), watch->held_));
        return absl::OkStatus();
      }
      watch->held_ = Binding{*std::move(tree), version};
      watch->digest_ = binding.digest();
      break;
    }
    case mesh::v1::Binding::kUnchanged:
      if (!watch->held_ || watch->digest_ != binding.digest()) {
        return absl::FailedPreconditionError(absl::StrCat(
            "namerd says that the tree of ", watch->key_.path.Show(), " is as it was; it was not known"));
      }
      break;
    case mesh::v1::Binding::kFailed:
      watch->Publish(Activity<Binding>::Failed(absl::UnavailableError(binding.failed()), watch->held_));
      return absl::OkStatus();
    case mesh::v1::Binding::STATE_NOT_SET:
      return absl::OkStatus();
  }
  auto state = Activity<Binding>::Ok(*watch->held_);
  if (!(state == watch->Get())) watch->Publish(std::move(state));
  return absl::OkStatus();
}

std::shared_ptr<EndpointWatch> MeshClientState::EndpointsOf(const Path& client) {
  if (const auto found = sets_.find(client); found != sets_.end()) {
    return std::static_pointer_cast<EndpointWatch>(found->second->shared_from_this());
  }
  auto watch = std::make_shared<EndpointWatch>(weak_from_this(), client);
  sets_.emplace(client, watch.get());
  return watch;
}

absl::Status MeshClientState::ReceiveEndpoints(const EndpointSet& message) {
  auto client = heddle::FromProto(message.client());
  if (!client.ok()) return client.status();
  const auto watch = EndpointsOf(*client);
  if (message.state() == EndpointSet::WITHDRAWN) {
    watch->has_base_ = false;
    followed_sets_.erase(*client);
    return absl::OkStatus();
  }
  followed_sets_[*client] = watch;
  if (message.state() == EndpointSet::UNCHANGED) {
    if (watch->digest_ == 0 || watch->digest_ != message.digest()) {
      return absl::FailedPreconditionError(absl::StrCat("namerd says that the endpoints of ", client->Show(),
                                                        " are as they were; they were not known"));
    }
    watch->has_base_ = true;
    return absl::OkStatus();
  }
  if (message.delta() && !watch->has_base_) {
    if (watch->rejected_) return absl::OkStatus();
    return absl::FailedPreconditionError(
        absl::StrCat("namerd sends a change to the endpoints of ", client->Show(), ", which are not known"));
  }
  auto addr = ReadEndpointSet(watch->Get(), message);
  watch->rejected_ = !addr.ok();
  watch->has_base_ = addr.ok() && addr->state == AddrState::kBound;
  if (!addr.ok()) {
    Reject({"", "", *client}, {}, addr.status());
    return absl::OkStatus();
  }
  if (addr->state == AddrState::kPending) return absl::OkStatus();  // what is known stays
  watch->digest_ = watch->has_base_ ? message.digest() : 0;
  if (!(*addr == watch->Get())) watch->Publish(*std::move(addr));
  return absl::OkStatus();
}

void MeshClientState::ReceiveSynced(const mesh::v1::Synced& synced) {
  const auto found = namespaces_.find(synced.namespace_());
  if (found == namespaces_.end()) return;
  found->second.synced = FromProto(synced.version());
  if (on_synced_) on_synced_(found->first, found->second.synced);
}

void MeshClientState::Reject(const BindKey& key, DtabVersion version, const absl::Status& why) {
  to_reject_[key.ns] = {version, Utf8(absl::StrCat(key.path.Show(), ": ", why.message()))};
  on_outgoing_();
}

bool MeshClientState::NextMessage(FromProxy* out) {
  out->Clear();
  if (!to_unsubscribe_.empty()) {
    out->mutable_unsubscribe()->set_id(to_unsubscribe_.front());
    to_unsubscribe_.pop_front();
    return true;
  }
  if (NextSubscription(out)) return true;
  if (!to_reject_.empty()) {
    const auto first = to_reject_.begin();
    out->mutable_rejected()->set_namespace_(first->first);
    out->mutable_rejected()->set_error(std::move(first->second.error));
    ToProto(first->second.version, out->mutable_rejected()->mutable_version());
    to_reject_.erase(first);
    return true;
  }
  if (to_apply_.empty()) return false;
  const auto first = to_apply_.begin();
  out->mutable_applied()->set_namespace_(first->first);
  ToProto(first->second, out->mutable_applied()->mutable_version());
  to_apply_.erase(first);
  return true;
}

bool MeshClientState::NextSubscription(FromProxy* out) {
  while (!to_subscribe_.empty()) {
    BindingWatch* const watch = to_subscribe_.front();
    to_subscribe_.pop_front();
    if (watch == nullptr) {
      out->mutable_resumed();
      return true;
    }
    watch->queued_.reset();
    out->Clear();
    if (const absl::Status status = WriteSubscribe(*watch, out); !status.ok()) {
      watch->Publish(Activity<Binding>::Failed(status, watch->held_));
      continue;
    }
    watch->id_ = next_id_++;
    by_id_.emplace(watch->id_, watch);
    out->mutable_subscribe()->set_id(watch->id_);
    return true;
  }
  return false;
}

absl::Status MeshClientState::WriteSubscribe(const BindingWatch& watch, FromProxy* out) const {
  auto* subscribe = out->mutable_subscribe();
  subscribe->set_namespace_(watch.key_.ns);
  heddle::ToProto(watch.key_.path, subscribe->mutable_path());
  subscribe->set_held_digest(watch.held_ ? watch.digest_ : 0);
  if (watch.local_.empty()) return absl::OkStatus();
  return heddle::ToProto(watch.local_, subscribe->mutable_local());
}

}  // namespace heddle
