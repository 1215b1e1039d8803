// Responses that every resource shares, and the one table from a status to HTTP.
#ifndef HEDDLE_NAMERD_HTTP_API_ANSWER_H_
#define HEDDLE_NAMERD_HTTP_API_ANSWER_H_

#include <string>

#include "lib/base/status.h"
#include "lib/session/http_server.h"
#include "namerd/http_api/dtab_format.h"

namespace heddle::namerd {

inline constexpr char kJson[] = "application/json";

// A status as HTTP: 400, 404, 409, 412, 500, 503, 507.
int HttpStatusOf(const absl::Status& status);

// The refusal of `request` for `status`: its message as text, or as JSON where the request's Accept names
// application/json first: {"error":"..."} and, of a text that does not parse, line, column, found, expected.
HttpResponse Refusal(const HttpRequest& request, const absl::Status& status);
HttpResponse Refusal(const HttpRequest& request, int http_status, const std::string& message);

// 405 with Allow. `allowed`: "GET, HEAD".
HttpResponse MethodNotAllowed(const HttpRequest& request, const std::string& allowed);

HttpResponse JsonResponse(std::string body);

// What is left of a request for its answer: not the body.
HttpRequest HeadOf(const HttpRequest& request);

// Query parameter `name` is 1, t or true in any case; all else is no.
bool IsSet(const HttpRequest& request, absl::string_view name);
inline bool WantsWatch(const HttpRequest& request) { return IsSet(request, "watch"); }

// The form of a body that is a dtab; InvalidArgument says which there are.
absl::StatusOr<DtabFormat> ContentFormat(const HttpRequest& request);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_ANSWER_H_
