// A proxy's traffic reports, from its messages into the book. For ProxySession.
#ifndef HEDDLE_NAMERD_MESH_API_TRAFFIC_INTAKE_H_
#define HEDDLE_NAMERD_MESH_API_TRAFFIC_INTAKE_H_

#include <cstdint>
#include <functional>
#include <string>

#include "lib/base/status.h"
#include "lib/watch/watch.h"
#include "namerd/fleet/traffic_book.h"

namespace heddle::mesh::v1 {
class Traffic;
}

namespace heddle::namerd {

// Loop thread only. What does not add up, or is beyond the limits, stays out of the book.
class TrafficIntake {
 public:
  // Of a row: names as they are shown, and the name of a kind of failure. Longer ones are refused, as is a
  // count that no proxy comes to.
  static constexpr size_t kMaxNameBytes = 1024;
  static constexpr size_t kMaxKindBytes = 128;
  static constexpr uint64_t kMaxCount = uint64_t{1} << 40;

  // `on_asked` is called when there is something to ask the proxy. The book outlives it.
  TrafficIntake(TrafficBook& book, std::string proxy_id, std::function<void()> on_asked);

  // Every good row is in the book afterwards. The error says what is wrong with the first of the others.
  absl::Status Receive(const mesh::v1::Traffic& report);

  // The id of a report to be asked for now, 0 if none is: the latest, which answers those before it.
  uint64_t NextRequest();

 private:
  TrafficBook& book_;
  const std::string proxy_id_;
  uint64_t asked_ = 0;
  Subscription joined_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_MESH_API_TRAFFIC_INTAKE_H_
