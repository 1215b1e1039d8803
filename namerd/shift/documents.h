// Shifts as documents of the store.
#ifndef HEDDLE_NAMERD_SHIFT_DOCUMENTS_H_
#define HEDDLE_NAMERD_SHIFT_DOCUMENTS_H_

#include <memory>
#include <string>

#include "namerd/shift/shift.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

// What a version of a shift's document says. DataLoss as ShiftFromJson, and for one that removes it.
absl::StatusOr<std::shared_ptr<const Shift>> ReadShift(const Version& version);

// Stores `shift` in the place of `shift.version` (0: of none; a removed one counts as none). `author` and the
// last transition's reason are kept with the version. `done` as Store::Put.
void PutShift(Store& store, Shift shift, std::string author, Store::Done<Version> done);
// Whether `status` of PutShift or of a dtab's Put says that somebody else was first.
bool LostRace(const absl::Status& status);

// The rule's shifts, newest first, each as it was last: from `latest` on, at most `limit`, fewer where they
// exceed Store::kMaxPageBytes. `store` outlives the answer.
void ReadShiftHistory(Store& store, std::shared_ptr<const Shift> latest, size_t limit,
                      Store::Done<std::vector<std::shared_ptr<const Shift>>> done);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_DOCUMENTS_H_
