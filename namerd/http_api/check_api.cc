#include "namerd/http_api/check_api.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/str_cat.h"
#include "namerd/check/report_json.h"
#include "namerd/http_api/answer.h"
#include "namerd/http_api/dtab_format.h"
#include "namerd/http_api/etag.h"

namespace heddle::namerd {
namespace {

// A check has a limit of its own; this one is for a loop that has no time for it.
constexpr Millis kAnswerLimit = Checker::kLimit + std::chrono::seconds(5);
constexpr size_t kMaxPaths = 100;
// How often a write is checked anew because another one came between.
constexpr int kMaxChecks = 3;

std::string VersionText(const CheckReport& report) {
  return report.version.has_value() ? ETagOf(*report.version) : "";
}

// Every value of query parameter `path`.
absl::StatusOr<std::vector<Path>> PathsOf(const HttpRequest& request) {
  std::vector<Path> paths;
  for (const std::string& text : request.QueryAll("path")) {
    auto path = Path::Parse(text);
    if (!path.ok()) return Annotate(path.status(), absl::StrCat("Invalid path: ", text, " / "));
    paths.push_back(*std::move(path));
  }
  if (paths.size() > kMaxPaths) {
    return absl::InvalidArgumentError(absl::StrCat("at most ", kMaxPaths, " paths can be added to a check"));
  }
  return paths;
}

class Attempt : public std::enable_shared_from_this<Attempt> {
 public:
  Attempt(Checker& checker, Store& store, const HttpRequest& request, std::shared_ptr<ResponseWriter> writer,
          CheckedWrite write, Store::Done<Version> done)
      : checker_(checker),
        checker_alive_(checker.alive()),
        store_(store),
        request_{request.method, request.target, request.headers, "", request.peer},
        writer_(std::move(writer)),
        write_(std::move(write)),
        done_(std::move(done)) {}

  void Begin() {
    ++checks_;
    check_ = checker_.Check({write_.ns, write_.dtab, write_.has_places, {}, /*find_absent=*/false},
                            [self = shared_from_this()](absl::StatusOr<CheckReport> report) {
                              self->OnReport(std::move(report));
                            });
  }

 private:
  void OnReport(absl::StatusOr<CheckReport> report) {
    if (!report.ok()) return writer_->Send(Refusal(request_, report.status()));
    if (report->comparison.count(Effect::kLost) > 0) return Refuse(*report);
    if (report->comparison.in_doubt > 0) {
      return writer_->Send(Refusal(
          request_, absl::UnavailableError(absl::StrCat(
                        "nothing was stored: of ", report->comparison.in_doubt,
                        " names in use it is not known in time where they would lead; repeat the request"))));
    }
    Put(report->version);
  }

  void Refuse(const CheckReport& report) {
    const std::string* accept = FindHeader(request_.headers, "Accept");
    if (accept != nullptr && AcceptedFormat(*accept) == DtabFormat::kJson) {
      HttpResponse refusal = JsonResponse(ReportToJson(report, VersionText(report)));
      refusal.status = 422;
      return writer_->Send(std::move(refusal));
    }
    writer_->Send(Refusal(request_, 422,
                          absl::StrCat("nothing was stored: names in use that are served now would not be:\n",
                                       LostAsText(report), "POST the dtab to /api/1/check/", write_.ns,
                                       " to see the whole report")));
  }

  // Only in place of the version that was checked. What the client does not expect is for the store to
  // refuse.
  void Put(std::optional<VersionNumber> checked) {
    const Expect& asked = write_.expect;
    const bool as_asked = asked.kind == Expect::Kind::kAnything ||
                          (asked.kind == Expect::Kind::kExists && checked.has_value()) ||
                          (asked.kind == Expect::Kind::kAbsent && !checked.has_value()) ||
                          (asked.kind == Expect::Kind::kVersion && checked == asked.number);
    Expect expect = checked.has_value() ? Expect::At(*checked) : Expect::Absent();
    if (!as_asked) expect = asked.kind == Expect::Kind::kVersion ? Expect::At(0) : asked;
    const bool may_repeat = as_asked && asked.kind != Expect::Kind::kVersion && checks_ < kMaxChecks;
    store_.Put(DocumentKind::kDtab, write_.ns, write_.dtab, expect, write_.change,
               [self = shared_from_this(), may_repeat](absl::StatusOr<Version> written) {
                 const auto code = written.status().code();
                 const bool overtaken = code == absl::StatusCode::kFailedPrecondition ||
                                        code == absl::StatusCode::kAlreadyExists ||
                                        code == absl::StatusCode::kNotFound;
                 if (overtaken && may_repeat && !self->checker_alive_.expired()) return self->Begin();
                 self->done_(std::move(written));
               });
  }

  Checker& checker_;
  const std::weak_ptr<const bool> checker_alive_;
  Store& store_;
  const HttpRequest request_;  // without the body
  const std::shared_ptr<ResponseWriter> writer_;
  const CheckedWrite write_;
  Store::Done<Version> done_;
  Subscription check_;
  int checks_ = 0;
};

}  // namespace

void CheckApi::Check(const std::string& ns, const HttpRequest& request, Writer writer) {
  if (request.method != "POST") return writer->Send(MethodNotAllowed(request, "POST"));
  const auto format = ContentFormat(request);
  if (!format.ok()) return writer->Send(Refusal(request, format.status()));
  auto dtab = ReadDtab(request.body, *format);
  if (!dtab.ok()) return writer->Send(Refusal(request, Annotate(dtab.status(), "the dtab does not parse")));
  auto paths = PathsOf(request);
  if (!paths.ok()) return writer->Send(Refusal(request, paths.status()));
  CheckRequest check{ns, *std::move(dtab), *format == DtabFormat::kText, *std::move(paths)};
  exchanges_.AnswerFirst(request, std::move(writer), kJson, kAnswerLimit, [&](Report report) {
    return checker_.Check(check, [report = std::move(report)](absl::StatusOr<CheckReport> checked) {
      if (!checked.ok()) return report(checked.status());
      report(ReportToJson(*checked, VersionText(*checked)));
    });
  });
}

void CheckApi::Names(const std::string& ns, const HttpRequest& request, Writer writer) {
  if (request.method != "GET") return writer->Send(MethodNotAllowed(request, "GET"));
  auto names = nlohmann::ordered_json::array();
  for (const NamesInUse::Name& name : checker_.in_use().Of(ns)) {
    names.push_back({{"path", name.path.Show()}, {"dtab", name.local.Show()}, {"followers", name.followers}});
  }
  writer->Send(JsonResponse(names.dump() + "\n"));
}

void WriteIfHarmless(Checker& checker, Store& store, const HttpRequest& request,
                     std::shared_ptr<ResponseWriter> writer, CheckedWrite write, Store::Done<Version> done) {
  std::make_shared<Attempt>(checker, store, request, std::move(writer), std::move(write), std::move(done))
      ->Begin();
}

}  // namespace heddle::namerd
