#include "proxy/config/read_client.h"

#include <limits>
#include <optional>

#include "lib/config/object_reader.h"
#include "proxy/config/read_accrual.h"
#include "proxy/config/read_balancer.h"
#include "proxy/config/read_by_prefix.h"
#include "proxy/config/read_retry.h"
#include "proxy/config/read_socket_options.h"
#include "proxy/config/refused.h"

namespace heddle {

namespace {

// hostConnectionPool. What it does not say is as if there were no such key.
struct PoolKeys {
  EndpointConfig defaults;
  size_t min_size = defaults.min_connections;
  size_t max_size = defaults.max_connections;
  size_t max_waiters = defaults.max_waiters;
  std::optional<Millis> idle_time;

  static PoolKeys Read(const ConfigNode& node, ConfigErrors& errors) {
    constexpr size_t kMost = std::numeric_limits<int32_t>::max();
    PoolKeys keys;
    ObjectReader reader(node, errors);
    reader.Optional("minSize", &keys.min_size, 0, kMost);
    reader.Optional("maxSize", &keys.max_size, 1, kMost);
    reader.Optional("maxWaiters", &keys.max_waiters, 0, kMost);
    Millis idle_time{0};
    if (reader.OptionalMillis("idleTimeMs", &idle_time, 1)) keys.idle_time = idle_time;
    if (keys.max_size > 0 && keys.min_size > keys.max_size) {
      reader.AddError("minSize", "must not be more than maxSize");
    }
    reader.Finish();
    return keys;
  }

  void ApplyTo(EndpointConfig* config) const {
    config->min_connections = min_size;
    config->max_connections = max_size;
    config->max_waiters = max_waiters;
    if (idle_time.has_value()) config->idle_timeout = *idle_time;
  }
};

// clientSession.
struct SessionKeys {
  std::optional<Millis> idle_time;
  Millis life_time{0};

  static SessionKeys Read(const ConfigNode& node, ConfigErrors& errors) {
    SessionKeys keys;
    ObjectReader reader(node, errors);
    Millis idle_time{0};
    if (reader.OptionalMillis("idleTimeMs", &idle_time, 1)) keys.idle_time = idle_time;
    reader.OptionalMillis("lifeTimeMs", &keys.life_time, 1);
    reader.Finish();
    return keys;
  }

  void ApplyTo(EndpointConfig* config) const {
    if (idle_time.has_value()) config->idle_timeout = *idle_time;
    config->life_time = life_time;
  }
};

constexpr RefusedKey kRefusedKeys[] = {
    {"requestAuthorizers", "not supported: Istio's Mixer is no more; remove it"},
    {"engine", "has no meaning since Linkerd 1.4; remove it"},
    {"timeoutMs", "was renamed in Linkerd 1.0: write 'requestAttemptTimeoutMs'"},
};

struct ClientKeys {
  std::optional<BalancerConfig> balancer;
  std::optional<AccrualConfig> accrual;
  std::optional<PoolKeys> pool;
  std::optional<SessionKeys> session;
  std::optional<SocketOptions> socket;
  std::optional<bool> fail_fast;
  std::optional<Millis> attempt_timeout;
  std::optional<BudgetConfig> requeue_budget;
  std::optional<bool> forward_client_cert;

  void Read(ObjectReader& reader) {
    ConfigErrors& errors = reader.errors();
    if (const ConfigNode* node = reader.Node("loadBalancer")) balancer = ReadBalancer(*node, errors);
    if (const ConfigNode* node = reader.Node("failureAccrual")) accrual = ReadAccrual(*node, errors);
    if (const ConfigNode* node = reader.Node("hostConnectionPool")) pool = PoolKeys::Read(*node, errors);
    if (const ConfigNode* node = reader.Node("clientSession")) session = SessionKeys::Read(*node, errors);
    if (const ConfigNode* node = reader.Node("socketOptions")) socket = ReadSocketOptions(*node, errors);
    if (const ConfigNode* node = reader.Node("requeueBudget")) requeue_budget = ReadBudget(*node, errors);
    reader.Optional("failFast", &fail_fast);
    reader.Optional("forwardClientCert", &forward_client_cert);
    Millis timeout{0};
    if (reader.OptionalMillis("requestAttemptTimeoutMs", &timeout, 1)) attempt_timeout = timeout;
    RefuseTls(reader, "endpoints are reached in plain text");
    Refuse(reader, kRefusedKeys);
    RefuseServiceKeys(reader);
  }

  void ApplyTo(ClientConfig* config) const {
    EndpointConfig& endpoint = config->endpoint;
    if (balancer.has_value()) config->balancer = *balancer;
    if (accrual.has_value()) endpoint.accrual = *accrual;
    if (pool.has_value()) pool->ApplyTo(&endpoint);
    if (session.has_value()) session->ApplyTo(&endpoint);
    if (socket.has_value()) endpoint.socket = *socket;
    if (fail_fast.has_value()) endpoint.fail_fast = *fail_fast;
    if (attempt_timeout.has_value()) config->attempt_timeout = *attempt_timeout;
    if (requeue_budget.has_value()) config->requeue_budget = *requeue_budget;
    if (forward_client_cert.has_value()) config->forward_client_cert = *forward_client_cert;
  }
};

}  // namespace

void ReadClients(const ConfigNode& node, ConfigErrors& errors, ByPrefix<ClientConfig>* clients) {
  ReadByPrefix<ClientKeys>(node, errors, clients);
}

}  // namespace heddle
