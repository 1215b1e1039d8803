#include "lib/mesh/explain_call.h"

#include <utility>

#include "lib/mesh/grpc_status.h"

namespace heddle {
namespace {

constexpr auto kDeadline = std::chrono::seconds(10);

}  // namespace

void ExplainCall::Start(const mesh::v1::ExplainRequest& request, Loop& loop, const std::string& why_not) {
  const auto self = shared_from_this();
  if (!stub_) {
    loop.Post([self, why_not] { self->Finish(absl::UnavailableError(why_not)); });
    return;
  }
  request_ = request;
  context_.set_deadline(std::chrono::system_clock::now() + kDeadline);
  stub_->async()->Explain(&context_, &request_, &response_, [self](const grpc::Status& status) {
    self->gate_->Post([self, status = FromGrpc(status)] {
      self->let_go_.WaitForNotification();
      self->stub_.reset();
      self->Finish(status);
    });
    self->let_go_.Notify();
  });
}

void ExplainCall::Cancel() {
  done_ = nullptr;
  context_.TryCancel();
}

void ExplainCall::Abandon() {
  Cancel();
  if (stub_ == nullptr) return;
  let_go_.WaitForNotification();
  stub_.reset();
}

void ExplainCall::Finish(const absl::Status& status) {
  const Done done = std::exchange(done_, nullptr);
  if (!done) return;
  if (status.ok()) {
    done(response_.json());
  } else {
    done(status);
  }
}

}  // namespace heddle
