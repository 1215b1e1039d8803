#include "lib/dtab/dtab_json.h"

#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/json_error.h"
#include "lib/base/status.h"

namespace heddle {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

constexpr char kShape[] = "[{\"prefix\": \"/a\", \"dst\": \"/b\"}, ...]";

absl::StatusOr<std::string> StringMember(const json& object, const char* key) {
  const auto at = object.find(key);
  if (at == object.end()) return absl::InvalidArgumentError(absl::StrCat("\"", key, "\" is missing"));
  if (!at->is_string()) {
    return absl::InvalidArgumentError(
        absl::StrCat("\"", key, "\" is a ", at->type_name(), ", expected a string"));
  }
  return at->get<std::string>();
}

absl::StatusOr<Dentry> DentryFromJson(const json& value) {
  if (!value.is_object()) {
    return absl::InvalidArgumentError(
        absl::StrCat("expected {\"prefix\", \"dst\"}, found ", value.type_name()));
  }
  for (const auto& item : value.items()) {
    if (item.key() == "prefix" || item.key() == "dst") continue;
    const std::string shown = json(item.key()).dump(-1, ' ', true, json::error_handler_t::replace);
    return absl::InvalidArgumentError(
        absl::StrCat("unknown key ", shown, ", a rule has \"prefix\" and \"dst\""));
  }
  ASSIGN_OR_RETURN(const std::string prefix_text, StringMember(value, "prefix"));
  ASSIGN_OR_RETURN(const std::string dst_text, StringMember(value, "dst"));
  auto prefix = ParsePrefix(prefix_text);
  if (!prefix.ok()) return Annotate(prefix.status(), "\"prefix\"");
  auto dst = ParseNameTree(dst_text);
  if (!dst.ok()) return Annotate(dst.status(), "\"dst\"");
  return Dentry{*std::move(prefix), *std::move(dst)};
}

}  // namespace

std::string DtabToJson(const Dtab& dtab) {
  ordered_json array = ordered_json::array();
  for (const Dentry& dentry : dtab)
    array.push_back({{"prefix", dentry.prefix.Show()}, {"dst", Show(dentry.dst)}});
  return array.dump();
}

absl::StatusOr<Dtab> DtabFromJson(absl::string_view text) {
  json array;
  try {
    array = json::parse(text.begin(), text.end());
  } catch (const json::exception& e) {
    return absl::InvalidArgumentError(
        absl::StrCat("a dtab as JSON is ", kShape, ": ", JsonErrorText(e.what())));
  }
  if (!array.is_array()) {
    return absl::InvalidArgumentError(
        absl::StrCat("a dtab as JSON is ", kShape, ", found a ", array.type_name()));
  }
  std::vector<Dentry> dentries;
  for (const json& element : array) {
    auto dentry = DentryFromJson(element);
    if (!dentry.ok()) return Annotate(dentry.status(), absl::StrCat("rule ", dentries.size() + 1));
    dentries.push_back(*std::move(dentry));
  }
  return Dtab(std::move(dentries));
}

}  // namespace heddle
