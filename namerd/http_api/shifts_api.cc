#include "namerd/http_api/shifts_api.h"

#include <optional>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "namerd/http_api/answer.h"
#include "namerd/http_api/dry_run.h"
#include "namerd/http_api/dtab_format.h"
#include "namerd/http_api/parameters.h"
#include "namerd/shift/moves.h"
#include "namerd/shift/shift.h"

namespace heddle::namerd {
namespace {

using ShiftPtr = Shifts::ShiftPtr;

constexpr Millis kDryRunLimit{60'000};
constexpr size_t kHistoryPage = 20, kMaxHistoryPage = 100;
constexpr size_t kMaxListed = 10'000;

std::string LineOf(const Shift& shift) { return ShiftToJson(shift, /*with_live=*/true) + "\n"; }

std::string ArrayOf(const std::vector<std::string>& elements) {
  return absl::StrCat("[", absl::StrJoin(elements, ","), "]\n");
}

// How it stands, without how it came to that: for lists of many.
std::string BriefOf(const Shift& shift) {
  Shift brief = shift;
  brief.transitions.erase(brief.transitions.begin(), brief.transitions.end() - 1);
  return ShiftToJson(brief, /*with_live=*/true);
}

ShiftPtr LatestOf(Shifts& shifts, const std::string& ns, const std::string& prefix) {
  ShiftPtr latest;
  const auto watch = shifts.Of(ns, prefix);
  const Subscription once = watch->Subscribe([&](const ShiftPtr& now) { latest = now; });
  return latest;
}

std::optional<ShiftAction> ActionOf(absl::string_view name) {
  static constexpr std::pair<absl::string_view, ShiftAction> kActions[] = {
      {"promote", ShiftAction::kPromote}, {"promote-full", ShiftAction::kPromoteFull},
      {"pause", ShiftAction::kPause},     {"resume", ShiftAction::kResume},
      {"abort", ShiftAction::kAbort},
  };
  for (const auto& [known, action] : kActions) {
    if (name == known) return action;
  }
  return std::nullopt;
}

HttpResponse NoShift(const HttpRequest& request, const std::string& ns, const std::string& prefix) {
  return Refusal(request, 404,
                 absl::StrCat("there has been no shift of rule ", prefix, " of dtab \"", ns, "\""));
}

absl::Status MissingPrefix(const std::string& ns) {
  return absl::InvalidArgumentError(absl::StrCat(
      "the query parameter prefix is missing: add ?prefix=/host/web, say; /api/1/shifts?ns=", EscapeUri(ns),
      " lists the shifts of this namespace"));
}

absl::Status CheckTexts(const std::string& ns, const Change& change) {
  RETURN_IF_ERROR(CheckText("the name", ns));
  RETURN_IF_ERROR(CheckText("the author", change.author));
  return CheckText("the message", change.message);
}

}  // namespace

void ShiftsApi::List(const HttpRequest& request, Writer writer) {
  if (request.method != "GET") return writer->Send(MethodNotAllowed(request, "GET"));
  const absl::Status known = OnlyParameters(request, {"ns"});
  if (!known.ok()) return writer->Send(Refusal(request, known));
  const auto ns = request.Query("ns");
  std::vector<std::string> listed;
  const auto all = shifts_.All();
  const Subscription once = all->Subscribe([&](const std::vector<ShiftPtr>& shifts) {
    listed.clear();
    for (const ShiftPtr& shift : shifts) {
      if ((!ns.has_value() || shift->plan.ns == *ns) && listed.size() < kMaxListed) {
        listed.push_back(BriefOf(*shift));
      }
    }
  });
  writer->Send(JsonResponse(ArrayOf(listed)));
}

void ShiftsApi::OfNamespace(const std::string& ns, const HttpRequest& request, Writer writer) {
  if (request.method == "GET") return Get(ns, request, std::move(writer));
  if (request.method != "POST") return writer->Send(MethodNotAllowed(request, "GET, POST"));
  if (request.Query("action").has_value()) return Act(ns, request, std::move(writer));
  Start(ns, request, std::move(writer));
}

void ShiftsApi::Get(const std::string& ns, const HttpRequest& request, Writer writer) {
  const auto refuse = [&](const absl::Status& status) { writer->Send(Refusal(request, status)); };
  const absl::Status known = OnlyParameters(request, {"prefix", "watch", "attend", "history", "limit"});
  if (!known.ok()) return refuse(known);
  const auto prefix = request.Query("prefix");
  if (!prefix.has_value()) return refuse(MissingPrefix(ns));
  const auto watch = FlagOf(request, "watch");
  const auto attend = FlagOf(request, "attend");
  const auto history = FlagOf(request, "history");
  for (const auto* flag : {&watch, &attend, &history}) {
    if (!flag->ok()) return refuse(flag->status());
  }
  if (*attend && !*watch) {
    return refuse(absl::InvalidArgumentError("attend=true needs watch=true: a stream is what attends"));
  }
  if (*history && *watch) {
    return refuse(absl::InvalidArgumentError("history=true and watch=true are two requests"));
  }
  if (*history) return History(ns, *prefix, request, std::move(writer));
  if (*watch) return Stream(ns, *prefix, *attend, request, std::move(writer));
  const ShiftPtr latest = LatestOf(shifts_, ns, *prefix);
  writer->Send(latest == nullptr ? NoShift(request, ns, *prefix) : JsonResponse(LineOf(*latest)));
}

void ShiftsApi::Stream(const std::string& ns, const std::string& prefix, bool attend,
                       const HttpRequest& request, Writer writer) {
  if (LatestOf(shifts_, ns, prefix) == nullptr) return writer->Send(NoShift(request, ns, prefix));
  auto place = streams_.Take();
  if (place == nullptr) {
    return writer->Send(Refusal(request, 503,
                                absl::StrCat("namerd answers ", kMostStreams,
                                             " streams of shifts already; repeat the request later")));
  }
  exchanges_.AnswerAll(std::move(writer), kJson, [&](Report report) {
    const auto attending =
        std::make_shared<Subscription>(attend ? shifts_.Attend(ns, prefix) : Subscription());
    const auto following = std::make_shared<Subscription>(
        shifts_.Of(ns, prefix)->Subscribe([report = std::move(report)](const ShiftPtr& now) {
          if (now != nullptr) report(State(LineOf(*now), IsOver(now->phase())));
        }));
    return Subscription([place, attending, following] {
      following->Cancel();
      attending->Cancel();
    });
  });
}

void ShiftsApi::History(const std::string& ns, const std::string& prefix, const HttpRequest& request,
                        Writer writer) {
  const auto limit = NumberOf(request, "limit", kHistoryPage, kMaxHistoryPage);
  if (!limit.ok()) return writer->Send(Refusal(request, limit.status()));
  shifts_.History(
      ns, prefix, *limit,
      [request = HeadOf(request), writer = std::move(writer)](absl::StatusOr<std::vector<ShiftPtr>> history) {
        if (!history.ok()) return writer->Send(Refusal(request, history.status()));
        std::vector<std::string> elements;
        for (const ShiftPtr& shift : *history) {
          elements.push_back(ShiftToJson(*shift, /*with_live=*/true));
        }
        writer->Send(JsonResponse(ArrayOf(elements)));
      });
}

void ShiftsApi::Start(const std::string& ns, const HttpRequest& request, Writer writer) {
  const auto refuse = [&](const absl::Status& status) { writer->Send(Refusal(request, status)); };
  if (request.Query("prefix").has_value()) {
    return refuse(absl::InvalidArgumentError(
        "prefix without action: add &action=promote, promote-full, pause, resume or abort; the prefix of a "
        "new shift belongs into the body"));
  }
  const absl::Status known = OnlyParameters(request, {"dry-run", "author", "message"});
  if (!known.ok()) return refuse(known);
  const auto dry_run = FlagOf(request, "dry-run");
  if (!dry_run.ok()) return refuse(dry_run.status());
  const std::string* content_type = FindHeader(request.headers, "Content-Type");
  if (content_type != nullptr && FormatOf(*content_type) != DtabFormat::kJson) {
    return writer->Send(Refusal(request, 415, "send the plan as Content-Type: application/json"));
  }
  auto plan = PlanFromJson(request.body);
  if (!plan.ok()) return refuse(plan.status());
  plan->ns = ns;
  Change change = ChangeOf(request);
  if (const absl::Status texts = CheckTexts(ns, change); !texts.ok()) return refuse(texts);
  if (*dry_run) return DryRun(*std::move(plan), change, request, std::move(writer));
  shifts_.Start(*std::move(plan), std::move(change),
                [request = HeadOf(request), writer = std::move(writer)](absl::StatusOr<ShiftPtr> started) {
                  if (!started.ok()) return writer->Send(Refusal(request, started.status()));
                  HttpResponse created = JsonResponse(LineOf(**started));
                  created.status = 201;
                  writer->Send(std::move(created));
                });
}

void ShiftsApi::DryRun(ShiftPlan plan, const Change& change, const HttpRequest& request, Writer writer) {
  const ShiftPtr latest = LatestOf(shifts_, plan.ns, plan.prefix);
  if (latest != nullptr && !IsOver(latest->phase())) {
    return writer->Send(Refusal(request, 409, ShiftName(*latest) + " is under way"));
  }
  const std::optional<Version> dtab = store_.WatchDocument(DocumentKind::kDtab, plan.ns)->Get();
  auto shift = BeginShift(std::move(plan), dtab, change, /*id=*/1, /*now_ms=*/0);
  if (!shift.ok()) return writer->Send(Refusal(request, shift.status()));
  writer->EndWithPeer();  // it takes one of the few checks that are done at once
  exchanges_.AnswerFirst(request, std::move(writer), kJson, kDryRunLimit,
                         FollowDryRun(checker_, *std::move(shift), dtab->value));
}

void ShiftsApi::Act(const std::string& ns, const HttpRequest& request, Writer writer) {
  const auto refuse = [&](const absl::Status& status) { writer->Send(Refusal(request, status)); };
  const absl::Status known = OnlyParameters(request, {"prefix", "action", "author", "message"});
  if (!known.ok()) return refuse(known);
  const auto prefix = request.Query("prefix");
  if (!prefix.has_value()) return refuse(MissingPrefix(ns));
  const std::string name = *request.Query("action");
  const auto action = ActionOf(name);
  if (!action.has_value()) {
    return refuse(absl::InvalidArgumentError(
        absl::StrCat("action=", name, " is none of promote, promote-full, pause, resume, abort")));
  }
  Change change = ChangeOf(request);
  if (const absl::Status texts = CheckTexts(ns, change); !texts.ok()) return refuse(texts);
  shifts_.Act(ns, *prefix, *action, std::move(change),
              [request = HeadOf(request), writer = std::move(writer)](absl::StatusOr<ShiftPtr> acted) {
                if (acted.ok()) return writer->Send(JsonResponse(LineOf(**acted)));
                // 412 is for conditions that the request names.
                const bool not_now = absl::IsFailedPrecondition(acted.status());
                const int status = not_now ? 409 : HttpStatusOf(acted.status());
                writer->Send(Refusal(request, status, std::string(acted.status().message())));
              });
}

}  // namespace heddle::namerd
