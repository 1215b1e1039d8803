#include "namerd/http_api/exchange.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "namerd/http_api/answer.h"

namespace heddle::namerd {

// One answer under way. It ends once, from whichever side; what it followed is dropped when the callback that
// ended it has returned, since that may be the subscription's own.
class Exchanges::Exchange {
 public:
  explicit Exchange(std::shared_ptr<ResponseWriter> writer) : writer_(std::move(writer)) {}
  virtual ~Exchange() = default;
  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  void Begin(const Follow& follow, std::function<void()> on_end) {
    on_end_ = std::move(on_end);
    writer_->OnClosed(Guarded([this] { End(); }));
    Start();
    Subscription following = follow([this, alive = std::weak_ptr<bool>(alive_)](absl::StatusOr<State> state) {
      if (!alive.expired() && !ended_) OnState(std::move(state));
    });
    if (!ended_) following_ = std::move(following);
  }
  void Abort() {
    if (!std::exchange(ended_, true)) SayGoodbye();
  }

 protected:
  virtual void Start() {}
  // namerd ends.
  virtual void SayGoodbye() = 0;
  virtual void OnState(absl::StatusOr<State> state) = 0;

  void End() {
    if (std::exchange(ended_, true)) return;
    on_end_();
  }
  // The writer may outlive us.
  std::function<void()> Guarded(std::function<void()> call) {
    return [alive = std::weak_ptr<bool>(alive_), call = std::move(call)] {
      if (!alive.expired()) call();
    };
  }

  const std::shared_ptr<ResponseWriter> writer_;
  bool ended_ = false;

 private:
  std::function<void()> on_end_;
  Subscription following_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

class Exchanges::First : public Exchange {
 public:
  First(Loop& loop, const HttpRequest& request, std::shared_ptr<ResponseWriter> writer,
        std::string content_type, Millis limit)
      : Exchange(std::move(writer)),
        content_type_(std::move(content_type)),
        limit_(limit),
        timer_(loop, [this] { OnTime(); }) {
    request_.method = request.method;
    request_.target = request.target;
    request_.headers = request.headers;
  }

 private:
  void Start() override { timer_.Start(limit_); }
  void SayGoodbye() override {
    writer_->Send(Refusal(request_, absl::UnavailableError("namerd is shutting down; repeat the request")));
  }

  void OnState(absl::StatusOr<State> state) override {
    writer_->Send(state.ok() ? HttpResponse{200, {{"Content-Type", content_type_}}, std::move(state->text)}
                             : Refusal(request_, state.status()));
    End();
  }
  void OnTime() {
    if (ended_) return;
    OnState(absl::DeadlineExceededError(
        absl::StrCat("not known after ", limit_.count(),
                     " ms: service discovery has not answered; repeat the request, or watch")));
  }

  HttpRequest request_;  // without the body
  const std::string content_type_;
  const Millis limit_;
  Timer timer_;
};

class Exchanges::Stream : public Exchange {
 public:
  Stream(std::shared_ptr<ResponseWriter> writer, std::string content_type)
      : Exchange(std::move(writer)), content_type_(std::move(content_type)) {}

 private:
  void SayGoodbye() override { writer_->End(); }
  void Start() override {
    writer_->Start(200, {{"Content-Type", content_type_}});
    writer_->OnDrained(Guarded([this] { SendLatest(); }));
  }

  void OnState(absl::StatusOr<State> state) override {
    if (over_) return;
    over_ = !state.ok() || state->last;
    latest_ = state.ok() ? std::move(state->text) : absl::StrCat(state.status().message(), "\n");
    SendLatest();
  }

  void SendLatest() {
    if (ended_ || !latest_.has_value() || writer_->buffered() > 0) return;
    std::string line = *std::exchange(latest_, std::nullopt);
    if (line != sent_) {
      writer_->Write(line);
      sent_ = std::move(line);
    }
    if (!over_) return;
    writer_->End();
    End();
  }

  const std::string content_type_;
  std::optional<std::string> latest_;  // not sent yet
  std::string sent_;
  bool over_ = false;  // with latest_
};

Exchanges::Exchanges(Loop& loop) : loop_(loop) {}

Exchanges::~Exchanges() {
  for (const auto& exchange : open_) exchange->Abort();
}

void Exchanges::Stop() {
  stopped_ = true;
  for (const auto& exchange : open_) exchange->Abort();
  loop_.Defer([ended = std::exchange(open_, {})] {});  // one of them may have called us
}

void Exchanges::AnswerFirst(const HttpRequest& request, std::shared_ptr<ResponseWriter> writer,
                            std::string content_type, Millis limit, const Follow& follow) {
  Open(std::make_unique<First>(loop_, request, std::move(writer), std::move(content_type), limit), follow);
}

void Exchanges::AnswerAll(std::shared_ptr<ResponseWriter> writer, std::string content_type,
                          const Follow& follow) {
  Open(std::make_unique<Stream>(std::move(writer), std::move(content_type)), follow);
}

void Exchanges::Open(std::unique_ptr<Exchange> exchange, const Follow& follow) {
  const auto place = open_.insert(open_.end(), std::move(exchange));
  (*place)->Begin(follow, [this, place] {
    // Out of the list at once, so that it is not aborted; gone after the callback that ended it.
    loop_.Defer([ended = std::move(*place)] {});
    open_.erase(place);
  });
  if (stopped_) Stop();
}

}  // namespace heddle::namerd
