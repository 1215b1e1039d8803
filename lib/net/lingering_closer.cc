#include "lib/net/lingering_closer.h"

#include <utility>

#include "lib/event/timer.h"

namespace heddle {
namespace {

// How many limits a peer may take nothing of what is owed to it.
constexpr int kPatience = 30;

}  // namespace

class LingeringCloser::Lingering : public Connection::Handler {
 public:
  Lingering(LingeringCloser& closer, std::unique_ptr<Connection> connection)
      : closer_(closer), connection_(std::move(connection)), limit_(closer.loop_, [this] { OnLimit(); }) {
    connection_->set_handler(*this);
    connection_->Shutdown();
    connection_->ResumeReading();
    limit_.Start(closer.limit_);
  }
  void set_position(std::list<std::unique_ptr<Lingering>>::iterator position) { position_ = position; }

  void OnData(absl::string_view) override {}
  void OnEof() override {
    if (connection_->buffered() == 0) Done();
  }
  void OnDrained() override {
    if (connection_->read_ended()) {
      Done();
    } else {
      limit_.Start(closer_.limit_);
    }
  }
  void OnError(absl::Status) override { Done(); }

 private:
  // A peer that reads slowly gets all that it is owed; one that does not read is not waited for.
  void OnLimit() {
    if (connection_->buffered() == 0) {
      Done();
      return;
    }
    still_ = connection_->sent() == sent_ ? still_ + 1 : 0;
    sent_ = connection_->sent();
    if (still_ < kPatience) {
      limit_.Start(closer_.limit_);
    } else {
      Done();
    }
  }
  void Done() {
    LingeringCloser& closer = closer_;
    closer.lingering_.erase(position_);  // destroys this
    if (closer.lingering_.empty() && closer.on_empty_) closer.on_empty_();
  }

  LingeringCloser& closer_;
  std::unique_ptr<Connection> connection_;
  Timer limit_;
  uint64_t sent_ = 0;
  int still_ = 0;  // how often in a row nothing had left
  std::list<std::unique_ptr<Lingering>>::iterator position_;
};

LingeringCloser::LingeringCloser(Loop& loop, Millis limit) : loop_(loop), limit_(limit) {}

LingeringCloser::~LingeringCloser() = default;

void LingeringCloser::Close(std::unique_ptr<Connection> connection) {
  if (!connection->connected() || (connection->read_ended() && connection->buffered() == 0)) return;
  if (lingering_.size() >= kMaxLingering) lingering_.pop_front();
  lingering_.push_back(std::make_unique<Lingering>(*this, std::move(connection)));
  lingering_.back()->set_position(std::prev(lingering_.end()));
}

}  // namespace heddle
