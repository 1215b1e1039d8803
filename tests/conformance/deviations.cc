#include "tests/conformance/deviations.h"

#include "absl/strings/str_cat.h"

namespace heddle::conformance {

std::string Deviations::MistakeIn(const Json& json) {
  if (!json.is_array()) return "is not an array";
  for (size_t i = 0; i < json.size(); ++i) {
    const Json& entry = json[i];
    const auto has = [&](const char* key) { return entry.contains(key) && !entry[key].empty(); };
    const bool has_place = has("rule") || has("id") || (has("file") && (has("ids") || has("features")));
    if (!entry.is_object() || !has_place || !has("instead") || !has("why")) {
      return absl::StrCat(
          "entry ", i + 1,
          " needs a rule, an id, or a file with ids or features; and instead and why: ", entry.dump());
    }
    if (has("id") && !entry["instead"].is_object()) {
      return absl::StrCat("entry ", i + 1, ": instead of an id is an object: ", entry.dump());
    }
  }
  return "";
}

Deviations::Deviations(const Json& json) {
  for (const Json& entry : json) {
    if (entry.contains("rule")) rules_[entry["rule"].get<std::string>()] = entry;
    if (entry.contains("id")) cases_[entry["id"].get<std::string>()] = entry;
  }
}

std::optional<Json> Deviations::Decided(const std::string& id, const Json& test) const {
  const auto at = cases_.find(id);
  if (at == cases_.end()) return std::nullopt;
  Json ours = test;
  ours["expect"].update(at->second.at("instead"));
  return ours;
}

}  // namespace heddle::conformance
