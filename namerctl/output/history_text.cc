#include "namerctl/output/history_text.h"

#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "namerctl/output/dtab_text.h"
#include "namerctl/output/style.h"

namespace heddle::namerctl {
namespace {

using Json = nlohmann::ordered_json;
using Cell = Columns::Cell;

std::vector<Cell> RowOf(const HistoryEntry& entry) {
  std::string message = Printable(entry.message);
  if (entry.deleted) message = message.empty() ? "(deleted)" : absl::StrCat("(deleted) ", message);
  return {{absl::StrCat(entry.number)},
          {Printable(entry.version)},
          {Printable(entry.time)},
          {entry.author.empty() ? "-" : Cut(Printable(entry.author), kWidestAuthor)},
          {message.empty() ? "-" : Cut(std::move(message), kWidestReason)}};
}

}  // namespace

std::string HistoryTable(const std::vector<HistoryEntry>& entries) {
  Columns table;
  table.Add({{"NUMBER"}, {"VERSION"}, {"TIME"}, {"AUTHOR"}, {"MESSAGE"}});
  for (const HistoryEntry& entry : entries) table.Add(RowOf(entry));
  return table.Show(Style());
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
