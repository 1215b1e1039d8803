#include "namerd/http_api/answer.h"

#include <nlohmann/json.hpp>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "lib/dtab/parse_error.h"

namespace heddle::namerd {
namespace {

HttpResponse RefusalOf(const HttpRequest& request, int http_status, const absl::Status& status) {
  const std::string message(status.message());
  const std::string* accept = FindHeader(request.headers, "Accept");
  if (accept == nullptr || AcceptedFormat(*accept) != DtabFormat::kJson) {
    return {http_status, {{"Content-Type", "text/plain"}}, message + "\n"};
  }
  nlohmann::ordered_json body = {{"error", message}};
  if (const auto place = ParseErrorOf(status); place.has_value()) {
    body["line"] = place->line;
    body["column"] = place->column;
    body["found"] = place->found;
    body["expected"] = place->expected;
  }
  return {http_status,
          {{"Content-Type", kJson}},
          body.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n"};
}

}  // namespace

int HttpStatusOf(const absl::Status& status) {
  switch (status.code()) {
    case absl::StatusCode::kOk:
      return 200;
    case absl::StatusCode::kInvalidArgument:
      return 400;
    case absl::StatusCode::kNotFound:
      return 404;
    case absl::StatusCode::kAlreadyExists:
      return 409;
    case absl::StatusCode::kFailedPrecondition:
      return 412;
    case absl::StatusCode::kUnavailable:
    case absl::StatusCode::kDeadlineExceeded:
      return 503;
    case absl::StatusCode::kResourceExhausted:
      return 507;
    default:
      return 500;
  }
}

HttpResponse Refusal(const HttpRequest& request, const absl::Status& status) {
  return RefusalOf(request, HttpStatusOf(status), status);
}

HttpResponse Refusal(const HttpRequest& request, int http_status, const std::string& message) {
  return RefusalOf(request, http_status, absl::UnknownError(message));
}

HttpResponse MethodNotAllowed(const HttpRequest& request, const std::string& allowed) {
  HttpResponse response =
      Refusal(request, 405,
              absl::StrCat(request.method, " is not a method of ", request.RawPath(), "; use ", allowed));
  response.headers.emplace_back("Allow", allowed);
  return response;
}

HttpResponse JsonResponse(std::string body) { return {200, {{"Content-Type", kJson}}, std::move(body)}; }

HttpRequest HeadOf(const HttpRequest& request) {
  return {request.method, request.target, request.headers, "", request.peer};
}

bool IsSet(const HttpRequest& request, absl::string_view name) {
  const auto value = request.Query(name);
  if (!value.has_value()) return false;
  const std::string lower = absl::AsciiStrToLower(*value);
  return lower == "1" || lower == "t" || lower == "true";
}

absl::StatusOr<DtabFormat> ContentFormat(const HttpRequest& request) {
  const std::string* content_type = FindHeader(request.headers, "Content-Type");
  const auto format = FormatOf(content_type == nullptr ? "" : *content_type);
  if (format.has_value()) return *format;
  return absl::InvalidArgumentError(
      absl::StrCat("Invalid Content-Type \"", content_type == nullptr ? "" : *content_type,
                   "\"; send a dtab as application/dtab, text/plain or application/json"));
}

}  // namespace heddle::namerd
