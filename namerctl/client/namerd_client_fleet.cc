// What namerd tells of the fleet and of shifts, and following it.
#include "absl/strings/str_cat.h"
#include "lib/base/backoff.h"
#include "namerctl/client/namerd_client.h"

namespace heddle::namerctl {
namespace {

constexpr Millis kTick(100);
// A stream that has lasted for so long was a good one: the next break is a new one.
constexpr Millis kSteady(10'000);

const char* NameOf(ShiftAction action) {
  switch (action) {
    case ShiftAction::kPromote:
      return "promote";
    case ShiftAction::kPromoteFull:
      return "promote-full";
    case ShiftAction::kPause:
      return "pause";
    case ShiftAction::kResume:
      return "resume";
    case ShiftAction::kAbort:
      break;
  }
  return "abort";
}

std::string WindowOf(Millis window) { return absl::StrCat("?window=", window.count(), "ms"); }

std::string PrefixOf(const std::string& prefix) { return absl::StrCat("?prefix=", EscapeUri(prefix, "/")); }

}  // namespace

absl::StatusOr<std::string> NamerdClient::Proxies() {
  ASSIGN_OR_RETURN(HttpResponse response, Send(Request("GET", "", "", "proxies")));
  return std::move(response.body);
}

absl::StatusOr<std::string> NamerdClient::Traffic(const std::string& ns, Millis window) {
  ASSIGN_OR_RETURN(HttpResponse response, Send(Request("GET", ns, WindowOf(window), "traffic")));
  return std::move(response.body);
}

absl::Status NamerdClient::FollowProxies(const Follower& follower) {
  return Follow(Request("GET", "", "?watch=true", "proxies"), false, follower);
}

absl::Status NamerdClient::FollowTraffic(const std::string& ns, Millis window, const Follower& follower) {
  return Follow(Request("GET", ns, WindowOf(window) + "&watch=true", "traffic"), false, follower);
}

absl::StatusOr<std::vector<ShiftView>> NamerdClient::ListShifts(const std::string& ns) {
  const std::string query = ns.empty() ? "" : absl::StrCat("?ns=", EscapeUri(ns, "/"));
  ASSIGN_OR_RETURN(const HttpResponse response, Send(Request("GET", "", query, "shifts")));
  return ParseShifts(response.body);
}

absl::StatusOr<ShiftView> NamerdClient::SendForShift(HttpRequest request) {
  ASSIGN_OR_RETURN(const HttpResponse response, Send(std::move(request)));
  return ParseShift(response.body);
}

absl::StatusOr<ShiftView> NamerdClient::GetShift(const std::string& ns, const std::string& prefix) {
  return SendForShift(Request("GET", ns, PrefixOf(prefix), "shifts"));
}

absl::StatusOr<std::vector<ShiftView>> NamerdClient::ShiftHistory(const std::string& ns,
                                                                  const std::string& prefix, size_t limit) {
  const std::string query = absl::StrCat(PrefixOf(prefix), "&history=true&limit=", limit);
  ASSIGN_OR_RETURN(const HttpResponse response, Send(Request("GET", ns, query, "shifts")));
  return ParseShifts(response.body);
}

absl::StatusOr<ShiftView> NamerdClient::StartShift(const ShiftPlan& plan, const Note& note) {
  HttpRequest request = Request("POST", plan.ns, "", "shifts");
  request.headers.emplace_back("Content-Type", "application/json");
  AddNote(note, &request);
  request.body = ToJson(plan);
  return SendForShift(std::move(request));
}

absl::StatusOr<std::string> NamerdClient::TryShift(const ShiftPlan& plan) {
  HttpRequest request = Request("POST", plan.ns, "?dry-run=true", "shifts");
  request.headers.emplace_back("Content-Type", "application/json");
  request.body = ToJson(plan);
  ASSIGN_OR_RETURN(HttpResponse response, Send(std::move(request)));
  return std::move(response.body);
}

absl::StatusOr<ShiftView> NamerdClient::ActOnShift(const std::string& ns, const std::string& prefix,
                                                   ShiftAction action, const Note& note) {
  HttpRequest request =
      Request("POST", ns, absl::StrCat(PrefixOf(prefix), "&action=", NameOf(action)), "shifts");
  AddNote(note, &request);
  return SendForShift(std::move(request));
}

absl::Status NamerdClient::FollowShift(const std::string& ns, const std::string& prefix, bool attend,
                                       const Follower& follower) {
  const std::string query = absl::StrCat(PrefixOf(prefix), "&watch=true", attend ? "&attend=true" : "");
  return Follow(Request("GET", ns, query, "shifts"), true, follower);
}

absl::Status NamerdClient::Follow(const HttpRequest& request, bool known, const Follower& follower) {
  JitteredBackoff backoff(Millis(200), Millis(3000), static_cast<uint64_t>(pace_.clock->WallNow().count()));
  const auto now = [this] { return pace_.clock->Now(); };
  bool enough = false;
  int breaks = 0;  // since the last line
  Nanos broken{0};
  const LineReader reader{[&](absl::string_view line) {
                            known = true;
                            breaks = 0;
                            enough = !follower.on_line(line);
                            return !enough;
                          },
                          [&] {
                            enough = !follower.on_tick();
                            return !enough;
                          },
                          kTick};
  while (true) {
    const Nanos opened = now();
    const auto response = stream_(request, reader);
    if (enough) return absl::OkStatus();
    const absl::Status refusal = response.ok() ? StatusOf(*response) : absl::OkStatus();
    if (!refusal.ok() && response->status < 500) return refusal;
    const absl::Status why = !response.ok()  ? Unreachable(response.status())
                             : !refusal.ok() ? Unreachable(refusal)
                                             : absl::UnavailableError("namerd has ended the stream");
    if (!known) return why;
    // A stream that breaks once, such as one that was silent for long, need not mean that namerd has gone.
    if (++breaks == 1) broken = now();
    if (breaks == 2) follower.on_away(why);
    if (now() - broken >= kGiveUp) return why;
    if (now() - opened >= kSteady) backoff.Reset();
    for (Nanos until = now() + backoff.Next(); now() < until;) {
      if (!follower.on_tick()) return absl::OkStatus();
      pace_.sleep(kTick);
    }
  }
}

}  // namespace heddle::namerctl
