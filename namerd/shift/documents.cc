#include "namerd/shift/documents.h"

#include <algorithm>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"

namespace heddle::namerd {
namespace {

constexpr DocumentKind kShift = DocumentKind::kShift;
// Far above what a shift has, far below what the store takes.
constexpr size_t kMaxDocument = 1u << 20;
// What the next decisions look back on (moves.cc: Earlier).
constexpr size_t kKeptTransitions = 4;

std::string Encode(Shift& shift) {
  std::string text = ShiftToJson(shift, false);
  auto& all = shift.transitions;
  while (text.size() > kMaxDocument && all.size() > kKeptTransitions) {
    const size_t dropped = std::min((all.size() + 1) / 2, all.size() - kKeptTransitions);
    all.erase(all.begin(), all.begin() + static_cast<ptrdiff_t>(dropped));
    shift.transitions_dropped = true;
    text = ShiftToJson(shift, false);
  }
  return text;
}

// Walks from a shift to the one before it: that ended with the version before the one that began this one.
class HistoryReader : public std::enable_shared_from_this<HistoryReader> {
 public:
  using Shifts = std::vector<std::shared_ptr<const Shift>>;
  HistoryReader(Store& store, std::string key, size_t limit, Store::Done<Shifts> done)
      : store_(store), key_(std::move(key)), limit_(limit), done_(std::move(done)) {}

  void Take(std::shared_ptr<const Shift> shift) {
    const VersionNumber before = shift->id - 1;
    shifts_.push_back(std::move(shift));
    if (shifts_.size() >= limit_ || before == 0) return done_(std::move(shifts_));
    Read(before);
  }

 private:
  void Read(VersionNumber number) {
    store_.GetVersion(kShift, key_, number,
                      [self = shared_from_this(), number](absl::StatusOr<Version> version) {
                        self->OnVersion(number, std::move(version));
                      });
  }

  void OnVersion(VersionNumber number, absl::StatusOr<Version> version) {
    if (absl::IsNotFound(version.status())) return done_(std::move(shifts_));  // no longer kept
    if (!version.ok()) return done_(version.status());
    bytes_ += version->value.size();
    if (bytes_ > Store::kMaxPageBytes) return done_(std::move(shifts_));
    if (version->deleted && number > 1) return Read(number - 1);
    auto shift = ReadShift(*version);
    if (!shift.ok()) return done_(shift.status());
    Take(*std::move(shift));
  }

  Store& store_;
  const std::string key_;
  const size_t limit_;
  Store::Done<Shifts> done_;
  Shifts shifts_;
  size_t bytes_ = 0;
};

}  // namespace

absl::StatusOr<std::shared_ptr<const Shift>> ReadShift(const Version& version) {
  absl::StatusOr<Shift> shift =
      version.deleted ? absl::DataLossError("it has been removed") : ShiftFromJson(version.value);
  if (shift.ok() && (shift->transitions.empty() || shift->id == 0 || shift->id > version.number)) {
    shift = absl::DataLossError("it has no transitions, or an id that is none");
  }
  if (!shift.ok()) {
    return Annotate(shift.status(), absl::StrCat("version ", version.number, " of the shift's document"));
  }
  shift->version = version.number;
  return std::make_shared<const Shift>(*std::move(shift));
}

void PutShift(Store& store, Shift shift, std::string author, Store::Done<Version> done) {
  const std::string key = ShiftKey(shift.plan.ns, shift.plan.prefix);
  const Expect expect = shift.version == 0 ? Expect::Absent() : Expect::At(shift.version);
  std::string text = Encode(shift);
  store.Put(kShift, key, std::move(text), expect, {std::move(author), shift.now().reason, ""},
            std::move(done));
}

bool LostRace(const absl::Status& status) {
  return absl::IsFailedPrecondition(status) || absl::IsAlreadyExists(status) || absl::IsNotFound(status);
}

void ReadShiftHistory(Store& store, std::shared_ptr<const Shift> latest, size_t limit,
                      Store::Done<std::vector<std::shared_ptr<const Shift>>> done) {
  std::string key = ShiftKey(latest->plan.ns, latest->plan.prefix);
  std::make_shared<HistoryReader>(store, std::move(key), limit, std::move(done))->Take(std::move(latest));
}

}  // namespace heddle::namerd
