// Circuit breaking of one endpoint: taken out after too many failures, tried again with one request (a probe)
// after a while, and taken back in when that succeeds. Source:
// com.twitter.finagle.liveness.{FailureAccrualFactory, FailureAccrualPolicy},
// io.buoyant.linkerd.failureAccrual.
//
//          too many failures            its time is over            OnBegin
//    closed ───────────────────► open ───────────────────► half open ────────► probing
//      ▲ ▲                        ▲                                              │ │
//      │ └── the probe succeeded ─┼──────────────────────────────────────────────┘ │
//      └ Revive                   └───────── the probe failed: longer ─────────────┘
#ifndef HEDDLE_PROXY_BREAKER_FAILURE_ACCRUAL_H_
#define HEDDLE_PROXY_BREAKER_FAILURE_ACCRUAL_H_

#include <cstdint>

#include "proxy/breaker/accrual_config.h"

namespace heddle {

// One worker's, of one endpoint. A closed breaker costs a comparison a request.
class FailureAccrual {
 public:
  // `config` outlives it.
  FailureAccrual(const AccrualConfig& config, uint64_t seed);
  ~FailureAccrual();

  enum class Change : uint8_t { kNone, kRemoved, kProbeFailed, kRevived };

  // Requests may be sent to it: closed, or due for its probe.
  bool Admits(Nanos now) const;
  // A request is sent to it, also one that it does not admit (when no endpoint does).
  void OnBegin(Nanos now);
  // What OnBegin announced has ended.
  Change OnEnd(bool success, Nanos now);
  // ... without an outcome (the requester went away): a probe is tried again.
  void OnAbandoned(Nanos now);

  bool closed() const;
  // While not closed: since when.
  Nanos removed_since() const;
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BREAKER_FAILURE_ACCRUAL_H_
