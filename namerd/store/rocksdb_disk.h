// The store's data in RocksDB: every call blocks on the disk. rocksdb_store.cc keeps it on a thread of its
// own.
//
// Keys (kind: 'd' dtab, 's' shift):
//   m/format, m/epoch, m/revision    8 bytes each
//   d<kind><key>                     the number of the document's latest version
//   h<kind><length of key, 2 bytes><key><number>   a version (version_codec.h)
#ifndef HEDDLE_NAMERD_STORE_ROCKSDB_DISK_H_
#define HEDDLE_NAMERD_STORE_ROCKSDB_DISK_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "namerd/store/rules.h"
#include "namerd/store/store.h"

namespace rocksdb {
class DB;
class Env;
class Status;
class WriteBatch;
}  // namespace rocksdb

namespace heddle::namerd {

// One thread at a time.
class RocksdbDisk {
 public:
  // Opens or creates the data in directory `path`. Errors name the path and what to do: FailedPrecondition
  // (another process uses it, which is named; or a newer program wrote it), Unavailable, ResourceExhausted,
  // DataLoss. `env` (for tests) outlives the disk; null: the machine's.
  static absl::StatusOr<std::unique_ptr<RocksdbDisk>> Open(std::string path, rocksdb::Env* env);
  ~RocksdbDisk();

  uint64_t epoch() const { return epoch_; }

  // Calls `visit` with the latest version of every document.
  absl::Status ForEachLatest(
      const std::function<void(DocumentKind, const std::string& key, Version latest)>& visit);

  // Decides the writes one after the other and puts those that may be done on disk in one synced batch: all
  // of them or none. A result for each, in order. After a failure the data is opened anew and what reached
  // the disk is taken back before anything else is written, so that room on the disk is all it takes to go
  // on.
  std::vector<absl::StatusOr<Version>> Commit(const std::vector<Write>& writes);

  // As in store.h.
  absl::StatusOr<Version> Get(DocumentKind kind, const std::string& key);
  absl::StatusOr<std::vector<Version>> History(DocumentKind kind, const std::string& key, size_t limit,
                                               VersionNumber before);
  absl::StatusOr<Version> GetVersion(DocumentKind kind, const std::string& key, VersionNumber number);

 private:
  struct Batch;
  RocksdbDisk(std::string path, rocksdb::Env* env);

  absl::Status OpenDb();
  absl::Status ReadIdentity();
  absl::Status Recover();
  absl::Status Translate(const rocksdb::Status& status) const;
  absl::StatusOr<uint64_t> ReadNumber(absl::string_view key);  // NotFound if it is not there
  // The number of the latest version; NotFound if the document has never existed.
  absl::StatusOr<VersionNumber> LatestNumber(DocumentKind kind, const std::string& key);
  absl::StatusOr<Version> ReadVersion(DocumentKind kind, absl::string_view key, VersionNumber number);
  absl::StatusOr<Version> Decide(const Write& write, Batch& batch);

  const std::string path_;
  rocksdb::Env* const env_;
  std::unique_ptr<rocksdb::DB> db_;  // null only while it cannot be opened, not even for reading
  uint64_t epoch_ = 0;
  Revision revision_ = 0;
  std::unique_ptr<rocksdb::WriteBatch> undo_;  // of the batch that failed; null while all is well
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_ROCKSDB_DISK_H_
