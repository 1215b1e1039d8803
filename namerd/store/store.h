// The versioned document store: documents by kind and key, each with its whole history
// and compare-and-set writes. Dtabs are one kind of document; traffic shifts will be another.
//
// Every operation is asynchronous: `done` is called later, once, on the loop the store was opened with, never
// inside the call, and after every watch has followed a write. Acknowledged means on disk. Calls made in one
// order take effect in that order. Destroying the store ends writes that are under way without calling
// `done`. All calls on that loop.
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

const char* KindName(DocumentKind kind);  // "dtab", "shift": for messages

// Identifies one state of the whole store: counts up by 1 for each write to any of its documents, from 1.
// Says how far a reader of the mesh stream has come (DtabVersion).
using Revision = uint64_t;

// Identifies one version of one document: counts up by 1 for each write to it, from 1, a deletion included,
// and goes on after one, so that no number is used twice. What If-Match and the history speak of. (In-memory
// Namerd 1.x counts the same way, but starts at 1 again after a deletion, so that a stale If-Match could
// hit.)
using VersionNumber = uint64_t;

// Who wrote a version and why; kept in the history, shown by `namerctl history`.
struct Change {
  std::string author;   // as the client says (a user name, a pipeline), perhaps empty
  std::string message;  // why, perhaps empty
  std::string from;     // the peer's address
  friend bool operator==(const Change&, const Change&) = default;
};

// One version of a document. Immutable.
struct Version {
  Revision revision = 0;
  VersionNumber number = 0;
  bool deleted = false;  // this version removed the document; `value` is empty
  std::string value;     // opaque bytes
  int64_t time_ms = 0;   // wall clock, milliseconds since the Unix epoch
  Change change;
  friend bool operator==(const Version&, const Version&) = default;
};

// What a write demands of the document's present version.
struct Expect {
  enum class Kind { kAnything, kExists, kAbsent, kVersion };
  Kind kind = Kind::kAnything;
  VersionNumber number = 0;  // for kVersion; 0 is the number of no version
  static Expect Anything() { return {}; }
  static Expect Exists() { return {Kind::kExists, 0}; }
  static Expect Absent() { return {Kind::kAbsent, 0}; }
  static Expect At(VersionNumber n) { return {Kind::kVersion, n}; }
};

class Store {
 public:
  template <class T>
  using Done = absl::AnyInvocable<void(absl::StatusOr<T>)>;

  virtual ~Store() = default;

  // Chosen when the store's data was created; kept with the data. Never 0. Two stores never share one (see
  // DtabVersion).
  virtual uint64_t epoch() const = 0;

  // The keys of the documents that exist, as a watch: sorted.
  virtual std::shared_ptr<Watch<std::vector<std::string>>> WatchKeys(DocumentKind kind) = 0;
  // The document's latest version, as a watch; nullopt if it has never existed. The last version of a
  // document that was removed says so (`deleted`).
  virtual std::shared_ptr<Watch<std::optional<Version>>> WatchDocument(DocumentKind kind,
                                                                       const std::string& key) = 0;

  // The latest version. NotFound if the document does not exist.
  virtual void Get(DocumentKind kind, const std::string& key, Done<Version> done) = 0;

  // Writes `value` as a new version and returns it. Errors, after which nothing has changed:
  //   AlreadyExists       expected absent, and it is there
  //   NotFound            expected to exist or at a version, and it is not there
  //   FailedPrecondition  expected another version
  //   InvalidArgument     the key is empty or longer than kMaxKeyBytes, the value than kMaxValueBytes, or the
  //   change
  //                       than kMaxChangeBytes
  //   ResourceExhausted   the disk is full
  //   Unavailable         the disk refused, or too much is waiting for it
  //   DataLoss            what is stored cannot be read
  // A write that the disk refused in part is undone before the next one. Should the process end before that,
  // it may turn out to have been done: the one case in which an error leaves it open.
  virtual void Put(DocumentKind kind, const std::string& key, std::string value, Expect expect, Change change,
                   Done<Version> done) = 0;

  // Removes the document; its history stays. Errors as Put; NotFound if it does not exist.
  virtual void Delete(DocumentKind kind, const std::string& key, Expect expect, Change change,
                      Done<Version> done) = 0;

  // The versions of a document, newest first, deletions included: those numbered below `before` (0: all), at
  // most `limit`, fewer where their values exceed kMaxPageBytes; ask again with the last one's number until
  // none is left. Also for a document that has been deleted. NotFound if there never was one.
  virtual void History(DocumentKind kind, const std::string& key, size_t limit, VersionNumber before,
                       Done<std::vector<Version>> done) = 0;

  // One version of the history. NotFound if there is none of that number.
  virtual void GetVersion(DocumentKind kind, const std::string& key, VersionNumber number,
                          Done<Version> done) = 0;

  static constexpr size_t kMaxKeyBytes = 1024;
  static constexpr size_t kMaxValueBytes = 4u << 20;
  static constexpr size_t kMaxChangeBytes = 16u << 10;  // author, message and from together
  static constexpr size_t kMaxPageBytes = 16u << 20;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_STORE_H_
