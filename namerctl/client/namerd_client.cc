#include "namerctl/client/namerd_client.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/cord.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/http/reason.h"
#include "namerctl/client/json_fields.h"

namespace heddle::namerctl {
namespace {

using Json = nlohmann::json;

constexpr Millis kTimeout(30'000);  // of an answer
constexpr char kPlaceUrl[] = "heddle/refused-at";
constexpr char kReportUrl[] = "heddle/report";

// What a refusal's body says: JSON {"error": ..., "line": ..., "column": ...} of namerd, or plain text.
absl::Status Refusal(absl::StatusCode code, const HttpResponse& response) {
  std::string message(absl::StripAsciiWhitespace(response.body));
  absl::Cord place;
  if (const Json json = Json::parse(response.body, nullptr, false); json.is_object()) {
    if (json.contains("error") && json["error"].is_string()) message = json["error"].get<std::string>();
    if (json.contains("line") && json.contains("column") && json["line"].is_number_integer() &&
        json["column"].is_number_integer()) {
      place = absl::Cord(absl::StrCat(json["line"].get<int>(), ":", json["column"].get<int>()));
    }
  }
  if (message.empty()) message = absl::StrCat(response.status, " ", ReasonPhrase(response.status));
  if (absl::StartsWith(message, "<")) {
    message = absl::StrCat(response.status, " ", ReasonPhrase(response.status),
                           ", with a web page: is the base URL that of namerd?");
  }
  absl::Status status(code, message);
  if (!place.empty()) status.SetPayload(kPlaceUrl, place);
  return status;
}

absl::Status NotUnderstood(const HttpRequest& request) {
  return absl::InternalError(absl::StrCat("the answer to ", request.method, " ", request.target,
                                          " is not namerd's: is the base URL right?"));
}

std::optional<HistoryEntry> EntryOf(const Json& json) {
  if (!json.is_object()) return std::nullopt;
  HistoryEntry entry;
  entry.version = TextOf(json, "version");
  entry.time = TextOf(json, "time");
  entry.author = TextOf(json, "author");
  entry.message = TextOf(json, "message");
  entry.from = TextOf(json, "from");
  entry.dtab = TextOf(json, "dtab");
  const auto number = json.find("number");
  const auto deleted = json.find("deleted");
  if (entry.version.empty() || number == json.end() || !number->is_number_unsigned()) return std::nullopt;
  entry.number = number->get<uint64_t>();
  entry.deleted = deleted != json.end() && deleted->is_boolean() && deleted->get<bool>();
  return entry;
}

// A header's value is one line: line ends and other control characters become spaces.
std::string HeaderValue(absl::string_view text) {
  std::string value(text.substr(0, 4096));
  std::replace_if(
      value.begin(), value.end(), [](unsigned char c) { return c < ' ' || c == 0x7f; }, ' ');
  return value;
}

}  // namespace

absl::Status StatusOf(const HttpResponse& response) {
  switch (response.status) {
    case 200:
    case 201:
    case 202:
    case 204:
      return absl::OkStatus();
    case 400:
    case 413:
    case 415:
      return Refusal(absl::StatusCode::kInvalidArgument, response);
    case 404:
      return Refusal(absl::StatusCode::kNotFound, response);
    case 409:
      return Refusal(absl::StatusCode::kAlreadyExists, response);
    case 412:
      return Refusal(absl::StatusCode::kFailedPrecondition, response);
    case 422: {
      absl::Status harmful = absl::AbortedError("names in use would be left without a service");
      harmful.SetPayload(kReportUrl, absl::Cord(response.body));
      return harmful;
    }
    default:
      return Annotate(Refusal(absl::StatusCode::kInternal, response),
                      absl::StrCat("namerd answers ", response.status));
  }
}

void AddNote(const Note& note, HttpRequest* request) {
  if (!note.author.empty()) request->headers.emplace_back("Heddle-Author", HeaderValue(note.author));
  if (!note.message.empty()) request->headers.emplace_back("Heddle-Message", HeaderValue(note.message));
}

HttpRequest NamerdClient::Request(std::string method, const std::string& ns, absl::string_view suffix,
                                  absl::string_view resource) const {
  HttpRequest request;
  request.method = std::move(method);
  // Slashes stay, as Namerd 1.x wants them, unless the name would read as the history of another one.
  const char* keep = absl::EndsWith(ns, "/history") ? "" : "/";
  request.target =
      absl::StrCat(base_.path, "/api/1/", resource, ns.empty() ? "" : "/", EscapeUri(ns, keep), suffix);
  request.headers = {{"Host", base_.Authority()}, {"Accept", "application/json"}};
  return request;
}

absl::Status NamerdClient::Unreachable(const absl::Status& why) const {
  // The transport names the address too.
  const std::string address = absl::StrCat(base_.host, ":", base_.port, ": ");
  return absl::UnavailableError(
      absl::StrCat("cannot reach namerd at ", base_.text, ": ", absl::StripPrefix(why.message(), address)));
}

absl::StatusOr<HttpResponse> NamerdClient::Send(HttpRequest request, Millis longer) {
  auto response = transport_(std::move(request), kTimeout + longer);
  if (!response.ok()) return Unreachable(response.status());
  RETURN_IF_ERROR(StatusOf(*response));
  absl::StripTrailingAsciiWhitespace(&response->body);  // the line's end of JSON
  return response;
}

absl::StatusOr<std::vector<std::string>> NamerdClient::List() {
  const HttpRequest request = Request("GET", "");
  ASSIGN_OR_RETURN(const HttpResponse response, Send(request));
  const Json json = Json::parse(response.body, nullptr, false);
  if (!json.is_array()) return NotUnderstood(request);
  std::vector<std::string> names;
  for (const Json& name : json) {
    if (!name.is_string()) return NotUnderstood(request);
    names.push_back(name.get<std::string>());
  }
  return names;
}

absl::StatusOr<StoredDtab> NamerdClient::Get(const std::string& ns, const std::string& version) {
  const HttpRequest request =
      Request("GET", ns, version.empty() ? "" : absl::StrCat("?version=", EscapeUri(version)));
  ASSIGN_OR_RETURN(const HttpResponse response, Send(request));
  auto rules = RulesFromJson(response.body);
  if (!rules.ok()) return NotUnderstood(request);
  const std::string* etag = FindHeader(response.headers, "ETag");
  return StoredDtab{etag == nullptr ? version : *etag, *std::move(rules)};
}

absl::StatusOr<Written> NamerdClient::Write(std::string method, const std::string& ns, const DtabInput& dtab,
                                            const std::string& version, const Note& note, std::string suffix,
                                            Millis wait) {
  if (wait > Millis(0)) absl::StrAppend(&suffix, suffix.empty() ? "?" : "&", "wait=", wait.count(), "ms");
  HttpRequest request = Request(std::move(method), ns, suffix);
  if (request.method != "DELETE") {
    request.headers.emplace_back("Content-Type", dtab.is_json ? "application/json" : "application/dtab");
  }
  if (!version.empty()) request.headers.emplace_back("If-Match", HeaderValue(version));
  AddNote(note, &request);
  request.body = dtab.body;
  ASSIGN_OR_RETURN(const HttpResponse response, Send(std::move(request), wait));
  Written written;
  const Json json = Json::parse(response.body, nullptr, false);
  if (wait == Millis(0) || !json.is_object() || !json.contains("converged")) return written;
  const Json& proxies = FieldOf(json, "proxies");
  written.converged = IsTrue(json, "converged");
  written.live = ConvergenceView{CountOf(proxies, "following"), CountOf(proxies, "applied"),
                                 TextsOf(proxies, "behind"), MillisOf(json, "tookMs")};
  written.version = TextOf(json, "version");
  written.json = response.body;
  return written;
}

absl::StatusOr<Written> NamerdClient::Create(const std::string& ns, const DtabInput& dtab, const Note& note,
                                             Millis wait) {
  return Write("POST", ns, dtab, "", note, "", wait);
}

absl::StatusOr<Written> NamerdClient::Update(const std::string& ns, const DtabInput& dtab,
                                             const std::string& version, const Note& note, bool check,
                                             Millis wait) {
  return Write("PUT", ns, dtab, version, note, check ? "?check=true" : "", wait);
}

absl::Status NamerdClient::Delete(const std::string& ns, const Note& note) {
  return Write("DELETE", ns, {}, "", note, "", Millis(0)).status();
}

absl::StatusOr<std::vector<HistoryEntry>> NamerdClient::History(const std::string& ns, size_t limit,
                                                                uint64_t before) {
  std::string suffix = absl::StrCat("/history?limit=", limit);
  if (before != 0) absl::StrAppend(&suffix, "&before=", before);
  const HttpRequest request = Request("GET", ns, suffix);
  ASSIGN_OR_RETURN(const HttpResponse response, Send(request));
  const Json json = Json::parse(response.body, nullptr, false);
  if (!json.is_array()) return NotUnderstood(request);
  std::vector<HistoryEntry> entries;
  for (const Json& item : json) {
    auto entry = EntryOf(item);
    if (!entry) return NotUnderstood(request);
    entries.push_back(*std::move(entry));
  }
  return entries;
}

absl::StatusOr<HistoryEntry> NamerdClient::GetVersion(const std::string& ns, const std::string& version) {
  const std::optional<uint64_t> number = VersionNumber(version);
  if (!number || *number == 0 || *number == UINT64_MAX) {
    return absl::InvalidArgumentError(absl::StrCat("'", version, "' is no version"));
  }
  ASSIGN_OR_RETURN(std::vector<HistoryEntry> entries, History(ns, 1, *number + 1));
  if (entries.empty() || entries[0].number != *number) {
    return absl::NotFoundError(absl::StrCat("'", ns, "' has no version ", version));
  }
  return std::move(entries[0]);
}

absl::StatusOr<std::string> NamerdClient::Check(const std::string& ns, const DtabInput& dtab,
                                                const std::vector<std::string>& paths) {
  std::string suffix;
  for (const std::string& path : paths) {
    absl::StrAppend(&suffix, suffix.empty() ? "?" : "&", "path=", EscapeUri(path, "/"));
  }
  HttpRequest request = Request("POST", ns, suffix, "check");
  request.headers.emplace_back("Content-Type", dtab.is_json ? "application/json" : "application/dtab");
  request.body = dtab.body;
  ASSIGN_OR_RETURN(HttpResponse response, Send(std::move(request)));
  return std::move(response.body);
}

absl::StatusOr<std::string> NamerdClient::Explain(const std::string& ns, const std::string& path,
                                                  const std::string& dtab) {
  const std::string query = absl::StrCat("?path=", EscapeUri(path, "/"),
                                         dtab.empty() ? "" : "&dtab=", EscapeUri(dtab, "/"), "&detail=full");
  ASSIGN_OR_RETURN(HttpResponse response, Send(Request("GET", ns, query, "delegate")));
  return std::move(response.body);
}

std::optional<uint64_t> VersionNumber(const std::string& version) {
  uint64_t number = 0;
  if (absl::SimpleAtoi(version, &number)) return number;
  std::string bytes;
  if (!absl::Base64Unescape(version, &bytes) || bytes.size() != 8) return std::nullopt;
  for (const unsigned char byte : bytes) number = (number << 8) | byte;
  return number;
}

std::string ReportOf(const absl::Status& refusal) {
  const auto payload = refusal.GetPayload(kReportUrl);
  return payload ? std::string(*payload) : "";
}

std::optional<RefusedAt> RefusedAtOf(const absl::Status& refusal) {
  const auto payload = refusal.GetPayload(kPlaceUrl);
  if (!payload) return std::nullopt;
  const std::string text(*payload);
  const size_t colon = text.find(':');
  RefusedAt at;
  if (!absl::SimpleAtoi(text.substr(0, colon), &at.line) ||
      !absl::SimpleAtoi(text.substr(colon + 1), &at.column)) {
    return std::nullopt;
  }
  return at;
}

}  // namespace heddle::namerctl
