// A check's report as the HTTP API gives it; namerd/http_api/README.md has an example.
#ifndef HEDDLE_NAMERD_CHECK_REPORT_JSON_H_
#define HEDDLE_NAMERD_CHECK_REPORT_JSON_H_

#include <string>

#include "namerd/check/checker.h"

namespace heddle::namerd {

// `version`: the report's as the API writes versions; "" for none.
std::string ReportToJson(const CheckReport& report, const std::string& version);

// The names that would be lost, a line each, for people: "/svc/web: no rule and no namer has /srv/wbe".
std::string LostAsText(const CheckReport& report);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_REPORT_JSON_H_
