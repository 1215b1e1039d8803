// The latest versions of a namespace and when each came: what lags are counted from.
#ifndef HEDDLE_NAMERD_FLEET_VERSION_LOG_H_
#define HEDDLE_NAMERD_FLEET_VERSION_LOG_H_

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "lib/base/clock.h"
#include "lib/naming/interpreter.h"

namespace heddle::namerd {

// Versions are numbered from 1 as they come: revisions have gaps, and a namespace that is removed goes back
// to revision 0. Values; bounded by kKept.
class VersionLog {
 public:
  static constexpr size_t kKept = 256;

  // False if `version` is the latest already.
  bool Add(DtabVersion version, Nanos now) {
    if (last_number_ > 0 && entries_.back().version == version) return false;
    entries_.push_back({version, now});
    ++last_number_;
    if (entries_.size() > kKept) entries_.pop_front();
    return true;
  }

  // {0, 0} and 0 if there is none.
  DtabVersion latest() const { return entries_.empty() ? DtabVersion{} : entries_.back().version; }
  uint64_t last_number() const { return last_number_; }

  // nullopt if it is not known (any more).
  std::optional<uint64_t> NumberOf(DtabVersion version) const {
    for (size_t i = entries_.size(); i > 0; --i) {
      if (entries_[i - 1].version == version) return last_number_ - (entries_.size() - i);
    }
    return std::nullopt;
  }
  // When it came; for one that has been forgotten, when the earliest that is known did.
  // REQUIRES: 0 < number <= last_number().
  Nanos TimeOf(uint64_t number) const {
    const uint64_t first = last_number_ - entries_.size() + 1;
    return entries_[std::max(number, first) - first].time;
  }

 private:
  struct Entry {
    DtabVersion version;
    Nanos time;
  };
  std::deque<Entry> entries_;
  uint64_t last_number_ = 0;  // of entries_.back()
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_FLEET_VERSION_LOG_H_
