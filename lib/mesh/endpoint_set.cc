#include "lib/mesh/endpoint_set.h"

#include <cmath>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lib/base/check.h"
#include "lib/base/utf8.h"
#include "proto/mesh.pb.h"

namespace heddle {
namespace {

using mesh::v1::EndpointSet;

void WriteAddress(const SocketAddress& address, mesh::v1::Endpoint* out) {
  const absl::string_view bytes = address.bytes();
  out->set_address(bytes.data(), bytes.size());
  out->set_port(address.port());
}

void WriteEndpoint(const Endpoint& endpoint, mesh::v1::Endpoint* out) {
  WriteAddress(endpoint.address, out);
  out->set_weight(endpoint.weight);
  for (const auto& [key, value] : endpoint.meta) (*out->mutable_meta())[Utf8(key)] = Utf8(value);
}

void WriteMeta(const Addr& addr, EndpointSet* out) {
  for (const auto& [key, value] : addr.meta) (*out->mutable_meta())[Utf8(key)] = Utf8(value);
}

absl::StatusOr<SocketAddress> ReadAddress(const mesh::v1::Endpoint& from) {
  if (from.port() > 65535) {
    return absl::InvalidArgumentError(absl::StrCat("an endpoint's port of ", from.port(), "; at most 65535"));
  }
  return SocketAddress::FromBytes(from.address(), static_cast<uint16_t>(from.port()));
}

absl::StatusOr<Endpoint> ReadEndpoint(const mesh::v1::Endpoint& from) {
  ASSIGN_OR_RETURN(const SocketAddress address, ReadAddress(from));
  if (!std::isfinite(from.weight()) || from.weight() <= 0) {
    return absl::InvalidArgumentError(absl::StrCat("endpoint ", address.ToString(), " has a weight of ",
                                                   from.weight(), "; it has to be positive"));
  }
  return Endpoint{address, from.weight(), {from.meta().begin(), from.meta().end()}};
}

absl::StatusOr<Addr> ReadBound(const Addr& base, const EndpointSet& message) {
  std::vector<Endpoint> endpoints;
  for (const auto& from : message.endpoints()) {
    ASSIGN_OR_RETURN(Endpoint endpoint, ReadEndpoint(from));
    endpoints.push_back(std::move(endpoint));
  }
  if (message.delta()) {
    if (base.state != AddrState::kBound) {
      return absl::FailedPreconditionError("a change to a set of endpoints that is not known");
    }
    absl::flat_hash_set<SocketAddress> replaced;
    for (const Endpoint& endpoint : endpoints) replaced.insert(endpoint.address);
    for (const auto& from : message.removed()) {
      ASSIGN_OR_RETURN(const SocketAddress address, ReadAddress(from));
      replaced.insert(address);
    }
    for (const Endpoint& endpoint : *base.endpoints) {
      if (!replaced.contains(endpoint.address)) endpoints.push_back(endpoint);
    }
  }
  return Addr::Bound(std::move(endpoints), {message.meta().begin(), message.meta().end()});
}

}  // namespace

void WriteSnapshot(const Addr& addr, uint64_t digest, EndpointSet* out) {
  switch (addr.state) {
    case AddrState::kPending:
      out->set_state(EndpointSet::PENDING);
      return;
    case AddrState::kAbsent:
      out->set_state(EndpointSet::ABSENT);
      return;
    case AddrState::kFailed:
      out->set_state(EndpointSet::FAILED);
      out->set_error(Utf8(addr.error.message()));
      return;
    case AddrState::kBound:
      break;
  }
  out->set_state(EndpointSet::BOUND);
  out->set_digest(digest);
  WriteMeta(addr, out);
  for (const Endpoint& endpoint : *addr.endpoints) WriteEndpoint(endpoint, out->add_endpoints());
}

void WriteChange(const Addr& base, const Addr& addr, uint64_t digest, EndpointSet* out) {
  HEDDLE_CHECK(base.state == AddrState::kBound && addr.state == AddrState::kBound);
  EndpointSet delta;
  auto old = base.endpoints->begin();
  const auto old_end = base.endpoints->end();
  // Both are sorted by address: one pass finds what is new, other or gone.
  for (const Endpoint& endpoint : *addr.endpoints) {
    for (; old != old_end && old->address < endpoint.address; ++old) {
      WriteAddress(old->address, delta.add_removed());
    }
    const bool known = old != old_end && old->address == endpoint.address;
    if (!known || !(*old == endpoint)) WriteEndpoint(endpoint, delta.add_endpoints());
    if (known) ++old;
  }
  for (; old != old_end; ++old) WriteAddress(old->address, delta.add_removed());
  if (static_cast<size_t>(delta.endpoints_size() + delta.removed_size()) > addr.endpoints->size()) {
    WriteSnapshot(addr, digest, out);
    return;
  }
  delta.set_state(EndpointSet::BOUND);
  delta.set_delta(true);
  delta.set_digest(digest);
  WriteMeta(addr, &delta);
  out->MergeFrom(delta);
}

absl::StatusOr<Addr> ReadEndpointSet(const Addr& base, const EndpointSet& message) {
  switch (message.state()) {
    case EndpointSet::PENDING:
      return Addr::Pending();
    case EndpointSet::ABSENT:
      return Addr::Absent();
    case EndpointSet::FAILED:
      return Addr::Failed(absl::UnavailableError(message.error()));
    case EndpointSet::BOUND:
      return ReadBound(base, message);
    default:
      return absl::InvalidArgumentError(
          absl::StrCat("endpoint set state ", message.state(), " is not known"));
  }
}

}  // namespace heddle
