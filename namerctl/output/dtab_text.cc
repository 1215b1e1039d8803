#include "namerctl/output/dtab_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"

namespace heddle::namerctl {
namespace {

using Json = nlohmann::ordered_json;

std::string Quote(const std::string& text) {
  return Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

std::string PrettyDtab(const std::vector<Rule>& rules) {
  size_t width = 0;
  for (const Rule& rule : rules) width = std::max(width, rule.prefix.size());
  std::string text;
  for (const Rule& rule : rules) {
    absl::StrAppend(&text, rule.prefix, std::string(width - rule.prefix.size(), ' '), "  => ", rule.dst,
                    " ;\n");
  }
  return text;
}

std::string OneLineDtab(const std::vector<Rule>& rules) {
  std::string text;
  for (const Rule& rule : rules) absl::StrAppend(&text, rule.prefix, "=>", rule.dst, ";");
  return text;
}

std::string DtabToJson(const StoredDtab& dtab) {
  return absl::StrCat("{\"version\":", Quote(dtab.version), ",\"dtab\":", RulesToJson(dtab.rules), "}");
}

std::string NamesToJson(const std::vector<std::string>& names) {
  return Json(names).dump(-1, ' ', false, Json::error_handler_t::replace);
}

std::string Printable(absl::string_view text) {
  std::string printable;
  printable.reserve(text.size());
  for (const unsigned char c : text) {
    if (c < ' ' || c == 0x7f) {
      absl::StrAppendFormat(&printable, "\\x%02x", c);
    } else {
      printable.push_back(static_cast<char>(c));
    }
  }
  return printable;
}

}  // namespace heddle::namerctl
