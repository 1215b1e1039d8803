// namerd's HTTP API (namerd/http_api/README.md), as calls that block. Its requests are those of the Go namerctl 0.8.6,
// so it also works with a Namerd 1.x, but for the history, which that has not.
#ifndef HEDDLE_NAMERCTL_CLIENT_NAMERD_CLIENT_H_
#define HEDDLE_NAMERCTL_CLIENT_NAMERD_CLIENT_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/session/http_server.h"
#include "namerctl/client/base_url.h"
#include "namerctl/client/dtab_document.h"

namespace heddle::namerctl {

struct StoredDtab {
  std::string version;  // as namerd gives it
  std::vector<Rule> rules;
};

// One version of a namespace's history.
struct HistoryEntry {
  std::string version;
  uint64_t number = 0;
  std::string time;  // RFC 3339
  std::string author, message, from;
  bool deleted = false;  // this version removed the namespace
  std::string dtab;      // as it was written
};

// Who writes and why: kept in the history. Either may be empty.
struct Note {
  std::string author;
  std::string message;
};

// Where a 400 says the mistake is.
struct RefusedAt {
  int line = 0, column = 0;
};

// Errors of every call:
//   NotFound, AlreadyExists, FailedPrecondition (another version is stored), InvalidArgument (namerd refuses
//   what was sent; the message is namerd's), Unavailable (cannot be reached), Internal (any other answer).
class NamerdClient {
 public:
  // Sends one request and waits for the answer; see FetchBlocking.
  using Transport = std::function<absl::StatusOr<HttpResponse>(HttpRequest)>;

  NamerdClient(BaseUrl base, Transport transport)
      : base_(std::move(base)), transport_(std::move(transport)) {}

  absl::StatusOr<std::vector<std::string>> List();
  // `version`: empty for the latest.
  absl::StatusOr<StoredDtab> Get(const std::string& ns, const std::string& version = "");
  absl::Status Create(const std::string& ns, const DtabInput& dtab, const Note& note);
  // `version`: the one to replace, or empty for any. `check`: not if a name in use that is served would not
  // be any more; then Aborted, with ReportOf.
  absl::Status Update(const std::string& ns, const DtabInput& dtab, const std::string& version,
                      const Note& note, bool check = false);
  absl::Status Delete(const std::string& ns, const Note& note);
  // Newest first, at most `limit`, older than version number `before` (0: from the newest).
  absl::StatusOr<std::vector<HistoryEntry>> History(const std::string& ns, size_t limit, uint64_t before = 0);
  // One version of the history, by its version or its number.
  absl::StatusOr<HistoryEntry> GetVersion(const std::string& ns, const std::string& version);

  // What storing `dtab` would do, to the names in use and to `paths`: JSON (namerd/http_api/README.md).
  absl::StatusOr<std::string> Check(const std::string& ns, const DtabInput& dtab,
                                    const std::vector<std::string>& paths);
  // How `path` is resolved, with the rules of `dtab` (text) on top: JSON, in full detail.
  absl::StatusOr<std::string> Explain(const std::string& ns, const std::string& path,
                                      const std::string& dtab);

  const BaseUrl& base() const { return base_; }

 private:
  HttpRequest Request(std::string method, const std::string& ns, absl::string_view suffix = "",
                      absl::string_view resource = "dtabs") const;
  absl::StatusOr<HttpResponse> Send(HttpRequest request);
  absl::Status Write(std::string method, const std::string& ns, const DtabInput& dtab,
                     const std::string& version, const Note& note, absl::string_view suffix = "");

  BaseUrl base_;
  Transport transport_;
};

// The number that a version names: decimal as it stands, or 8 bytes in base64. nullopt if it is neither.
std::optional<uint64_t> VersionNumber(const std::string& version);

// The place in a refusal's message; nullopt if it names none.
std::optional<RefusedAt> RefusedAtOf(const absl::Status& refusal);

// The report of a write that the check refused: JSON as Check gives; "" if there is none.
std::string ReportOf(const absl::Status& refusal);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_CLIENT_NAMERD_CLIENT_H_
