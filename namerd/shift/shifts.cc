#include "namerd/shift/shifts.h"

#include <algorithm>
#include <map>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "namerd/namespaces/weak_cache.h"
#include "namerd/shift/documents.h"
#include "namerd/shift/moves.h"
#include "namerd/shift/shift_run.h"

namespace heddle::namerd {
namespace {

constexpr DocumentKind kShift = DocumentKind::kShift;
// How often a write is tried anew when somebody else was first.
constexpr int kTries = 8;

}  // namespace

struct Shifts::Impl : std::enable_shared_from_this<Impl> {
  using Live = Source<ShiftPtr>;

  // One document. Stays while the document exists.
  struct Entry {
    ShiftPtr stored;  // null: it cannot be read
    std::shared_ptr<Live> live;
    std::unique_ptr<ShiftRun> run;  // null: it is over
    Subscription document;
  };

  Impl(Loop& loop, Namespaces& namespaces, Fleet& fleet, TrafficBook& traffic, std::string driver)
      : collector(loop, traffic), world{loop, namespaces, fleet, traffic, collector, std::move(driver)} {}

  Store& store() { return world.namespaces.store(); }
  std::shared_ptr<Live> LiveOf(const std::string& key) {
    return sources.GetOrMake(key, [] { return std::make_shared<Live>(nullptr); });
  }

  void FollowKeys();
  void OnKeys(const std::vector<std::string>& keys);
  void OnDocument(const std::string& key, const std::optional<Version>& latest);
  void PublishAll();
  void SetFollowers(const std::string& key, bool more);

  absl::StatusOr<Shift> Begin(const ShiftPlan& plan, const Change& change);
  void Start(ShiftPlan plan, Change change, Done<ShiftPtr> done, int tries);
  absl::StatusOr<Shift> Apply(const std::string& key, ShiftAction action, const Change& change);
  void Act(std::string key, ShiftAction action, Change change, Done<ShiftPtr> done, int tries);
  absl::StatusOr<ShiftPtr> Find(const std::string& key);

  template <class T>
  void Refuse(Done<T> done, absl::Status why) {
    world.loop.Post([done = std::move(done), why = std::move(why)]() mutable { done(std::move(why)); });
  }

  Collector collector;
  const ShiftWorld world;
  WeakCache<std::string, Live> sources;  // also of rules that have had no shift yet
  std::map<std::string, Entry> entries;
  std::map<std::string, size_t> followers;
  const std::shared_ptr<Source<std::vector<ShiftPtr>>> all =
      std::make_shared<Source<std::vector<ShiftPtr>>>(std::vector<ShiftPtr>());
  bool listing = false;  // in OnKeys: `all` is published once
  Subscription keys;
  bool stopped = false;
};

void Shifts::Impl::FollowKeys() {
  keys = store().WatchKeys(kShift)->Subscribe([this](const auto& now) { OnKeys(now); });
}

void Shifts::Impl::OnKeys(const std::vector<std::string>& now) {
  listing = true;
  std::erase_if(entries, [&now](auto& entry) {
    if (std::binary_search(now.begin(), now.end(), entry.first)) return false;
    entry.second.live->Set(nullptr);
    return true;
  });
  for (const std::string& key : now) {
    Entry& entry = entries[key];
    if (entry.live != nullptr) continue;
    entry.live = LiveOf(key);
    entry.document = store().WatchDocument(kShift, key)->Subscribe([this, key](const auto& latest) {
      OnDocument(key, latest);
    });
  }
  listing = false;
  PublishAll();
}

void Shifts::Impl::OnDocument(const std::string& key, const std::optional<Version>& latest) {
  Entry& entry = entries.at(key);
  absl::StatusOr<ShiftPtr> shift =
      latest.has_value() ? ReadShift(*latest) : absl::StatusOr<ShiftPtr>(absl::NotFoundError("none"));
  if (!shift.ok()) {
    Log(LogLevel::kError) << "the shift " << key << " is left as it is: " << shift.status().message();
    shift = nullptr;
  }
  const bool another = entry.stored == nullptr || *shift == nullptr || entry.stored->id != (*shift)->id;
  entry.stored = *std::move(shift);
  const bool over = entry.stored == nullptr || IsOver(entry.stored->phase());
  if (another || over) entry.run.reset();
  if (over) {
    entry.live->Set(entry.stored);
  } else {
    if (entry.run == nullptr) {
      const auto found = followers.find(key);
      entry.run =
          std::make_unique<ShiftRun>(world, entry.stored, found == followers.end() ? 0 : found->second,
                                     [live = entry.live](ShiftPtr now) { live->Set(std::move(now)); });
    }
    entry.run->Follow(entry.stored);
  }
  if (!listing) PublishAll();
}

void Shifts::Impl::PublishAll() {
  std::vector<ShiftPtr> now;
  for (const auto& [key, entry] : entries) {
    if (entry.stored != nullptr) now.push_back(entry.stored);
  }
  all->Set(std::move(now));
}

void Shifts::Impl::SetFollowers(const std::string& key, bool more) {
  const size_t count = more ? ++followers[key] : --followers[key];
  if (count == 0) followers.erase(key);
  const auto entry = entries.find(key);
  if (entry != entries.end() && entry->second.run != nullptr) entry->second.run->SetFollowers(count);
}

absl::StatusOr<Shifts::ShiftPtr> Shifts::Impl::Find(const std::string& key) {
  if (stopped) return absl::UnavailableError("this namerd is stopping; repeat the request");
  const auto entry = entries.find(key);
  if (entry == entries.end() || entry->second.stored == nullptr) {
    return absl::NotFoundError("no shift of this rule has been started");
  }
  return entry->second.stored;
}

absl::StatusOr<Shift> Shifts::Impl::Begin(const ShiftPlan& plan, const Change& change) {
  RETURN_IF_ERROR(CheckPlan(plan));
  const std::string key = ShiftKey(plan.ns, plan.prefix);
  size_t running = 0;
  for (const auto& [other, entry] : entries) running += entry.run != nullptr ? 1 : 0;
  const auto last = Find(key);
  if (stopped) return last.status();
  if (last.ok() && !IsOver((*last)->phase())) {
    return absl::AlreadyExistsError(absl::StrCat(ShiftName(**last), " is under way (",
                                                 PhaseName((*last)->phase()),
                                                 "); wait for its end, or abort it"));
  }
  if (running >= kMaxRunning) {
    return absl::UnavailableError(
        absl::StrCat(running, " shifts are under way, and more than that are not run at once"));
  }
  const auto document = store().WatchDocument(kShift, key);
  const std::optional<Version>& before = document->Get();
  const auto dtab = store().WatchDocument(DocumentKind::kDtab, plan.ns);
  ASSIGN_OR_RETURN(Shift shift,
                   BeginShift(plan, dtab->Get(), change, before ? before->number + 1 : 1, world.NowMs()));
  shift.version = before.has_value() && !before->deleted ? before->number : 0;
  shift.driver = world.driver;
  shift.lease_ms = world.NowMs() + kLease.count();
  return shift;
}

void Shifts::Impl::Start(ShiftPlan plan, Change change, Done<ShiftPtr> done, int tries) {
  auto shift = Begin(plan, change);
  if (!shift.ok()) return Refuse(std::move(done), shift.status());
  PutShift(
      store(), *shift, change.author,
      [weak = weak_from_this(), line = TransitionLine(*shift), plan = std::move(plan),
       change = std::move(change), done = std::move(done), tries](absl::StatusOr<Version> written) mutable {
        if (written.ok()) {
          Log(LogLevel::kInfo) << line;
          return done(ReadShift(*written));
        }
        const auto self = weak.lock();
        if (self != nullptr && LostRace(written.status()) && tries > 0) {
          return self->Start(std::move(plan), std::move(change), std::move(done), tries - 1);
        }
        done(Annotate(written.status(), "the shift cannot be stored"));
      });
}

absl::StatusOr<Shift> Shifts::Impl::Apply(const std::string& key, ShiftAction action, const Change& change) {
  ASSIGN_OR_RETURN(const ShiftPtr shift, Find(key));
  ASSIGN_OR_RETURN(const ShiftMove move, Acted(*shift, action, change));
  Shift next = WithMove(*shift, move, world.NowMs());
  // If its driver has gone, it is not to take long until another one goes on with this; an abort is to take
  // no time at all.
  next.lease_ms = world.NowMs() + kLease.count();
  if (action == ShiftAction::kAbort) next.driver = world.driver;
  return next;
}

void Shifts::Impl::Act(std::string key, ShiftAction action, Change change, Done<ShiftPtr> done, int tries) {
  auto shift = Apply(key, action, change);
  if (!shift.ok()) return Refuse(std::move(done), shift.status());
  PutShift(
      store(), *shift, change.author,
      [weak = weak_from_this(), line = TransitionLine(*shift), key = std::move(key), action,
       change = std::move(change), done = std::move(done), tries](absl::StatusOr<Version> written) mutable {
        if (written.ok()) {
          Log(LogLevel::kInfo) << line;
          return done(ReadShift(*written));
        }
        const auto self = weak.lock();
        if (self != nullptr && LostRace(written.status()) && tries > 0) {
          return self->Act(std::move(key), action, std::move(change), std::move(done), tries - 1);
        }
        done(Annotate(written.status(), "this cannot be stored"));
      });
}

Shifts::Shifts(Loop& loop, Namespaces& namespaces, Fleet& fleet, TrafficBook& traffic, std::string driver)
    : impl_(std::make_shared<Impl>(loop, namespaces, fleet, traffic, std::move(driver))) {
  impl_->FollowKeys();
}

Shifts::~Shifts() { Stop(); }

void Shifts::Stop() {
  // What still holds it (an action under way, somebody who attends) finds nothing to drive.
  impl_->stopped = true;
  impl_->keys.Cancel();
  impl_->entries.clear();
}

void Shifts::Start(ShiftPlan plan, Change change, Done<ShiftPtr> done) {
  impl_->Start(std::move(plan), std::move(change), std::move(done), kTries);
}

void Shifts::Act(const std::string& ns, const std::string& prefix, ShiftAction action, Change change,
                 Done<ShiftPtr> done) {
  impl_->Act(ShiftKey(ns, prefix), action, std::move(change), std::move(done), kTries);
}

std::shared_ptr<Watch<std::vector<Shifts::ShiftPtr>>> Shifts::All() { return impl_->all; }

std::shared_ptr<Watch<Shifts::ShiftPtr>> Shifts::Of(const std::string& ns, const std::string& prefix) {
  return impl_->LiveOf(ShiftKey(ns, prefix));
}

void Shifts::History(const std::string& ns, const std::string& prefix, size_t limit,
                     Done<std::vector<ShiftPtr>> done) {
  auto latest = impl_->Find(ShiftKey(ns, prefix));
  if (!latest.ok()) return impl_->Refuse(std::move(done), latest.status());
  impl_->world.loop.Post(
      [weak = std::weak_ptr(impl_), latest = *std::move(latest), limit, done = std::move(done)]() mutable {
        if (const auto impl = weak.lock()) {
          ReadShiftHistory(impl->store(), std::move(latest), limit, std::move(done));
        }
      });
}

Subscription Shifts::Attend(const std::string& ns, const std::string& prefix) {
  const std::string key = ShiftKey(ns, prefix);
  impl_->SetFollowers(key, true);
  return Subscription([weak = std::weak_ptr(impl_), key] {
    if (const auto impl = weak.lock()) impl->SetFollowers(key, false);
  });
}

}  // namespace heddle::namerd
