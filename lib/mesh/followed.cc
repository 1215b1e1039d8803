#include "lib/mesh/followed.h"

#include "lib/mesh/client_state.h"

namespace heddle {

BindingWatch::BindingWatch(std::weak_ptr<MeshClientState> state, BindKey key, Dtab local)
    : Watch<Activity<Binding>>(Activity<Binding>::Pending()),
      state_(std::move(state)),
      key_(std::move(key)),
      local_(std::move(local)) {}

BindingWatch::~BindingWatch() {
  if (const auto state = state_.lock()) state->Forget(key_);
}

void BindingWatch::OnFirstSubscriber() {
  if (const auto state = state_.lock()) state->Follow(this);
}

void BindingWatch::OnLastUnsubscribed() {
  if (const auto state = state_.lock()) state->Unfollow(this);
}

EndpointWatch::~EndpointWatch() {
  if (const auto state = state_.lock()) state->Forget(client_);
}

}  // namespace heddle
