// Writes whose answers come when the fleet runs what was written: ?wait on PUT and POST of dtabs.
#ifndef HEDDLE_NAMERD_HTTP_API_WAITING_WRITES_H_
#define HEDDLE_NAMERD_HTTP_API_WAITING_WRITES_H_

#include <list>
#include <memory>
#include <optional>
#include <string>

#include "lib/base/status.h"
#include "lib/session/http_server.h"
#include "namerd/fleet/fleet.h"
#include "namerd/http_api/places.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

// Query parameter `wait`: nullopt without one, and for false; WaitingWrites::kUsual for true.
absl::StatusOr<std::optional<Millis>> WaitOf(const HttpRequest& request);

// All calls on the loop. Held by a shared_ptr, so that who is called back may know whether it is still there.
class WaitingWrites {
 public:
  static constexpr size_t kMost = 1000;
  static constexpr Millis kUsual = std::chrono::seconds(30);
  static constexpr Millis kLongest = std::chrono::minutes(10);

  // One request that waits, or is going to.
  class Wait;

  // The fleet outlives it.
  explicit WaitingWrites(Fleet& fleet) : fleet_(fleet) {}
  ~WaitingWrites() { Stop(); }
  WaitingWrites(const WaitingWrites&) = delete;
  WaitingWrites& operator=(const WaitingWrites&) = delete;

  // A place for a request that is to be written first; given back when the last copy goes. Null if kMost are
  // taken.
  std::shared_ptr<Wait> Take(std::shared_ptr<ResponseWriter> writer);

  // `written` is stored as `ns`, in a store of `epoch`: answers 200 once every proxy that follows `ns` runs
  // it, 202 with those that do not after `limit`. Nothing more is done if the client goes.
  void Answer(const std::shared_ptr<Wait>& wait, const std::string& ns, uint64_t epoch,
              const Version& written, Millis limit);

  // Answers those that wait, and those that come, with what is known now.
  void Stop();

  size_t open() const { return open_.size(); }

 private:
  void Tell(const std::shared_ptr<Wait>& wait, const Convergence& progress);
  void Drop(const std::shared_ptr<Wait>& wait);

  Fleet& fleet_;
  Places places_{kMost};
  std::list<std::shared_ptr<Wait>> open_;
  bool stopped_ = false;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_WAITING_WRITES_H_
