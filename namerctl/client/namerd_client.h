// namerd's HTTP API (namerd/http_api/README.md), as calls that block. Its requests are those of the Go
// namerctl 0.8.6, so it also works with a Namerd 1.x, but for the history, which that has not.
#ifndef HEDDLE_NAMERCTL_CLIENT_NAMERD_CLIENT_H_
#define HEDDLE_NAMERCTL_CLIENT_NAMERD_CLIENT_H_

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "lib/session/fetch_blocking.h"
#include "namerctl/client/base_url.h"
#include "namerctl/client/dtab_document.h"
#include "namerctl/client/shift_view.h"

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

// A write, and how far the fleet was with it when it was answered.
struct Written {
  // Only of a write that waits; without it namerd does not say (Namerd 1.x).
  std::optional<ConvergenceView> live;
  bool converged = false;
  std::string version, json;  // of a write that waits
};

// Reads a stream of lines that namerd sends while a state changes.
struct Follower {
  std::function<bool(absl::string_view line)> on_line;  // false: enough
  std::function<bool()> on_tick;                        // ten times a second; false: enough
  // namerd has gone, and is looked for again; once each time.
  std::function<void(const absl::Status& why)> on_away;
};

// Time, as it passes for who waits for namerd.
struct Pace {
  const Clock* clock = &Clock::Real();
  std::function<void(Millis)> sleep;
};

enum class ShiftAction { kPromote, kPromoteFull, kPause, kResume, kAbort };

// Errors of every call:
//   NotFound, AlreadyExists, FailedPrecondition (another version is stored), InvalidArgument (namerd refuses
//   what was sent; the message is namerd's), Unavailable (cannot be reached), Internal (any other answer).
class NamerdClient {
 public:
  // Sends one request and waits for the answer; see FetchBlocking.
  using Transport = std::function<absl::StatusOr<HttpResponse>(HttpRequest, Millis timeout)>;
  // See FetchLines.
  using Stream = std::function<absl::StatusOr<HttpResponse>(HttpRequest, const LineReader&)>;

  // A stream that breaks is opened again for so long.
  static constexpr Millis kGiveUp{60'000};

  NamerdClient(BaseUrl base, Transport transport, Stream stream, Pace pace)
      : base_(std::move(base)),
        transport_(std::move(transport)),
        stream_(std::move(stream)),
        pace_(std::move(pace)) {}

  absl::StatusOr<std::vector<std::string>> List();
  // `version`: empty for the latest.
  absl::StatusOr<StoredDtab> Get(const std::string& ns, const std::string& version = "");
  // `wait` of Create and Update: for the fleet to run it, at most; 0: not at all.
  absl::StatusOr<Written> Create(const std::string& ns, const DtabInput& dtab, const Note& note,
                                 Millis wait = Millis(0));
  // `version`: the one to replace, or empty for any. `check`: not if a name in use that is served would not
  // be any more; then Aborted, with ReportOf.
  absl::StatusOr<Written> Update(const std::string& ns, const DtabInput& dtab, const std::string& version,
                                 const Note& note, bool check = false, Millis wait = Millis(0));
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

  // The fleet, and what it did in the last `window`: JSON.
  absl::StatusOr<std::string> Proxies();
  absl::StatusOr<std::string> Traffic(const std::string& ns, Millis window);
  // Again and again, a line each, until the follower has enough. Errors as Follow, with `known` false.
  absl::Status FollowProxies(const Follower& follower);
  absl::Status FollowTraffic(const std::string& ns, Millis window, const Follower& follower);

  // Shifts. Of every namespace, if `ns` is empty: the latest of each rule.
  absl::StatusOr<std::vector<ShiftView>> ListShifts(const std::string& ns);
  absl::StatusOr<ShiftView> GetShift(const std::string& ns, const std::string& prefix);
  // Newest first.
  absl::StatusOr<std::vector<ShiftView>> ShiftHistory(const std::string& ns, const std::string& prefix,
                                                      size_t limit);
  absl::StatusOr<ShiftView> StartShift(const ShiftPlan& plan, const Note& note);
  // What it would do, as JSON.
  absl::StatusOr<std::string> TryShift(const ShiftPlan& plan);
  absl::StatusOr<ShiftView> ActOnShift(const std::string& ns, const std::string& prefix, ShiftAction action,
                                       const Note& note);
  // Each change, through restarts of namerd. `attend`: as who keeps a shift with abortOnDisconnect running.
  absl::Status FollowShift(const std::string& ns, const std::string& prefix, bool attend,
                           const Follower& follower);

  const BaseUrl& base() const { return base_; }

 private:
  HttpRequest Request(std::string method, const std::string& ns, absl::string_view suffix = "",
                      absl::string_view resource = "dtabs") const;
  absl::StatusOr<HttpResponse> Send(HttpRequest request, Millis longer = Millis(0));
  absl::StatusOr<ShiftView> SendForShift(HttpRequest request);
  absl::StatusOr<Written> Write(std::string method, const std::string& ns, const DtabInput& dtab,
                                const std::string& version, const Note& note, std::string suffix,
                                Millis wait);
  // Streams `request` again whenever the stream ends or breaks; waits in between. Returns OK when the
  // follower has enough, Unavailable when nothing has come for kGiveUp (at once if nothing ever came, unless
  // namerd is `known` to be there), and what namerd refuses.
  absl::Status Follow(const HttpRequest& request, bool known, const Follower& follower);
  absl::Status Unreachable(const absl::Status& why) const;

  BaseUrl base_;
  Transport transport_;
  Stream stream_;
  Pace pace_;
};

// The number that a version names: decimal as it stands, or 8 bytes in base64. nullopt if it is neither.
std::optional<uint64_t> VersionNumber(const std::string& version);

// What a response says, if it is no success, as a Status of the kinds above.
absl::Status StatusOf(const HttpResponse& response);

// Adds the headers that keep who writes and why.
void AddNote(const Note& note, HttpRequest* request);

// The place in a refusal's message; nullopt if it names none.
std::optional<RefusedAt> RefusedAtOf(const absl::Status& refusal);

// The report of a write that the check refused: JSON as Check gives; "" if there is none.
std::string ReportOf(const absl::Status& refusal);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_CLIENT_NAMERD_CLIENT_H_
