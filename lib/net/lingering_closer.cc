#include "lib/net/lingering_closer.h"

#include <utility>

#include "lib/event/timer.h"

namespace heddle {

class LingeringCloser::Lingering : public Connection::Handler {
 public:
  Lingering(LingeringCloser& closer, std::unique_ptr<Connection> connection)
      : closer_(closer), connection_(std::move(connection)), limit_(closer.loop_, [this] { Done(); }) {
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
    if (connection_->read_ended()) Done();
  }
  void OnError(absl::Status) override { Done(); }

 private:
  void Done() {
    LingeringCloser& closer = closer_;
    closer.lingering_.erase(position_);  // destroys this
    if (closer.lingering_.empty() && closer.on_empty_) closer.on_empty_();
  }

  LingeringCloser& closer_;
  std::unique_ptr<Connection> connection_;
  Timer limit_;
  std::list<std::unique_ptr<Lingering>>::iterator position_;
};

LingeringCloser::LingeringCloser(Loop& loop, Millis limit) : loop_(loop), limit_(limit) {}

LingeringCloser::~LingeringCloser() = default;

void LingeringCloser::Close(std::unique_ptr<Connection> connection) {
  if (lingering_.size() >= kMaxLingering || !connection->connected()) return;
  if (connection->read_ended() && connection->buffered() == 0) return;
  lingering_.push_back(std::make_unique<Lingering>(*this, std::move(connection)));
  lingering_.back()->set_position(std::prev(lingering_.end()));
}

}  // namespace heddle
