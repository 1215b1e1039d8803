#include "namerd/http_api/dtabs_api.h"

#include <nlohmann/json.hpp>
#include <utility>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "namerd/http_api/answer.h"
#include "namerd/http_api/check_api.h"
#include "namerd/http_api/dtab_format.h"
#include "namerd/http_api/etag.h"
#include "namerd/http_api/history_json.h"
#include "namerd/http_api/parameters.h"

namespace heddle::namerd {
namespace {

constexpr DocumentKind kDtab = DocumentKind::kDtab;
constexpr size_t kHistoryPage = 50, kMaxHistoryPage = 1000;

std::string NamesJson(const std::vector<std::string>& names) {
  return nlohmann::json(names).dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
}

struct Accepted {
  DtabFormat format = DtabFormat::kJson;
  std::string media_type = kJson;
};
Accepted AcceptedBy(const HttpRequest& request) {
  Accepted accepted;
  if (const std::string* accept = FindHeader(request.headers, "Accept")) {
    if (const auto format = AcceptedFormat(*accept, &accepted.media_type)) accepted.format = *format;
  }
  return accepted;
}

absl::Status CheckTexts(const std::string& ns, const std::string& dtab, const Change& change) {
  RETURN_IF_ERROR(CheckText("the name", ns));
  RETURN_IF_ERROR(CheckText("the dtab", dtab));
  RETURN_IF_ERROR(CheckText("the author", change.author));
  return CheckText("the message", change.message);
}

Expect ExpectOfRequest(const HttpRequest& request) {
  const std::string* if_match = FindHeader(request.headers, "If-Match");
  return if_match == nullptr ? Expect::Anything() : ExpectOf(*if_match);
}

}  // namespace

void DtabsApi::List(const HttpRequest& request, Writer writer) {
  if (request.method != "GET" && request.method != "HEAD") {
    return writer->Send(MethodNotAllowed(request, "GET, HEAD"));
  }
  const auto names = namespaces_.Names();
  if (request.method == "GET" && WantsWatch(request)) {
    return exchanges_.AnswerAll(std::move(writer), kJson, [names](Report report) {
      return names->Subscribe([report = std::move(report)](const auto& now) { report(NamesJson(now)); });
    });
  }
  writer->Send(JsonResponse(NamesJson(names->Get())));
}

void DtabsApi::Dtab(const std::string& ns, const HttpRequest& request, Writer writer) {
  const std::string& method = request.method;
  if (method == "GET" || method == "HEAD") return Get(ns, request, std::move(writer));
  if (method == "PUT" || method == "POST") return WriteDocument(ns, request, std::move(writer));
  if (method == "DELETE") return Delete(ns, request, std::move(writer));
  writer->Send(MethodNotAllowed(request, "GET, HEAD, POST, PUT, DELETE"));
}

void DtabsApi::Get(const std::string& ns, const HttpRequest& request, Writer writer) {
  if (request.Query("version").has_value()) return GetVersion(ns, request, std::move(writer));
  const auto document = namespaces_.store().WatchDocument(kDtab, ns);
  if (request.method == "GET" && WantsWatch(request)) {
    const Accepted accepted = AcceptedBy(request);
    return exchanges_.AnswerAll(
        std::move(writer), accepted.media_type,
        [document, rendered = rendered_, ns, format = accepted.format](Report report) {
          return document->Subscribe([report = std::move(report), rendered, ns, format](const auto& now) {
            if (now.has_value() && !now->deleted) report(rendered->Render(ns, *now, format));
          });
        });
  }
  const auto& latest = document->Get();
  if (!latest.has_value() || latest->deleted) {
    return writer->Send(Refusal(request, 404, absl::StrCat("there is no dtab \"", ns, "\"")));
  }
  writer->Send(VersionResponse(request, ns, *latest));
}

HttpResponse DtabsApi::VersionResponse(const HttpRequest& request, const std::string& ns,
                                       const Version& version) {
  const Accepted accepted = AcceptedBy(request);
  auto body = rendered_->Render(ns, version, accepted.format);
  if (!body.ok()) return Refusal(request, body.status());
  return {200, {{"ETag", ETagOf(version.number)}, {"Content-Type", accepted.media_type}}, *std::move(body)};
}

void DtabsApi::GetVersion(const std::string& ns, const HttpRequest& request, Writer writer) {
  const std::string text = *request.Query("version");
  const auto number = ParseVersionNumber(text);
  if (!number.has_value()) {
    return writer->Send(Refusal(request, 400,
                                absl::StrCat("version=", text, " is no version: give an ETag of this dtab (",
                                             ETagOf(1), ") or its number (1)")));
  }
  namespaces_.store().GetVersion(
      kDtab, ns, *number,
      [this, request = HeadOf(request), ns, writer = std::move(writer)](absl::StatusOr<Version> version) {
        if (!version.ok()) return writer->Send(Refusal(request, version.status()));
        if (version->deleted) {
          return writer->Send(
              Refusal(request, 404, absl::StrCat("version ", version->number, " removed dtab \"", ns, "\"")));
        }
        writer->Send(VersionResponse(request, ns, *version));
      });
}

void DtabsApi::WriteDocument(const std::string& ns, const HttpRequest& request, Writer writer) {
  const auto format = ContentFormat(request);
  if (!format.ok()) return writer->Send(Refusal(request, format.status()));
  auto dtab = ReadDtab(request.body, *format);
  if (!dtab.ok()) return writer->Send(Refusal(request, Annotate(dtab.status(), "the dtab does not parse")));
  Change change = ChangeOf(request);
  if (const absl::Status texts = CheckTexts(ns, *dtab, change); !texts.ok()) {
    return writer->Send(Refusal(request, texts));
  }
  const auto limit = WaitOf(request);
  if (!limit.ok()) return writer->Send(Refusal(request, limit.status()));
  const auto wait = limit->has_value() ? waits_->Take(writer) : nullptr;
  if (limit->has_value() && wait == nullptr) {
    return writer->Send(Refusal(request, 503,
                                absl::StrCat("nothing was stored: ", WaitingWrites::kMost,
                                             " requests wait already; repeat this one")));
  }
  const Expect expect = request.method == "POST" ? Expect::Absent() : ExpectOfRequest(request);
  auto answer =
      wait == nullptr ? AnswerWrite(ns, request, writer) : AnswerLive(ns, request, writer, wait, **limit);
  if (IsSet(request, "check")) {
    CheckedWrite write{ns, *std::move(dtab), *format == DtabFormat::kText, expect, std::move(change)};
    return WriteIfHarmless(checker_, namespaces_.store(), request, std::move(writer), std::move(write),
                           std::move(answer));
  }
  namespaces_.store().Put(kDtab, ns, *std::move(dtab), expect, std::move(change), std::move(answer));
}

void DtabsApi::Delete(const std::string& ns, const HttpRequest& request, Writer writer) {
  namespaces_.store().Delete(kDtab, ns, ExpectOfRequest(request), ChangeOf(request),
                             AnswerWrite(ns, request, std::move(writer)));
}

Store::Done<Version> DtabsApi::AnswerLive(const std::string& ns, const HttpRequest& request, Writer writer,
                                          std::shared_ptr<WaitingWrites::Wait> wait, Millis limit) {
  return
      [waits = std::weak_ptr(waits_), epoch = namespaces_.store().epoch(), ns, limit, wait = std::move(wait),
       plain = AnswerWrite(ns, request, std::move(writer))](absl::StatusOr<Version> written) mutable {
        const auto waiting = waits.lock();
        if (!written.ok() || waiting == nullptr) return plain(std::move(written));
        waiting->Answer(wait, ns, epoch, *written, limit);
      };
}

Store::Done<Version> DtabsApi::AnswerWrite(const std::string& ns, const HttpRequest& request, Writer writer) {
  return [&store = namespaces_.store(), ns, request = HeadOf(request),
          writer = std::move(writer)](absl::StatusOr<Version> written) {
    if (written.ok()) return writer->Send({204, {{"Heddle-Version", ETagOf(written->number)}}, ""});
    HttpResponse refusal = Refusal(request, written.status());
    const auto document = store.WatchDocument(kDtab, ns);
    if (refusal.status == 412 && document->Get().has_value()) {
      refusal.headers.emplace_back("ETag", ETagOf(document->Get()->number));
    }
    writer->Send(std::move(refusal));
  };
}

void DtabsApi::History(const std::string& ns, const HttpRequest& request, Writer writer) {
  if (request.method != "GET") {
    HttpResponse refusal = MethodNotAllowed(request, "GET");
    absl::StrAppend(&refusal.body, "A namespace that is called ", ns, "/history is written ",
                    EscapeUri(ns + "/history"), ".\n");
    return writer->Send(std::move(refusal));
  }
  size_t limit = kHistoryPage;
  const auto limit_text = request.Query("limit");
  if (limit_text.has_value() &&
      (!absl::SimpleAtoi(*limit_text, &limit) || limit == 0 || limit > kMaxHistoryPage)) {
    return writer->Send(Refusal(
        request, 400, absl::StrCat("limit=", *limit_text, " is not a number from 1 to ", kMaxHistoryPage)));
  }
  const auto before_text = request.Query("before");
  const auto before = ParseVersionNumber(before_text.value_or("0"));
  if (!before.has_value()) {
    return writer->Send(
        Refusal(request, 400, absl::StrCat("before=", *before_text, " is no version of this dtab")));
  }
  namespaces_.store().History(
      kDtab, ns, limit, *before,
      [request = HeadOf(request), writer = std::move(writer)](absl::StatusOr<std::vector<Version>> history) {
        writer->Send(history.ok() ? JsonResponse(HistoryToJson(*history))
                                  : Refusal(request, history.status()));
      });
}

}  // namespace heddle::namerd
