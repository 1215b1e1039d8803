// gRPC calls whose work is done on the loop. For mesh_api's .cc files alone; includes gRPC.
//
//   gRPC thread             loop
//   method() ── Launch ───► Begin()      follows watches, answers
//   OnCancel ─────────────► End()        lets everything of the loop's go, then Finish
//   OnDone                               gRPC has let go: the call dies, on whatever thread
#ifndef HEDDLE_NAMERD_MESH_API_REACTORS_H_
#define HEDDLE_NAMERD_MESH_API_REACTORS_H_

#include <grpcpp/grpcpp.h>

#include <memory>
#include <optional>
#include <utility>

#include "lib/mesh/grpc_status.h"
#include "lib/watch/watch.h"
#include "namerd/mesh_api/call_registry.h"

namespace heddle::namerd {

// `Base` is one of gRPC's server reactors. Only the loop starts operations and finishes, so that nothing is
// started after the end; one exception: a call that comes while the server closes is finished where it is.
template <class Base>
class LoopReactor : public Base, public LiveCall {
 public:
  explicit LoopReactor(std::shared_ptr<CallRegistry> calls) : calls_(std::move(calls)) {}

  void OnCancel() final {
    calls_->Post([self = self_] { self->End(grpc::Status::CANCELLED); });
  }
  void OnDone() final {
    calls_->Remove(self_);
    const auto self = std::move(self_);
  }
  void Abort() final { End(Closing()); }

  // gRPC thread: hands `call` over to the loop. Use the function Launch below.
  static void HandOver(const std::shared_ptr<LoopReactor>& call) {
    call->self_ = call;
    if (call->calls_->Add(call)) {
      call->OnLoop([self = call.get()] { self->Begin(); });
    } else {
      call->Finish(Closing());
    }
  }

 protected:
  // Loop thread.
  virtual void Begin() = 0;
  // Loop thread, once: drops what belongs to the loop and is not under Keep.
  virtual void Release() {}

  // Loop thread. Nothing may be started after it.
  void End(const grpc::Status& status) {
    if (std::exchange(ended_, true)) return;
    kept_.Cancel();
    Release();
    this->Finish(status);
  }
  bool ended() const { return ended_; }
  // Loop thread. What the call follows, until it ends (which it may have done inside the Subscribe).
  void Keep(Subscription subscription) {
    kept_ = std::move(subscription);
    if (ended_) kept_.Cancel();
  }
  CallRegistry& calls() const { return *calls_; }

  // Any thread: `work` on the loop, unless the call has ended there by then.
  template <class Work>
  void OnLoop(Work work) {
    calls_->Post([self = self_, work = std::move(work)]() mutable {
      if (!self->ended_) work();
    });
  }

 private:
  static grpc::Status Closing() { return {grpc::StatusCode::UNAVAILABLE, "namerd is shutting down"}; }

  const std::shared_ptr<CallRegistry> calls_;
  bool ended_ = false;  // the loop's, as what follows
  Subscription kept_;
  std::shared_ptr<LoopReactor> self_;
};

// gRPC thread: makes a call and hands it over to the loop. Returns what the service's method has to return.
template <class Call, class... Args>
Call* Launch(Args&&... args) {
  auto call = std::make_shared<Call>(std::forward<Args>(args)...);
  Call::HandOver(call);
  return call.get();
}

// One answer, when it is known.
using UnaryCall = LoopReactor<grpc::ServerUnaryReactor>;

// Answers for as long as the client listens: the latest when the one before has been taken.
template <class Message>
class StreamCall : public LoopReactor<grpc::ServerWriteReactor<Message>> {
 public:
  using LoopReactor<grpc::ServerWriteReactor<Message>>::LoopReactor;

  void OnWriteDone(bool ok) final {
    this->OnLoop([this, ok] {
      writing_ = false;
      if (ok) {
        Pump();
      } else {
        this->End(grpc::Status::CANCELLED);
      }
    });
  }

 protected:
  // Loop thread. Replaces what has not been sent yet.
  void Send(Message message) {
    pending_ = std::move(message);
    Pump();
  }
  // Loop thread. Ends the call once everything has been sent.
  void EndAfterSent(grpc::Status status) {
    last_ = std::move(status);
    Pump();
  }

 private:
  void Pump() {
    if (this->ended() || writing_) return;
    if (pending_) {
      outgoing_ = *std::exchange(pending_, std::nullopt);
      writing_ = true;
      this->StartWrite(&outgoing_);
    } else if (last_) {
      this->End(*last_);
    }
  }

  bool writing_ = false;
  std::optional<Message> pending_;
  Message outgoing_;
  std::optional<grpc::Status> last_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_MESH_API_REACTORS_H_
