#include "namerctl/output/history_text.h"

#include <algorithm>
#include <array>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "namerctl/output/dtab_text.h"

namespace heddle::namerctl {
namespace {

using Json = nlohmann::ordered_json;
using Row = std::array<std::string, 5>;

Row RowOf(const HistoryEntry& entry) {
  std::string message = Printable(entry.message);
  if (entry.deleted) message = message.empty() ? "(deleted)" : absl::StrCat("(deleted) ", message);
  return {absl::StrCat(entry.number), Printable(entry.version), Printable(entry.time),
          entry.author.empty() ? "-" : Printable(entry.author), message.empty() ? "-" : message};
}

}  // namespace

std::string HistoryTable(const std::vector<HistoryEntry>& entries) {
  std::vector<Row> rows{{"NUMBER", "VERSION", "TIME", "AUTHOR", "MESSAGE"}};
  for (const HistoryEntry& entry : entries) rows.push_back(RowOf(entry));
  std::array<size_t, 5> widths{};
  for (const Row& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string text;
  for (const Row& row : rows) {
    for (size_t i = 0; i + 1 < row.size(); ++i) {
      absl::StrAppend(&text, row[i], std::string(widths[i] - row[i].size() + 2, ' '));
    }
    absl::StrAppend(&text, row.back(), "\n");
  }
  return text;
}

std::string HistoryToJson(const std::vector<HistoryEntry>& entries) {
  Json list = Json::array();
  for (const HistoryEntry& entry : entries) {
    list.push_back({{"version", entry.version},
                    {"number", entry.number},
                    {"time", entry.time},
                    {"author", entry.author},
                    {"message", entry.message},
                    {"from", entry.from},
                    {"deleted", entry.deleted},
                    {"dtab", entry.dtab}});
  }
  return list.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace heddle::namerctl
