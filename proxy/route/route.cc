#include "proxy/route/route.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "proxy/route/rendezvous.h"

namespace heddle {
namespace {

constexpr Millis kTouchInterval{1000};
// As many bytes of a request's own rules as leave the reader the reason, which follows them.
constexpr size_t kLongestRules = 400;

std::string DescribeClient(const Client& client) {
  switch (client.state()) {
    case AddrState::kPending:
      return absl::StrCat(client.id(), " (its endpoints are not known yet)");
    case AddrState::kAbsent:
      // A transformer's filter that leaves nobody makes a client absent, so that an alternate is tried.
      return absl::StrCat(client.id(), absl::StartsWith(client.id(), "/%/")
                                           ? " (does not exist, or its transformers leave no endpoint)"
                                           : " (does not exist)");
    case AddrState::kFailed:
      return absl::StrCat(client.id(), " (discovery failed: ", client.error().message(), ")");
    case AddrState::kBound:
      return absl::StrCat(client.id(), " (", client.size(), " endpoints)");
  }
  return client.id();
}

}  // namespace

RouteTarget::RouteTarget(Client* c, std::string fields, Scope scope)
    : client(c), head_fields(std::move(fields)), scope_(std::move(scope)) {}

void RouteTarget::MakeStats() {
  stats_.emplace(scope_, RequestStats::Detail::kPlain);
  if (ledger_ != nullptr) entry_.emplace(*ledger_, *service_, client->id(), *stats_);
}

RouteTargets::~RouteTargets() {
  for (const auto& target : targets) {
    if (target->client != nullptr) clients.Release(*target->client, last_used);
  }
}

void RouteTargets::Spread(uint64_t presence) {
  spread_at = presence;
  shares = Shares(*snapshot, [this](size_t i) {
    const RouteTarget& target = *targets[i];
    return target.client == nullptr || target.status != 0 || target.client->size() > 0;
  });
}

size_t RouteTargets::Pinned(uint64_t pin) {
  if (names.empty()) names = RendezvousNames(snapshot->targets);
  return RendezvousOf(names, shares, pin);
}

RouteTarget* Route::DrawTarget(Random& random, const std::optional<uint64_t>& pin) {
  RouteTargets& to = *targets_;
  if (to.targets.size() == 1) return to.targets[0].get();
  if (to.spread_at != *presence_) to.Spread(*presence_);
  const size_t drawn = pin.has_value() ? to.Pinned(*pin) : Draw(to.shares, random.Unit());
  return to.targets[drawn].get();
}

Route::Outcome Route::Choose(Nanos now, Random& random, const std::optional<uint64_t>& pin, Choice* choice) {
  last_used_ = now;
  if (now - touched_ >= kTouchInterval) Touch(now);
  if (targets_ == nullptr) return Outcome::kPending;
  if (targets_->targets.empty()) return Outcome::kNowhere;
  RouteTarget* target = DrawTarget(random, pin);
  if (target->client == nullptr) return Outcome::kNowhere;
  if (target->status != 0) {
    *choice = {targets_.get(), target, nullptr};
    return Outcome::kStatus;
  }
  EndpointPool* pool = target->client->Pick(now);
  if (pool == nullptr) return WithoutEndpoint();
  *choice = {targets_.get(), target, pool};
  return Outcome::kReady;
}

// No target has an endpoint: worth waiting as long as one may still turn out to have some.
Route::Outcome Route::WithoutEndpoint() const {
  for (const auto& target : targets_->targets) {
    if (target->client != nullptr && target->client->state() == AddrState::kPending) return Outcome::kPending;
  }
  return Outcome::kNowhere;
}

void Route::Release(const Choice& choice) {
  --in_use_;
  if (--choice.targets->requests > 0 || choice.targets->current) return;
  retired_.erase(std::find_if(retired_.begin(), retired_.end(),
                              [&](const auto& retired) { return retired.get() == choice.targets; }));
}

bool Route::HasEndpoints() const {
  return targets_ != nullptr &&
         std::any_of(targets_->targets.begin(), targets_->targets.end(), [](const auto& target) {
           return target->client != nullptr && target->client->size() > 0;
         });
}

absl::Status Route::Explain() const {
  std::string subject = name_;
  if (!local_.empty()) {
    const bool cut = local_.size() > kLongestRules;
    absl::StrAppend(&subject, " with the request's own rules \"", local_.substr(0, kLongestRules),
                    cut ? "..." : "", "\"");
  }
  if (targets_ == nullptr) {
    return absl::DeadlineExceededError(
        absl::StrCat("where ", subject,
                     " leads is not known yet: no answer so far from what binds names; "
                     "/admin/ready tells if it is away"));
  }
  const BoundRoute& route = *targets_->snapshot;
  if (!route.error.ok()) {
    return absl::FailedPreconditionError(
        absl::StrCat("where ", subject, " leads could not be found out: ", route.error.message()));
  }
  const std::string version = route.version == DtabVersion{} ? ""
                              : route.version.revision == 0
                                  ? " (namerd has no such dtab: see root or namespace of the interpreter)"
                                  : absl::StrCat(" (dtab version ", route.version.revision, ")");
  if (route.targets.empty()) {
    const char* meaning = route.nowhere == '!'   ? "! (a rule says to fail)"
                          : route.nowhere == '$' ? "$ (a rule says there is nobody)"
                                                 : "~ (no rule leads to a service that exists)";
    return absl::NotFoundError(
        absl::StrCat("no hosts are available for ", subject, ": it leads to ", meaning, version));
  }
  std::string parts;
  bool failed = false;
  bool pending = false;
  for (const auto& target : targets_->targets) {
    absl::StrAppend(&parts, parts.empty() ? "" : ", ",
                    target->client == nullptr ? "~ (nowhere)" : DescribeClient(*target->client));
    failed |= target->client != nullptr && target->client->state() == AddrState::kFailed;
    pending |= target->client != nullptr && target->client->state() == AddrState::kPending;
  }
  const std::string text =
      absl::StrCat("no hosts are available for ", subject, ": it leads to ", parts, version);
  if (failed) return absl::FailedPreconditionError(text);
  return pending ? absl::DeadlineExceededError(text) : absl::NotFoundError(text);
}

}  // namespace heddle
