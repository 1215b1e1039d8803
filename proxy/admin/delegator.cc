#include "proxy/admin/delegator.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/event/timer.h"

namespace heddle {

namespace {

constexpr std::chrono::seconds kTimeLimit{2};
// Explanations under way; a stranger who asks for more waits for none.
constexpr size_t kMaxPending = 256;

int HttpStatus(absl::StatusCode code) {
  switch (code) {
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
    case absl::StatusCode::kResourceExhausted:
      return 503;
    default:
      return 500;
  }
}

void SendError(ResponseWriter& writer, const absl::Status& error) {
  writer.SendText(HttpStatus(error.code()), std::string(error.message()));
}

std::optional<std::string> Member(const nlohmann::json& object, const char* name) {
  const auto found = object.find(name);
  if (found == object.end() || !found->is_string()) return std::nullopt;
  return found->get<std::string>();
}

absl::StatusOr<ExplainDetail> DetailOf(const std::optional<std::string>& text) {
  if (!text || *text == "plain") return ExplainDetail::kPlain;
  if (*text == "full") return ExplainDetail::kFull;
  return absl::InvalidArgumentError(
      absl::StrCat("the parameter 'detail' is '", *text, "'; it may be plain or full"));
}

}  // namespace

// Answers once: with the explanation, or at the time limit; forgotten when the client goes.
struct Delegator::Pending {
  Pending(Loop& loop, std::shared_ptr<ResponseWriter> w, std::function<void()> on_late)
      : writer(std::move(w)), timer(loop, std::move(on_late)) {
    timer.Start(kTimeLimit);
  }
  std::shared_ptr<ResponseWriter> writer;
  Timer timer;
  Subscription explanation;
};

Delegator::Delegator(AdminServer& server, Loop& loop, std::vector<Router> routers)
    : loop_(loop), routers_(std::move(routers)) {
  server.Mount({"/delegator.json",
                "how a name is bound: ?path=/svc/web, &router=<label>, &dtab=<rules>, &detail=full",
                {"GET", "POST"},
                [this](const HttpRequest& request, const std::shared_ptr<ResponseWriter>& writer) {
                  const auto question = Read(request);
                  const absl::Status asked = question.ok() ? Ask(*question, writer) : question.status();
                  if (!asked.ok()) SendError(*writer, asked);
                }});
}

Delegator::~Delegator() = default;

absl::StatusOr<Delegator::Question> Delegator::Read(const HttpRequest& request) {
  Question question;
  if (request.method == "POST") {
    const std::string* type = FindHeader(request.headers, "content-type");
    const auto body = nlohmann::json::parse(request.body, nullptr, false);
    if (type == nullptr || !absl::StartsWithIgnoreCase(*type, "application/json") || !body.is_object()) {
      return absl::InvalidArgumentError(
          "Malformed delegation request: expected a JSON object with \"path\", of Content-Type "
          "application/json");
    }
    question = {Member(body, "router"), Member(body, "dtab"), Member(body, "path"), Member(body, "detail")};
    if (!question.router) question.router = Member(body, "namespace");
  } else {
    question = {request.Query("router"), request.Query("dtab"), request.Query("path"),
                request.Query("detail")};
    if (!question.router) question.router = request.Query("namespace");
  }
  if (!question.path) return absl::InvalidArgumentError("the parameter 'path' is missing: ?path=/svc/web");
  return question;
}

absl::StatusOr<const Delegator::Router*> Delegator::Find(const Question& question) const {
  if (!question.router && routers_.size() == 1) return &routers_[0];
  std::vector<std::string> labels;
  for (const Router& router : routers_) {
    if (question.router == router.label) return &router;
    labels.push_back(router.label);
  }
  const std::string choice = absl::StrCat("; there are: ", absl::StrJoin(labels, ", "));
  if (!question.router) {
    return absl::InvalidArgumentError(absl::StrCat("say which router: &router=<label>", choice));
  }
  return absl::NotFoundError(absl::StrCat("no router '", *question.router, "'", choice));
}

absl::Status Delegator::Ask(const Question& question, const std::shared_ptr<ResponseWriter>& writer) {
  ASSIGN_OR_RETURN(const Router* router, Find(question));
  const auto path = Path::Parse(*question.path);
  if (!path.ok()) return Annotate(path.status(), "Invalid path");
  std::optional<Dtab> dtab;
  if (question.dtab) {
    auto parsed = Dtab::Parse(*question.dtab);
    if (!parsed.ok()) return Annotate(parsed.status(), "Invalid dtab");
    dtab = *std::move(parsed);
  }
  ASSIGN_OR_RETURN(const ExplainDetail detail, DetailOf(question.detail));
  if (pending_.size() >= kMaxPending) {
    return absl::ResourceExhaustedError("too many explanations are under way; try again in a moment");
  }
  const uint64_t id = next_id_++;
  pending_[id] = std::make_unique<Pending>(loop_, writer, [this, id] {
    Answer(id, absl::DeadlineExceededError(
                   "Request timed out: something on the way to the name is not known yet"));
  });
  writer->OnClosed([this, id] { Forget(id); });
  Subscription explanation = router->explain(
      dtab, *path, detail, [this, id](absl::StatusOr<std::string> json) { Answer(id, std::move(json)); });
  // It may have answered already.
  if (const auto found = pending_.find(id); found != pending_.end()) {
    found->second->explanation = std::move(explanation);
  }
  return absl::OkStatus();
}

void Delegator::Answer(uint64_t id, absl::StatusOr<std::string> json) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  ResponseWriter& writer = *found->second->writer;
  if (json.ok()) {
    SendJson(writer, 200, *std::move(json));
  } else {
    SendError(writer, json.status());
  }
  Forget(id);
}

void Delegator::Forget(uint64_t id) {
  const auto found = pending_.find(id);
  if (found == pending_.end()) return;
  // It may be what is calling.
  loop_.Defer([gone = std::shared_ptr<Pending>(std::move(found->second))] {});
  pending_.erase(found);
}

}  // namespace heddle
