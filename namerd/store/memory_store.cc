#include "namerd/store/memory_store.h"

#include <deque>
#include <utility>

#include "lib/base/check.h"
#include "lib/base/random.h"
#include "namerd/store/board.h"
#include "namerd/store/rules.h"

namespace heddle::namerd {
namespace {

int64_t WallMillis(const Loop& loop) {
  return std::chrono::duration_cast<Millis>(loop.clock().WallNow()).count();
}

class MemoryStore : public Store {
 public:
  MemoryStore(Loop& loop, const std::map<std::string, std::string>& dtabs) : loop_(loop) {
    Random random = Random::FromEntropy();
    while (epoch_ == 0) epoch_ = random.Next();
    for (const auto& [ns, dtab] : dtabs) {
      Write write{.kind = DocumentKind::kDtab, .key = ns, .value = dtab, .time_ms = WallMillis(loop)};
      write.change.message = "from the configuration";
      HEDDLE_CHECK(Commit(std::move(write)).ok());
    }
  }

  uint64_t epoch() const override { return epoch_; }

  std::shared_ptr<Watch<std::vector<std::string>>> WatchKeys(DocumentKind kind) override {
    return board_.WatchKeys(kind);
  }
  std::shared_ptr<Watch<std::optional<Version>>> WatchDocument(DocumentKind kind,
                                                               const std::string& key) override {
    return board_.WatchDocument(kind, key);
  }

  void Get(DocumentKind kind, const std::string& key, Done<Version> done) override {
    Later([this, kind, key, done = std::move(done)]() mutable {
      const Version* latest = board_.Latest(kind, key);
      if (latest == nullptr || latest->deleted) return done(NoSuchDocument(kind, key));
      done(Version(*latest));
    });
  }

  void Put(DocumentKind kind, const std::string& key, std::string value, Expect expect, Change change,
           Done<Version> done) override {
    Do({kind, key, false, std::move(value), expect, std::move(change)}, std::move(done));
  }
  void Delete(DocumentKind kind, const std::string& key, Expect expect, Change change,
              Done<Version> done) override {
    Do({kind, key, true, "", expect, std::move(change)}, std::move(done));
  }

  void History(DocumentKind kind, const std::string& key, size_t limit, VersionNumber before,
               Done<std::vector<Version>> done) override {
    Later([this, kind, key, limit, before, done = std::move(done)]() mutable {
      const auto found = history_.find({kind, key});
      if (found == history_.end()) return done(NoSuchDocument(kind, key));
      std::vector<Version> page;
      size_t bytes = 0;
      for (auto it = found->second.rbegin(); it != found->second.rend() && page.size() < limit; ++it) {
        if (before != 0 && it->number >= before) continue;
        bytes += it->value.size();
        if (bytes > kMaxPageBytes && !page.empty()) break;
        page.push_back(*it);
      }
      done(std::move(page));
    });
  }

  void GetVersion(DocumentKind kind, const std::string& key, VersionNumber number,
                  Done<Version> done) override {
    Later([this, kind, key, number, done = std::move(done)]() mutable {
      const auto found = history_.find({kind, key});
      if (found == history_.end()) return done(NoSuchDocument(kind, key));
      for (const Version& version : found->second) {
        if (version.number == number) return done(Version(version));
      }
      done(NoSuchVersion(kind, key, number));
    });
  }

 private:
  // Runs `work` on the loop, unless the store is gone by then.
  void Later(absl::AnyInvocable<void()> work) {
    loop_.Post([alive = std::weak_ptr<bool>(alive_), work = std::move(work)]() mutable {
      if (!alive.expired()) work();
    });
  }

  void Do(Write write, Done<Version> done) {
    Later([this, write = std::move(write), done = std::move(done)]() mutable {
      write.time_ms = WallMillis(loop_);
      const std::weak_ptr<bool> alive = alive_;
      auto result = Commit(std::move(write));
      if (!alive.expired()) done(std::move(result));  // an observer may have ended us
    });
  }

  absl::StatusOr<Version> Commit(Write write) {
    const DocumentKind kind = write.kind;
    const std::string key = write.key;
    RETURN_IF_ERROR(CheckLimits(write));
    const Version* latest = board_.Latest(kind, key);
    RETURN_IF_ERROR(CheckExpect(write, latest));
    Version version = NextVersion(std::move(write), latest, ++revision_);
    auto& history = history_[{kind, key}];
    history.push_back(version);
    if (history.size() > kMemoryHistory) history.pop_front();
    board_.Apply(kind, key, version);
    return version;
  }

  Loop& loop_;
  uint64_t epoch_ = 0;
  Revision revision_ = 0;
  Board board_;
  std::map<std::pair<DocumentKind, std::string>, std::deque<Version>> history_;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
};

}  // namespace

std::unique_ptr<Store> MakeMemoryStore(Loop& loop, const std::map<std::string, std::string>& dtabs) {
  return std::make_unique<MemoryStore>(loop, dtabs);
}

}  // namespace heddle::namerd
