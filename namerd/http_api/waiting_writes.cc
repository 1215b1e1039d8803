#include "namerd/http_api/waiting_writes.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/ascii.h"
#include "namerd/http_api/answer.h"
#include "namerd/http_api/etag.h"
#include "namerd/http_api/parameters.h"

namespace heddle::namerd {
namespace {

using Json = nlohmann::ordered_json;

HttpResponse WaitedResponse(const Version& written, const Convergence& progress) {
  Json body = {
      {"version", ETagOf(written.number)},
      {"number", written.number},
      {"revision", written.revision},
      {"converged", progress.complete()},
      {"tookMs", progress.took.count()},
      {"proxies",
       {{"following", progress.following}, {"applied", progress.applied}, {"behind", progress.behind}}}};
  if (!progress.gone.empty()) body["proxies"]["gone"] = progress.gone;
  HttpResponse response = JsonResponse(body.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
  response.status = progress.complete() ? 200 : 202;
  response.headers.emplace_back("Heddle-Version", ETagOf(written.number));
  return response;
}

}  // namespace

class WaitingWrites::Wait {
 public:
  Wait(std::shared_ptr<const void> place, std::shared_ptr<ResponseWriter> writer)
      : place_(std::move(place)), writer_(std::move(writer)) {}

 private:
  friend class WaitingWrites;

  const std::shared_ptr<const void> place_;
  const std::shared_ptr<ResponseWriter> writer_;
  bool gone_ = false;  // the client
  WaitingWrites* open_in_ = nullptr;
  std::string ns_;
  DtabVersion version_;
  Version written_;  // without its value
  Subscription following_;
};

absl::StatusOr<std::optional<Millis>> WaitOf(const HttpRequest& request) {
  const auto text = request.Query("wait");
  if (!text.has_value()) return std::nullopt;
  const std::string lower = absl::AsciiStrToLower(*text);
  if (lower == "true" || lower == "false")
    return lower == "true" ? std::optional(WaitingWrites::kUsual) : std::nullopt;
  ASSIGN_OR_RETURN(const Millis limit,
                   DurationOf(request, "wait", WaitingWrites::kUsual, Millis(1), WaitingWrites::kLongest));
  return limit;
}

std::shared_ptr<WaitingWrites::Wait> WaitingWrites::Take(std::shared_ptr<ResponseWriter> writer) {
  auto place = places_.Take();
  if (place == nullptr) return nullptr;
  auto wait = std::make_shared<Wait>(std::move(place), std::move(writer));
  wait->writer_->EndWithPeer();
  wait->writer_->OnClosed([weak = std::weak_ptr(wait)] {
    const auto left = weak.lock();
    if (left == nullptr) return;
    left->gone_ = true;
    if (left->open_in_ != nullptr) left->open_in_->Drop(left);
  });
  return wait;
}

void WaitingWrites::Answer(const std::shared_ptr<Wait>& wait, const std::string& ns, uint64_t epoch,
                           const Version& written, Millis limit) {
  if (wait->gone_) return;
  wait->ns_ = ns;
  wait->version_ = {epoch, written.revision};
  wait->written_.number = written.number;
  wait->written_.revision = written.revision;
  wait->open_in_ = this;
  open_.push_back(wait);
  if (stopped_) return Tell(wait, fleet_.ProgressOf(ns, wait->version_));
  wait->following_ = fleet_.Await(ns, wait->version_, limit,
                                  [this, weak = std::weak_ptr(wait)](const Convergence& progress) {
                                    if (const auto waiting = weak.lock()) Tell(waiting, progress);
                                  });
}

void WaitingWrites::Stop() {
  stopped_ = true;
  while (!open_.empty()) {
    const auto wait = open_.front();
    Tell(wait, fleet_.ProgressOf(wait->ns_, wait->version_));
  }
}

void WaitingWrites::Tell(const std::shared_ptr<Wait>& wait, const Convergence& progress) {
  if (wait->open_in_ == nullptr) return;
  Drop(wait);
  wait->writer_->Send(WaitedResponse(wait->written_, progress));
}

void WaitingWrites::Drop(const std::shared_ptr<Wait>& wait) {
  wait->open_in_ = nullptr;
  open_.remove(wait);
  wait->following_.Cancel();
}

}  // namespace heddle::namerd
