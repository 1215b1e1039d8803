// The versioned document store (DESIGN.md section 7): documents by kind and key, each with its whole history and
// compare-and-set writes. Dtabs are one kind of document; traffic shifts will be another.
//
// Every operation is asynchronous: `done` is called later, once, on the loop the store was opened with, never inside
// the call. Acknowledged means on disk. All calls on that loop.
#ifndef HEDDLE_NAMERD_STORE_STORE_H_
#define HEDDLE_NAMERD_STORE_STORE_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/functional/any_invocable.h"
#include "lib/base/status.h"
#include "lib/watch/watch.h"

namespace heddle::namerd {

enum class DocumentKind { kDtab, kShift };

// Identifies one state of the store: counts up by 1 for each write to any document of the store, from 1. A document's
// version is the revision of the write that made it; a version is never used twice, also after a delete.
using Revision = uint64_t;

// Who wrote a version and why; kept in the history, shown by `namerctl history`.
struct Change {
  std::string author;   // as the client says (a user name, a pipeline), perhaps empty
  std::string message;  // why, perhaps empty
  std::string from;     // the peer's address
};

// One version of a document. Immutable.
struct Version {
  Revision revision = 0;
  bool deleted = false;   // this version removed the document; `value` is empty
  std::string value;      // opaque bytes
  int64_t time_ms = 0;    // wall clock, milliseconds since the Unix epoch
  Change change;
};

// What a write demands of the document's present version.
struct Expect {
  enum class Kind { kAnything, kExists, kAbsent, kRevision };
  Kind kind = Kind::kAnything;
  Revision revision = 0;  // for kRevision
  static Expect Anything() { return {}; }
  static Expect Exists() { return {Kind::kExists, 0}; }
  static Expect Absent() { return {Kind::kAbsent, 0}; }
  static Expect At(Revision r) { return {Kind::kRevision, r}; }
};

class Store {
 public:
  template <class T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  virtual ~Store() = default;

  // Chosen when the store's data was created; kept with the data. Never 0. Two stores never share one (see DtabVersion).
  virtual uint64_t epoch() const = 0;

  // The keys of the documents that exist, as a watch: sorted.
  virtual std::shared_ptr<Watch<std::vector<std::string>>> WatchKeys(DocumentKind kind) = 0;
  // The document's latest version, as a watch; nullopt while it does not exist. Deleting gives nullopt.
  virtual std::shared_ptr<Watch<std::optional<Version>>> WatchDocument(DocumentKind kind, const std::string& key) = 0;

  // The latest version. NotFound if the document does not exist.
  virtual void Get(DocumentKind kind, const std::string& key, Done<Version> done) = 0;

  // Writes `value` as a new version and returns it. Errors, after which nothing has changed:
  //   AlreadyExists       expected absent, and it is there
  //   NotFound            expected to exist or at a revision, and it is not there
  //   FailedPrecondition  expected another revision
  //   InvalidArgument     the key is empty or longer than kMaxKeyBytes, or the value than kMaxValueBytes
  //   Unavailable, ResourceExhausted, DataLoss   the disk refused (full, read-only, damaged)
  virtual void Put(DocumentKind kind, const std::string& key, std::string value, Expect expect, Change change,
                   Done<Version> done) = 0;

  // Removes the document; its history stays. Errors as Put; NotFound if it does not exist.
  virtual void Delete(DocumentKind kind, const std::string& key, Expect expect, Change change, Done<Version> done) = 0;

  // The versions of a document, newest first, deletions included: at most `limit`, older than `before` (0: from the
  // newest). Also for a document that has been deleted. NotFound if there never was one.
  virtual void History(DocumentKind kind, const std::string& key, size_t limit, Revision before,
                       Done<std::vector<Version>> done) = 0;

  // One version of the history. NotFound if there is none of that revision.
  virtual void GetVersion(DocumentKind kind, const std::string& key, Revision revision, Done<Version> done) = 0;

  static constexpr size_t kMaxKeyBytes = 1024;
  static constexpr size_t kMaxValueBytes = 4u << 20;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_STORE_H_
