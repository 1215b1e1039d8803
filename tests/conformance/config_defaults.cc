// What the keys of a router mean when they are left out, against the column of defaults in config.json.
#include <functional>
#include <map>

#include "absl/strings/str_cat.h"
#include "tests/conformance/config_reading.h"

namespace heddle::conformance {
namespace {

using Value = std::function<Json(const RouterConfig&)>;
using Values = std::map<std::string, Value>;

ClientConfig AnyClient(const RouterConfig& router) { return router.clients.For(Path{"any"}); }
ServiceConfig AnyService(const RouterConfig& router) { return router.services.For(Path{"any"}); }

Json BudgetJson(const BudgetConfig& budget) {
  return {{"minRetriesPerSec", budget.min_retries_per_sec},
          {"percentCanRetry", budget.percent_can_retry},
          {"ttlSecs", std::chrono::duration_cast<std::chrono::seconds>(budget.ttl).count()}};
}

void AddRouterValues(Values* values) {
  const auto add = [values](const char* key, Value value) {
    (*values)[absl::StrCat("router/", key)] = std::move(value);
  };
  add("dstPrefix", [](const RouterConfig& r) { return r.dst_prefix.Show(); });
  add("originator", [](const RouterConfig& r) { return r.originator; });
  add("bindingTimeoutMs", [](const RouterConfig& r) { return r.route.binding_timeout.count(); });
  add("httpAccessLogAppend", [](const RouterConfig& r) { return r.access_log.append; });
  add("httpAccessLogRotateCount", [](const RouterConfig& r) { return r.access_log.rotate_count; });
  add("httpAccessLogRollPolicy", [](const RouterConfig& r) {
    return r.access_log.roll == AccessLogConfig::Roll::kNever ? "never" : "another";
  });
  add("maxHeadersKB", [](const RouterConfig& r) { return r.limits.max_head_bytes >> 10; });
  add("maxInitialLineKB", [](const RouterConfig& r) { return r.limits.max_initial_line_bytes >> 10; });
  add("maxErrResponseKB", [](const RouterConfig& r) { return r.max_err_response_bytes >> 10; });
  add("streamAfterContentLengthKB", [](const RouterConfig& r) { return r.replay_bytes >> 10; });
  add("tracePropagator", [](const RouterConfig& r) -> Json {
    return {{"kind", r.trace_propagator == TracePropagator::kDefault ? "io.l5d.default" : "another"}};
  });
  add("paths", [](const RouterConfig& r) { return r.route.max_routes; });
  add("trees", [](const RouterConfig& r) { return r.route.max_trees; });
  add("bounds", [](const RouterConfig& r) { return r.route.max_bounds; });
  add("clients", [](const RouterConfig& r) { return r.route.max_clients; });
  add("idleTtlSecs", [](const RouterConfig& r) { return r.route.idle_ttl / std::chrono::seconds(1); });
}

void AddServerValues(Values* values) {
  (*values)["server/clearContext"] = [](const RouterConfig& r) { return r.servers.at(0).clear_context; };
  (*values)["server/maxCallDepth"] = [](const RouterConfig& r) { return r.servers.at(0).max_call_depth; };
  (*values)["labeler/kind"] = [](const RouterConfig& r) {
    using Kind = ForwardedConfig::Labeler::Kind;
    return r.servers.at(0).forwarded->by.kind == Kind::kRequestRandom ? "requestRandom" : "another";
  };
  const auto socket = [values](const char* key, bool SocketOptions::*member) {
    (*values)[absl::StrCat("socketOptions/", key)] = [member](const RouterConfig& r) {
      return r.servers.at(0).socket.*member;
    };
  };
  socket("noDelay", &SocketOptions::no_delay);
  socket("reuseAddr", &SocketOptions::reuse_address);
  socket("reusePort", &SocketOptions::reuse_port);
}

void AddClientValues(Values* values) {
  (*values)["client/failFast"] = [](const RouterConfig& r) { return AnyClient(r).endpoint.fail_fast; };
  (*values)["client/forwardClientCert"] = [](const RouterConfig& r) {
    return AnyClient(r).forward_client_cert;
  };
  (*values)["client/requeueBudget"] = [](const RouterConfig& r) {
    return BudgetJson(AnyClient(r).requeue_budget);
  };
  (*values)["client/loadBalancer"] = [](const RouterConfig& r) -> Json {
    return {{"kind", AnyClient(r).balancer.kind == BalancerConfig::Kind::kP2c ? "p2c" : "another"}};
  };
  (*values)["client/failureAccrual"] = [](const RouterConfig& r) -> Json {
    const AccrualConfig accrual = AnyClient(r).endpoint.accrual;
    const bool consecutive = accrual.kind == AccrualConfig::Kind::kConsecutiveFailures;
    return {{"kind", consecutive ? "io.l5d.consecutiveFailures" : "another"}, {"failures", accrual.failures}};
  };
  const auto balancer = [values](const char* key, std::function<Json(const BalancerConfig&)> value) {
    (*values)[absl::StrCat("loadBalancer/", key)] = [value](const RouterConfig& r) {
      return value(AnyClient(r).balancer);
    };
  };
  balancer("maxEffort", [](const BalancerConfig& b) { return b.max_effort; });
  balancer("enableProbation", [](const BalancerConfig& b) { return b.enable_probation; });
  balancer("decayTimeMs", [](const BalancerConfig& b) { return b.decay_time.count(); });
  balancer("smoothWindowMs", [](const BalancerConfig& b) { return b.smooth_window.count(); });
  balancer("lowLoad", [](const BalancerConfig& b) { return b.low_load; });
  balancer("highLoad", [](const BalancerConfig& b) { return b.high_load; });
  balancer("minAperture", [](const BalancerConfig& b) { return b.min_aperture; });
}

void AddServiceValues(Values* values) {
  for (const char* key : {"ttlSecs", "minRetriesPerSec", "percentCanRetry"}) {
    (*values)[absl::StrCat("retries/", key)] = [key](const RouterConfig& r) {
      return BudgetJson(AnyService(r).retry_budget).at(key);
    };
  }
  (*values)["backoff/ms"] = [](const RouterConfig& r) { return AnyService(r).retry_backoff.max.count(); };
}

}  // namespace

std::optional<Json> ValueLeftOut(const std::string& feature, const std::string& key,
                                 const RouterConfig& router) {
  static const Values& values = [] {
    auto& made = *new Values;
    AddRouterValues(&made);
    AddServerValues(&made);
    AddClientValues(&made);
    AddServiceValues(&made);
    return std::ref(made);
  }();
  const auto found = values.find(absl::StrCat(feature, "/", key));
  if (found == values.end()) return std::nullopt;
  return found->second(router);
}

}  // namespace heddle::conformance
