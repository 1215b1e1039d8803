#include "namerd/store/rocksdb_store.h"

#include <utility>
#include <variant>

#include "namerd/store/board.h"
#include "namerd/store/rocksdb_disk.h"
#include "namerd/store/serial_thread.h"

namespace heddle::namerd {
namespace {

// What may wait for the disk; more is refused.
constexpr size_t kMaxWaiting = 1024;
constexpr size_t kMaxWaitingBytes = 64u << 20;

using WriteDone = Store::Done<Version>;
struct PendingWrite {
  Write write;
  WriteDone done;
};
// Runs on the disk's thread; posts its result itself.
using Read = absl::AnyInvocable<void(RocksdbDisk&)>;
using Request = std::variant<PendingWrite, Read>;

// A write as the disk answered it.
struct Outcome {
  DocumentKind kind;
  std::string key;
  size_t bytes;
  absl::StatusOr<Version> result;
  WriteDone done;
};

class RocksdbStore : public Store {
 public:
  RocksdbStore(Loop& loop, std::unique_ptr<RocksdbDisk> disk, Board board)
      : loop_(loop),
        epoch_(disk->epoch()),
        board_(std::move(board)),
        disk_(std::move(disk)),
        thread_(
            [this, alive = Alive()](std::vector<Request> requests) { Serve(alive, std::move(requests)); }) {}

  uint64_t epoch() const override { return epoch_; }

  std::shared_ptr<Watch<std::vector<std::string>>> WatchKeys(DocumentKind kind) override {
    return board_.WatchKeys(kind);
  }
  std::shared_ptr<Watch<std::optional<Version>>> WatchDocument(DocumentKind kind,
                                                               const std::string& key) override {
    return board_.WatchDocument(kind, key);
  }

  void Get(DocumentKind kind, const std::string& key, Done<Version> done) override {
    AddRead<Version>([kind, key](RocksdbDisk& disk) { return disk.Get(kind, key); }, std::move(done));
  }
  void Put(DocumentKind kind, const std::string& key, std::string value, Expect expect, Change change,
           Done<Version> done) override {
    AddWrite({kind, key, false, std::move(value), expect, std::move(change)}, std::move(done));
  }
  void Delete(DocumentKind kind, const std::string& key, Expect expect, Change change,
              Done<Version> done) override {
    AddWrite({kind, key, true, "", expect, std::move(change)}, std::move(done));
  }
  void History(DocumentKind kind, const std::string& key, size_t limit, VersionNumber before,
               Done<std::vector<Version>> done) override {
    AddRead<std::vector<Version>>(
        [kind, key, limit, before](RocksdbDisk& disk) { return disk.History(kind, key, limit, before); },
        std::move(done));
  }
  void GetVersion(DocumentKind kind, const std::string& key, VersionNumber number,
                  Done<Version> done) override {
    AddRead<Version>([kind, key, number](RocksdbDisk& disk) { return disk.GetVersion(kind, key, number); },
                     std::move(done));
  }

 private:
  // Expires with the store: posted work looks at it on the loop before it touches anything.
  std::weak_ptr<bool> Alive() const { return alive_; }

  void AddWrite(Write write, WriteDone done) {
    write.time_ms = std::chrono::duration_cast<Millis>(loop_.clock().WallNow()).count();
    absl::Status admitted = CheckLimits(write);
    if (admitted.ok()) admitted = Admit(write.bytes());
    if (!admitted.ok()) return Refuse<Version>(std::move(admitted), std::move(done));
    thread_.Add(PendingWrite{std::move(write), std::move(done)});
  }

  template <class T>
  void AddRead(std::function<absl::StatusOr<T>(RocksdbDisk&)> read, Done<T> done) {
    if (absl::Status admitted = Admit(0); !admitted.ok())
      return Refuse<T>(std::move(admitted), std::move(done));
    thread_.Add(Read(
        [this, alive = Alive(), read = std::move(read), done = std::move(done)](RocksdbDisk& disk) mutable {
          loop_.Post([this, alive = std::move(alive), result = read(disk), done = std::move(done)]() mutable {
            if (alive.expired()) return;
            --waiting_;
            done(std::move(result));
          });
        }));
  }

  absl::Status Admit(size_t bytes) {
    if (waiting_ >= kMaxWaiting || waiting_bytes_ + bytes > kMaxWaitingBytes) {
      return absl::UnavailableError("too many requests are waiting for the store's disk; repeat later");
    }
    ++waiting_;
    waiting_bytes_ += bytes;
    return absl::OkStatus();
  }

  template <class T>
  void Refuse(absl::Status status, Done<T> done) {
    loop_.Post([alive = Alive(), status = std::move(status), done = std::move(done)]() mutable {
      if (!alive.expired()) done(std::move(status));
    });
  }

  // On the disk's thread. Writes that have been waiting together share one sync.
  void Serve(const std::weak_ptr<bool>& alive, std::vector<Request> requests) {
    std::vector<PendingWrite> group;
    for (Request& request : requests) {
      if (auto* write = std::get_if<PendingWrite>(&request)) {
        group.push_back(std::move(*write));
        continue;
      }
      Commit(alive, std::exchange(group, {}));
      std::get<Read>(request)(*disk_);
    }
    Commit(alive, std::move(group));
  }

  void Commit(const std::weak_ptr<bool>& alive, std::vector<PendingWrite> group) {
    if (group.empty()) return;
    std::vector<Outcome> outcomes;
    std::vector<Write> writes;
    for (PendingWrite& pending : group) {
      Write& write = pending.write;
      outcomes.push_back({write.kind, write.key, write.bytes(), Version(), std::move(pending.done)});
      writes.push_back(std::move(write));
    }
    auto results = disk_->Commit(writes);
    for (size_t i = 0; i < results.size(); ++i) outcomes[i].result = std::move(results[i]);
    loop_.Post([this, alive, outcomes = std::move(outcomes)]() mutable {
      for (Outcome& outcome : outcomes) {
        if (alive.expired()) return;  // an acknowledgement may have ended us
        --waiting_;
        waiting_bytes_ -= outcome.bytes;
        if (outcome.result.ok()) board_.Apply(outcome.kind, outcome.key, *outcome.result);
        if (alive.expired()) return;  // or an observer
        outcome.done(std::move(outcome.result));
      }
    });
  }

  Loop& loop_;
  const uint64_t epoch_;
  Board board_;
  size_t waiting_ = 0, waiting_bytes_ = 0;
  std::shared_ptr<bool> alive_ = std::make_shared<bool>(true);
  std::unique_ptr<RocksdbDisk> disk_;  // the thread's
  SerialThread<Request> thread_;       // ends before anything else does
};

}  // namespace

absl::StatusOr<std::unique_ptr<Store>> OpenRocksdbStore(Loop& loop, std::string path, rocksdb::Env* env) {
  ASSIGN_OR_RETURN(std::unique_ptr<RocksdbDisk> disk, RocksdbDisk::Open(std::move(path), env));
  Board board;
  RETURN_IF_ERROR(disk->ForEachLatest([&board](DocumentKind kind, const std::string& key, Version latest) {
    board.Apply(kind, key, std::move(latest));
  }));
  return std::make_unique<RocksdbStore>(loop, std::move(disk), std::move(board));
}

}  // namespace heddle::namerd
