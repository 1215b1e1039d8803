// How a namespace's history is printed.
#ifndef HEDDLE_NAMERCTL_OUTPUT_HISTORY_TEXT_H_
#define HEDDLE_NAMERCTL_OUTPUT_HISTORY_TEXT_H_

#include <string>
#include <vector>

#include "namerctl/client/namerd_client.h"

namespace heddle::namerctl {

// A table with a heading, a line a version in the order given; long authors and messages are cut.
std::string HistoryTable(const std::vector<HistoryEntry>& entries);
// The entries as namerd gives them, as one JSON list.
std::string HistoryToJson(const std::vector<HistoryEntry>& entries);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_OUTPUT_HISTORY_TEXT_H_
