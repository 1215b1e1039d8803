// Circuit breaking of one endpoint: taken out after too many failures, tried again with one request (a probe)
// after a while, and taken back in when that succeeds. Source:
// com.twitter.finagle.liveness.{FailureAccrualFactory, FailureAccrualPolicy},
// io.buoyant.linkerd.failureAccrual.
//
//          too many failures            its time is over            OnBegin
//    closed ───────────────────► open ───────────────────► half open ────────► probing
//      ▲                          ▲                            ▲                 │ │ │
//      │                          │                            └── abandoned ────┘ │ │
//      │                          └────── the probe failed: out for longer ────────┘ │
//      └───────────────────────── the probe succeeded: as new ───────────────────────┘
//
// A request that is sent to it while it is open, since no endpoint is left, is a probe as well; if that
// fails, it stays out for no longer than it would have.
#ifndef HEDDLE_PROXY_BREAKER_FAILURE_ACCRUAL_H_
#define HEDDLE_PROXY_BREAKER_FAILURE_ACCRUAL_H_

#include <cstdint>

#include "lib/base/random.h"
#include "proxy/breaker/accrual_config.h"
#include "proxy/breaker/success_rate.h"
#include "proxy/retry/backoff.h"

namespace heddle {

// One worker's, of one endpoint. A closed breaker costs a comparison a request (and an exp() where a success
// rate is configured). `now` never goes back.
class FailureAccrual {
 public:
  // `config` outlives it.
  FailureAccrual(const AccrualConfig& config, uint64_t seed);

  enum class Change : uint8_t {
    kNone,
    kRemoved,      // for removed_for()
    kProbeFailed,  // stays out, for another removed_for()
    kRevived,
  };

  // Requests may be sent to it: closed, or due for its probe. Not while a probe is under way.
  bool Admits(Nanos now) const {
    return state_ == State::kClosed || (state_ == State::kOpen && now >= until_);
  }
  // A request is sent to it, also one that it does not admit (when no endpoint does). True: it is the probe.
  bool OnBegin(Nanos now) {
    if (state_ != State::kOpen) return false;
    state_ = State::kProbing;
    early_ = now < until_;
    return true;
  }
  // What OnBegin announced has ended. While a probe is under way the first to end decides, whichever it is.
  Change OnEnd(bool success, Nanos now) {
    if (success && state_ == State::kClosed && !rate_.measures()) [[likely]] {
      failures_ = 0;
      return Change::kNone;
    }
    return Record(success, now);
  }
  // ... without an outcome (the requester went away): a probe is tried again.
  void OnAbandoned() {
    if (state_ == State::kProbing) state_ = State::kOpen;
  }

  bool closed() const { return state_ == State::kClosed; }
  // Of the last kRemoved or kProbeFailed.
  Millis removed_for() const { return removed_for_; }
  // While not closed: since when.
  Nanos removed_since() const { return removed_since_; }

 private:
  enum class State : uint8_t { kClosed, kOpen, kProbing };  // kOpen is half open from until_ on

  Change Record(bool success, Nanos now);
  bool TooManyFailures(bool success, Nanos now);
  void Remove(Nanos now);
  void Revive();

  const AccrualConfig& config_;
  Random random_;
  SuccessRate rate_;
  Backoff backoff_;
  Nanos until_{0};
  Nanos removed_since_{0};
  Millis removed_for_{0};
  uint32_t failures_ = 0;  // one after another
  State state_ = State::kClosed;
  bool early_ = false;  // the probe was sent before until_
};

}  // namespace heddle

#endif  // HEDDLE_PROXY_BREAKER_FAILURE_ACCRUAL_H_
