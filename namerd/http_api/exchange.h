// Answers that come later: the first state of something that changes, or every state of it as a stream.
#ifndef HEDDLE_NAMERD_HTTP_API_EXCHANGE_H_
#define HEDDLE_NAMERD_HTTP_API_EXCHANGE_H_

#include <functional>
#include <list>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "lib/base/status.h"
#include "lib/event/loop.h"
#include "lib/event/timer.h"
#include "lib/session/http_server.h"
#include "lib/watch/watch.h"

namespace heddle::namerd {

// One state of what is followed. After the last one a stream ends.
struct State {
  State(std::string t, bool l = false) : text(std::move(t)), last(l) {}  // NOLINT: a text is a state
  std::string text;
  bool last;
};

// Calls `report` with each state, as text, from inside the call on; states that are not known yet are not
// reported. An error is the last report. Ends when the subscription does.
using Report = std::function<void(absl::StatusOr<State>)>;
using Follow = std::function<Subscription(Report)>;

// The answers that are not complete, so that they end with their connection, with their time, or with us.
// Loop thread only.
class Exchanges {
 public:
  explicit Exchanges(Loop& loop);
  ~Exchanges();

  // Ends the streams and answers those that wait with 503, from now on.
  void Stop();

  // Answers `request` with the first state that `follow` reports: 200 with `content_type`, or the status of
  // the error. 503 if there is none within `limit`.
  void AnswerFirst(const HttpRequest& request, std::shared_ptr<ResponseWriter> writer,
                   std::string content_type, Millis limit, const Follow& follow);

  // Answers with a stream of the states, which end in newlines: one that changes before the one before it has
  // been taken is replaced, and one equal to what was sent last is left out. The last one ends the stream,
  // and so does an error, which is written as its message in a line.
  void AnswerAll(std::shared_ptr<ResponseWriter> writer, std::string content_type, const Follow& follow);

  size_t size() const { return open_.size(); }

 private:
  class Exchange;
  class First;
  class Stream;

  void Open(std::unique_ptr<Exchange> exchange, const Follow& follow);

  Loop& loop_;
  std::list<std::unique_ptr<Exchange>> open_;
  bool stopped_ = false;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_EXCHANGE_H_
