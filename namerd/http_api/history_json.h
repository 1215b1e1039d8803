// A document's history as JSON, newest first: [{"version":"AAAAAAAAAAI=","number":2,"revision":7,
// "time":"2026-01-31T12:00:00.123Z","author":"ci","message":"10% to
// v2","from":"127.0.0.1:40022","deleted":false, "dtab":"/a => /b ;\n"}], where "dtab" is the text as it was
// written.
#ifndef HEDDLE_NAMERD_HTTP_API_HISTORY_JSON_H_
#define HEDDLE_NAMERD_HTTP_API_HISTORY_JSON_H_

#include <string>
#include <vector>

#include "namerd/store/store.h"

namespace heddle::namerd {

std::string HistoryToJson(const std::vector<Version>& history);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_HISTORY_JSON_H_
