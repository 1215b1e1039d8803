// A request's way to its route where only signed rules count. See overrides.h.
#include "proxy/server/exchange.h"
#include "proxy/server/overrides.h"
#include "proxy/server/server_connection.h"
#include "proxy/server/server_worker.h"

namespace heddle {

absl::Status Exchange::FindGuardedRoute(absl::string_view bytes) {
  const Head& head = parser_.head();
  OverrideStats& stats = *connection_->stats().overrides;
  std::string& key = worker_.key();
  const size_t name_size = key.size();
  if (HasUnsignedOverrides(bytes, head)) stats.unsigned_.Increment();
  const bool accepted = head.Has(HeaderId::kL5dDtabSigned) && AcceptSigned(bytes);
  if (!accepted) key.resize(name_size);
  route_ = worker_.routes().Find(key);
  if (route_ == nullptr) {
    Dtab local;
    if (accepted) {
      absl::StatusOr<Dtab> parsed = Dtab::Parse(ReadSignedOverride(bytes, head)->rules);
      if (!parsed.ok()) {
        stats.invalid.Increment();
        return absl::InvalidArgumentError(Annotate(parsed.status(), "header l5d-dtab-signed").message());
      }
      local = *std::move(parsed);
    }
    RETURN_IF_ERROR(AddRoute(name_size, local));
  }
  if (accepted) stats.accepted.Increment();
  return absl::OkStatus();
}

bool Exchange::AcceptSigned(absl::string_view bytes) {
  const Head& head = parser_.head();
  const ServerConfig& server = connection_->server();
  OverrideStats& stats = *connection_->stats().overrides;
  const absl::StatusOr<SignedOverride> given = ReadSignedOverride(bytes, head);
  if (!given.ok()) {
    stats.invalid.Increment();
    return false;
  }
  const Nanos now = worker_.loop().clock().WallNow();
  if (std::chrono::duration_cast<std::chrono::seconds>(now).count() >= given->expires_seconds) {
    stats.expired.Increment();
    return false;
  }
  const auto index = static_cast<size_t>(&server - worker_.config().servers.data());
  AppendSignedOverrideKey(bytes, head, index, &worker_.key());
  // A route with this key was made for this very text: it need not be verified again.
  if (worker_.routes().Find(worker_.key()) != nullptr || IsSignedBy(*server.override_keys, *given))
    return true;
  stats.invalid.Increment();
  return false;
}

}  // namespace heddle
