// When a proxy reports its traffic, and what: the reports of a MeshClient without the network.
#ifndef HEDDLE_LIB_MESH_TRAFFIC_REPORTER_H_
#define HEDDLE_LIB_MESH_TRAFFIC_REPORTER_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include "lib/base/random.h"
#include "lib/event/timer.h"
#include "lib/mesh/client.h"

namespace heddle::mesh::v1 {
class FromProxy;
}

namespace heddle {

// Loop thread only. Asks its source only when all it had before has been sent, so that it never holds more
// than one report. What was not sent before a stream ended is sent on the next.
class TrafficReporter {
 public:
  // `on_outgoing` is called when NextMessage has something to give that it did not have before. `seed`
  // spreads the reports of a fleet over the interval.
  TrafficReporter(Loop& loop, uint64_t seed, std::function<void()> on_outgoing);
  ~TrafficReporter();

  void SetSource(MeshClient::TrafficSource source) { source_ = std::move(source); }

  // Reports are wanted every `interval` (0: only when asked for), until EndStream.
  void StartStream(Millis interval);
  void EndStream();
  // TrafficRequest `id` has come.
  void Asked(uint64_t id);
  // Asks the source once more, whatever the interval: for what is counted when no more will be.
  void Finish();
  // What Finish asked for has been given to NextMessage.
  bool finished() const { return !last_due_ && idle(); }

  // The next message to send; false if there is none.
  bool NextMessage(mesh::v1::FromProxy* out);

 private:
  void OnTimer();
  void Collect();
  void Collected(uint64_t answers, std::vector<TrafficRow> rows);
  bool idle() const { return !collecting_ && rows_.empty() && answers_ == 0; }

  Loop& loop_;
  Random random_;
  const std::function<void()> on_outgoing_;
  MeshClient::TrafficSource source_;
  Timer timer_;
  Millis interval_{0};
  bool streaming_ = false;
  uint64_t stream_ = 0;      // the present one, counted
  uint64_t asked_ = 0;       // the latest request that no report has been begun for; 0: none
  bool last_due_ = false;    // Finish has been called, and no report begun since
  bool collecting_ = false;  // the source has been asked
  bool sending_ = false;     // in NextMessage
  Nanos collected_at_;
  // The report that is being sent.
  std::vector<TrafficRow> rows_;  // the rest of it, the last first
  Millis covers_{0};
  uint64_t answers_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace heddle

#endif  // HEDDLE_LIB_MESH_TRAFFIC_REPORTER_H_
