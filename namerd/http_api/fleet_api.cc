#include "namerd/http_api/fleet_api.h"

#include <algorithm>
#include <array>

#include "absl/strings/str_cat.h"
#include "namerd/http_api/answer.h"
#include "namerd/http_api/parameters.h"
#include "namerd/http_api/traffic_json.h"

namespace heddle::namerd {
namespace {

constexpr Millis kUsualWindow{10'000};
// Of streams: each that somebody watches is added up and rendered for itself, and holds up the loop.
constexpr std::array<Millis, 7> kStreamWindows{Millis(1000),           Millis(2000),   Millis(5000),
                                               Millis(10'000),         Millis(20'000), Millis(30'000),
                                               TrafficBook::kMaxWindow};
// A collection has a limit of its own; this one is for a loop that has no time for it.
constexpr Millis kAnswerLimit = FleetApi::kCollectLimit + std::chrono::seconds(5);

// `follow` while `place` is held.
Follow Holding(std::shared_ptr<const void> place, const Follow& follow) {
  return [place = std::move(place), follow](Report report) {
    auto following = std::make_shared<Subscription>(follow(std::move(report)));
    return Subscription([place, following] { following->Cancel(); });
  };
}

struct TrafficQuery {
  Millis window{0};
  bool watch = false;
};

absl::StatusOr<TrafficQuery> TrafficQueryOf(const HttpRequest& request) {
  RETURN_IF_ERROR(OnlyParameters(request, {"window", "watch"}));
  TrafficQuery query;
  ASSIGN_OR_RETURN(query.window,
                   DurationOf(request, "window", kUsualWindow, Millis(1000), TrafficBook::kMaxWindow));
  ASSIGN_OR_RETURN(query.watch, FlagOf(request, "watch"));
  return query;
}

HttpResponse NoPlace(const HttpRequest& request) {
  return Refusal(request, 503,
                 absl::StrCat("namerd answers ", FleetApi::kMost,
                              " streams of proxies and traffic already; repeat the request later"));
}

}  // namespace

FleetApi::FleetApi(Loop& loop, Namespaces& namespaces, Fleet& fleet, TrafficBook& book, Exchanges& exchanges)
    : namespaces_(namespaces),
      fleet_(fleet),
      book_(book),
      exchanges_(exchanges),
      proxies_(std::make_shared<ProxiesPage>(loop, fleet)),
      collections_(std::make_shared<Collections>(loop, book)) {}

void FleetApi::Proxies(const HttpRequest& request, Writer writer) {
  if (request.method != "GET") return writer->Send(MethodNotAllowed(request, "GET"));
  const absl::Status known = OnlyParameters(request, {"watch"});
  if (!known.ok()) return writer->Send(Refusal(request, known));
  const auto watch = FlagOf(request, "watch");
  if (!watch.ok()) return writer->Send(Refusal(request, watch.status()));
  if (!*watch) return writer->Send(JsonResponse(fleet_.StateJson() + "\n"));
  auto place = places_.Take();
  if (place == nullptr) return writer->Send(NoPlace(request));
  exchanges_.AnswerAll(std::move(writer), kJson, Holding(std::move(place), [this](Report report) {
                         return proxies_->Subscribe(
                             [report = std::move(report)](const std::string& line) { report(State(line)); });
                       }));
}

void FleetApi::Traffic(const std::string& ns, const HttpRequest& request, Writer writer) {
  if (request.method != "GET") return writer->Send(MethodNotAllowed(request, "GET"));
  const auto query = TrafficQueryOf(request);
  if (!query.ok()) return writer->Send(Refusal(request, query.status()));
  const auto dtab = namespaces_.store().WatchDocument(DocumentKind::kDtab, ns)->Get();
  // Of a dtab that has been removed there may be traffic yet.
  if ((!dtab.has_value() || dtab->deleted) && book_.Totals(ns).empty()) {
    return writer->Send(Refusal(request, 404, absl::StrCat("there is no dtab \"", ns, "\"")));
  }
  auto place = places_.Take();
  if (place == nullptr) return writer->Send(NoPlace(request));
  const Follow follow = Holding(std::move(place), FollowTraffic(ns, query->window, query->watch));
  if (query->watch) return exchanges_.AnswerAll(std::move(writer), kJson, follow);
  exchanges_.AnswerFirst(request, std::move(writer), kJson, kAnswerLimit, follow);
}

Follow FleetApi::FollowTraffic(const std::string& ns, Millis window, bool watch) {
  if (!watch) {
    return [this, ns, window](Report report) {
      return book_.Collect(kCollectLimit,
                           [this, ns, window, report = std::move(report)](const auto& missing) {
                             report(TrafficToJson(book_, ns, window, missing));
                           });
    };
  }
  window = *std::lower_bound(kStreamWindows.begin(), kStreamWindows.end(), window);
  auto page = pages_.GetOrMake(
      {ns, window}, [&] { return std::make_shared<TrafficPage>(book_, collections_, ns, window); });
  return [page = std::move(page)](Report report) {
    return page->Subscribe([report = std::move(report)](const std::string& line) {
      if (!line.empty()) report(line);
    });
  };
}

}  // namespace heddle::namerd
