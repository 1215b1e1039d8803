#include "namerd/store/rocksdb_disk.h"

#include <fcntl.h>
#include <rocksdb/db.h>
#include <rocksdb/env.h>
#include <rocksdb/options.h>
#include <rocksdb/write_batch.h>
#include <unistd.h>

#include <filesystem>
#include <map>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/random.h"
#include "namerd/store/rocksdb_log.h"
#include "namerd/store/version_codec.h"

namespace heddle::namerd {
namespace {

constexpr char kFormatKey[] = "m/format";
constexpr char kEpochKey[] = "m/epoch";
constexpr char kRevisionKey[] = "m/revision";
constexpr uint64_t kFormat = 1;

rocksdb::Slice ToSlice(absl::string_view text) { return {text.data(), text.size()}; }
absl::string_view ToView(const rocksdb::Slice& slice) { return {slice.data(), slice.size()}; }

char KindByte(DocumentKind kind) { return kind == DocumentKind::kDtab ? 'd' : 's'; }

std::string LatestKey(DocumentKind kind, absl::string_view key) {
  return absl::StrCat("d", std::string(1, KindByte(kind)), key);
}

// Of all versions of a document.
std::string HistoryPrefix(DocumentKind kind, absl::string_view key) {
  const char length[] = {static_cast<char>(key.size() >> 8), static_cast<char>(key.size())};
  return absl::StrCat("h", std::string(1, KindByte(kind)), absl::string_view(length, 2), key);
}

std::string HistoryKey(DocumentKind kind, absl::string_view key, VersionNumber number) {
  return HistoryPrefix(kind, key) + EncodeNumber(number);
}

// Dtabs are small and few: little memory, few files, no background work to speak of.
rocksdb::Options DbOptions(rocksdb::Env* env) {
  rocksdb::Options options;
  if (env != nullptr) options.env = env;
  options.create_if_missing = true;
  options.write_buffer_size = 4u << 20;  // also what is preallocated of a log file
  options.max_total_wal_size = 8u << 20;
  options.manifest_preallocation_size = 64u << 10;
  options.max_open_files = 64;
  options.max_background_jobs = 2;
  options.info_log = MakeRocksdbLog();
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

rocksdb::WriteOptions Synced() {
  rocksdb::WriteOptions options;
  options.sync = true;
  return options;
}

// The process that holds the lock on `path`, as text: " 1234", or nothing if that cannot be told.
// Not to be asked of a lock this process holds: closing any descriptor of a file drops the process's locks on
// it.
std::string LockHolder(const std::string& path) {
  const int fd = ::open(absl::StrCat(path, "/LOCK").c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) return "";
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  const bool told = ::fcntl(fd, F_GETLK, &lock) == 0 && lock.l_type != F_UNLCK;
  ::close(fd);
  return told ? absl::StrCat(" ", lock.l_pid) : "";
}

}  // namespace

// What one Commit writes, and what takes it back.
struct RocksdbDisk::Batch {
  explicit Batch(Revision last) : revision(last) {}
  Revision revision;                      // of the last write so far
  std::map<std::string, Version> latest;  // by LatestKey: what the writes before in this batch made
  rocksdb::WriteBatch redo, undo;
};

RocksdbDisk::RocksdbDisk(std::string path, rocksdb::Env* env) : path_(std::move(path)), env_(env) {}
RocksdbDisk::~RocksdbDisk() = default;

absl::StatusOr<std::unique_ptr<RocksdbDisk>> RocksdbDisk::Open(std::string path, rocksdb::Env* env) {
  std::unique_ptr<RocksdbDisk> disk(new RocksdbDisk(std::move(path), env));
  std::error_code error;
  std::filesystem::create_directories(disk->path_, error);
  if (error) {
    return absl::UnavailableError(absl::StrCat("cannot make the store's directory ", disk->path_, ": ",
                                               error.message(), "; make it, or set storage.path to another"));
  }
  RETURN_IF_ERROR(disk->OpenDb());
  RETURN_IF_ERROR(disk->ReadIdentity());
  return disk;
}

absl::Status RocksdbDisk::OpenDb() {
  rocksdb::DB* db = nullptr;
  const rocksdb::Status opened = rocksdb::DB::Open(DbOptions(env_), path_, &db);
  if (opened.ok()) {
    db_.reset(db);
    return absl::OkStatus();
  }
  const std::string text = opened.ToString();
  if (absl::StrContains(text, "LOCK: ") || absl::StrContains(text, "lock hold by current process")) {
    const bool ours = absl::StrContains(text, "current process");
    return absl::FailedPreconditionError(
        absl::StrCat("the store in ", path_, " is in use by ",
                     ours ? "this process already" : "another process", ours ? "" : LockHolder(path_),
                     "; stop that namerd, or give this one a directory of its own (storage.path)"));
  }
  return Translate(opened);
}

absl::Status RocksdbDisk::ReadIdentity() {
  const auto format = ReadNumber(kFormatKey);
  if (absl::IsNotFound(format.status())) {
    Random random = Random::FromEntropy();
    while (epoch_ == 0) epoch_ = random.Next();
    rocksdb::WriteBatch batch;
    batch.Put(kFormatKey, EncodeNumber(kFormat));
    batch.Put(kEpochKey, EncodeNumber(epoch_));
    batch.Put(kRevisionKey, EncodeNumber(0));
    const rocksdb::Status written = db_->Write(Synced(), &batch);
    return written.ok() ? absl::OkStatus() : Translate(written);
  }
  RETURN_IF_ERROR(format.status());
  if (*format != kFormat) {
    return absl::FailedPreconditionError(absl::StrCat("the store in ", path_, " has format ", *format,
                                                      " and this namerd reads ", kFormat,
                                                      "; start the namerd that wrote it, or a newer one"));
  }
  ASSIGN_OR_RETURN(epoch_, ReadNumber(kEpochKey));
  ASSIGN_OR_RETURN(revision_, ReadNumber(kRevisionKey));
  return absl::OkStatus();
}

absl::Status RocksdbDisk::Translate(const rocksdb::Status& status) const {
  const std::string text = status.ToString();
  if (status.IsNoSpace()) {
    return absl::ResourceExhaustedError(
        absl::StrCat("no space left for the store in ", path_, "; make room and repeat (", text, ")"));
  }
  if (status.IsCorruption()) {
    return absl::DataLossError(
        absl::StrCat("the store in ", path_, " is damaged (", text,
                     "); restore the directory from a copy, or start on an empty one"));
  }
  return absl::UnavailableError(absl::StrCat("the store in ", path_, " cannot be used: ", text));
}

absl::StatusOr<uint64_t> RocksdbDisk::ReadNumber(absl::string_view key) {
  if (db_ == nullptr) return absl::UnavailableError(absl::StrCat("the store in ", path_, " is not open"));
  std::string value;
  const rocksdb::Status read = db_->Get(rocksdb::ReadOptions(), ToSlice(key), &value);
  if (read.IsNotFound()) return absl::NotFoundError("no such key");
  if (!read.ok()) return Translate(read);
  const auto number = DecodeNumber(value);
  if (!number.has_value()) return absl::DataLossError(absl::StrCat("the store in ", path_, " is damaged"));
  return *number;
}

absl::StatusOr<Version> RocksdbDisk::ReadVersion(DocumentKind kind, absl::string_view key,
                                                 VersionNumber number) {
  if (db_ == nullptr) return absl::UnavailableError(absl::StrCat("the store in ", path_, " is not open"));
  std::string value;
  const rocksdb::Status read = db_->Get(rocksdb::ReadOptions(), HistoryKey(kind, key, number), &value);
  if (read.IsNotFound()) return NoSuchVersion(kind, key, number);
  if (!read.ok()) return Translate(read);
  return DecodeVersion(value);
}

absl::Status RocksdbDisk::ForEachLatest(
    const std::function<void(DocumentKind, const std::string&, Version)>& visit) {
  for (const DocumentKind kind : {DocumentKind::kDtab, DocumentKind::kShift}) {
    const std::string prefix = LatestKey(kind, "");
    std::unique_ptr<rocksdb::Iterator> it(db_->NewIterator(rocksdb::ReadOptions()));
    for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next()) {
      const std::string key(ToView(it->key()).substr(prefix.size()));
      const auto number = DecodeNumber(ToView(it->value()));
      if (!number.has_value())
        return absl::DataLossError(absl::StrCat("the store in ", path_, " is damaged"));
      ASSIGN_OR_RETURN(Version latest, ReadVersion(kind, key, *number));
      visit(kind, key, std::move(latest));
    }
    if (!it->status().ok()) return Translate(it->status());
  }
  return absl::OkStatus();
}

std::vector<absl::StatusOr<Version>> RocksdbDisk::Commit(const std::vector<Write>& writes) {
  std::vector<absl::StatusOr<Version>> results;
  results.reserve(writes.size());
  const absl::Status ready = Recover();
  Batch batch(revision_);
  for (const Write& write : writes) {
    results.push_back(ready.ok() ? Decide(write, batch) : absl::StatusOr<Version>(ready));
  }
  if (batch.revision == revision_) return results;

  batch.redo.Put(kRevisionKey, EncodeNumber(batch.revision));
  batch.undo.Put(kRevisionKey, EncodeNumber(revision_));
  const rocksdb::Status written = db_->Write(Synced(), &batch.redo);
  if (written.ok()) {
    revision_ = batch.revision;
    return results;
  }
  undo_ = std::make_unique<rocksdb::WriteBatch>(std::move(batch.undo));
  const absl::Status error = Translate(written);
  Log(LogLevel::kError) << "a write was refused: " << error.message();
  for (auto& result : results) {
    if (result.ok()) result = error;
  }
  return results;
}

absl::StatusOr<Version> RocksdbDisk::Decide(const Write& write, Batch& batch) {
  const std::string latest_key = LatestKey(write.kind, write.key);
  auto known = batch.latest.find(latest_key);
  if (known == batch.latest.end()) {
    const auto number = ReadNumber(latest_key);
    if (number.ok()) {
      ASSIGN_OR_RETURN(Version latest, ReadVersion(write.kind, write.key, *number));
      known = batch.latest.emplace(latest_key, std::move(latest)).first;
    } else if (!absl::IsNotFound(number.status())) {
      return number.status();
    }
  }
  const Version* latest = known == batch.latest.end() ? nullptr : &known->second;
  RETURN_IF_ERROR(CheckExpect(write, latest));
  Version next = NextVersion(write, latest, ++batch.revision);

  const std::string history_key = HistoryKey(write.kind, write.key, next.number);
  batch.redo.Put(history_key, EncodeVersion(next));
  batch.redo.Put(latest_key, EncodeNumber(next.number));
  batch.undo.Delete(history_key);
  // Later writes of the batch to the same document must not bring back what the batch itself has made.
  const bool from_disk = latest != nullptr && latest->revision <= revision_;
  if (latest == nullptr) batch.undo.Delete(latest_key);
  if (from_disk) batch.undo.Put(latest_key, EncodeNumber(latest->number));
  batch.latest[latest_key] = next;
  return next;
}

absl::Status RocksdbDisk::Recover() {
  if (undo_ == nullptr) return absl::OkStatus();
  // After a failed write RocksDB takes no more of them, and its log may end in half a record. Opening it anew
  // cuts that off and begins a new log.
  db_.reset();
  if (absl::Status opened = OpenDb(); !opened.ok()) {
    rocksdb::DB* db = nullptr;  // the history can still be read
    if (rocksdb::DB::OpenForReadOnly(DbOptions(env_), path_, &db).ok()) db_.reset(db);
    return opened;
  }
  const rocksdb::Status undone = db_->Write(Synced(), undo_.get());
  if (!undone.ok()) return Translate(undone);
  undo_.reset();
  Log(LogLevel::kInfo) << "the store in " << path_ << " takes writes again";
  return absl::OkStatus();
}

absl::StatusOr<VersionNumber> RocksdbDisk::LatestNumber(DocumentKind kind, const std::string& key) {
  auto number = ReadNumber(LatestKey(kind, key));
  // While a refused write has not been taken back, its traces are passed over.
  while (undo_ != nullptr && number.ok() && *number > 0) {
    ASSIGN_OR_RETURN(const Version version, ReadVersion(kind, key, *number));
    if (version.revision <= revision_) break;
    --*number;
  }
  if (absl::IsNotFound(number.status()) || (number.ok() && *number == 0)) return NoSuchDocument(kind, key);
  return number;
}

absl::StatusOr<Version> RocksdbDisk::Get(DocumentKind kind, const std::string& key) {
  ASSIGN_OR_RETURN(const VersionNumber latest, LatestNumber(kind, key));
  ASSIGN_OR_RETURN(Version version, ReadVersion(kind, key, latest));
  if (version.deleted) return NoSuchDocument(kind, key);
  return version;
}

absl::StatusOr<std::vector<Version>> RocksdbDisk::History(DocumentKind kind, const std::string& key,
                                                          size_t limit, VersionNumber before) {
  ASSIGN_OR_RETURN(const VersionNumber latest, LatestNumber(kind, key));
  std::vector<Version> page;
  size_t bytes = 0;
  const VersionNumber newest = before == 0 || before > latest ? latest : before - 1;
  for (VersionNumber number = newest; number > 0 && page.size() < limit; --number) {
    ASSIGN_OR_RETURN(Version version, ReadVersion(kind, key, number));
    bytes += version.value.size();
    if (bytes > Store::kMaxPageBytes && !page.empty()) break;
    page.push_back(std::move(version));
  }
  return page;
}

absl::StatusOr<Version> RocksdbDisk::GetVersion(DocumentKind kind, const std::string& key,
                                                VersionNumber number) {
  ASSIGN_OR_RETURN(const VersionNumber latest, LatestNumber(kind, key));
  if (number > latest) return NoSuchVersion(kind, key, number);
  return ReadVersion(kind, key, number);
}

}  // namespace heddle::namerd
