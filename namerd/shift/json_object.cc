#include "namerd/shift/json_object.h"

#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/json_error.h"
#include "namerd/check/similar.h"

namespace heddle::namerd {

using nlohmann::json;

namespace {

// As JSON, in ASCII, of some length.
std::string QuotedKey(const json& key) {
  std::string quoted = key.dump(-1, ' ', true, json::error_handler_t::replace);
  if (quoted.size() > 100) quoted = absl::StrCat(quoted.substr(0, 100), "...\"");
  return quoted;
}

}  // namespace

absl::StatusOr<json> ParseJson(absl::string_view text) {
  std::vector<std::set<std::string>> open;  // the keys of each object that is being read
  std::string twice;
  const auto look = [&](int /*depth*/, json::parse_event_t event, const json& value) {
    if (event == json::parse_event_t::object_start) open.emplace_back();
    if (event == json::parse_event_t::object_end) open.pop_back();
    if (event == json::parse_event_t::key && !open.back().insert(value.get<std::string>()).second) {
      if (twice.empty()) twice = QuotedKey(value);
    }
    return true;
  };
  try {
    json parsed = json::parse(text.begin(), text.end(), look);
    if (twice.empty()) return parsed;
    return absl::InvalidArgumentError(absl::StrCat("the key ", twice, " is there twice"));
  } catch (const json::exception& e) {
    return absl::InvalidArgumentError(JsonErrorText(e.what()));
  }
}

std::string DumpJson(const nlohmann::ordered_json& json) {
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

absl::StatusOr<JsonObject> JsonObject::Of(const json& value, std::string place) {
  if (value.is_object()) return JsonObject(value, std::move(place));
  return absl::InvalidArgumentError(absl::StrCat(place.empty() ? "it" : absl::StrCat("\"", place, "\""),
                                                 " is a JSON ", value.type_name(), ", expected an object"));
}

absl::Status JsonObject::Allow(const std::set<std::string>& known) const {
  for (const auto& item : json_.items()) {
    if (known.contains(item.key())) continue;
    const std::string meant = MostSimilar(item.key(), known);
    return absl::InvalidArgumentError(absl::StrCat(
        "unknown key ", QuotedKey(item.key()), place_.empty() ? "" : absl::StrCat(" in \"", place_, "\""),
        meant.empty() ? "" : absl::StrCat("; did you mean \"", meant, "\"?")));
  }
  return absl::OkStatus();
}

const json* JsonObject::Find(const char* key) const {
  const auto at = json_.find(key);
  return at == json_.end() || at->is_null() ? nullptr : &*at;
}

std::string JsonObject::PlaceOf(absl::string_view key) const {
  return place_.empty() ? std::string(key) : absl::StrCat(place_, ".", key);
}

absl::Status JsonObject::Missing(const char* key, absl::string_view expected) const {
  return absl::InvalidArgumentError(absl::StrCat("\"", PlaceOf(key), "\" is missing: ", expected));
}

absl::Status JsonObject::Expected(const char* key, absl::string_view expected) const {
  const json& value = *Find(key);
  std::string found = value.is_number() ? value.dump() : absl::StrCat("a JSON ", value.type_name());
  return absl::InvalidArgumentError(
      absl::StrCat("\"", PlaceOf(key), "\" is ", found, ", expected ", expected));
}

absl::Status JsonObject::Read(const char* key, std::string* out) const {
  const json* value = Find(key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_string()) return Expected(key, "a string");
  *out = value->get<std::string>();
  return absl::OkStatus();
}

absl::Status JsonObject::Read(const char* key, bool* out) const {
  const json* value = Find(key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_boolean()) return Expected(key, "true or false");
  *out = value->get<bool>();
  return absl::OkStatus();
}

absl::Status JsonObject::Read(const char* key, double* out) const {
  const json* value = Find(key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_number()) return Expected(key, "a number");
  *out = value->get<double>();
  return absl::OkStatus();
}

absl::Status JsonObject::Read(const char* key, uint64_t* out) const {
  const json* value = Find(key);
  if (value == nullptr) return absl::OkStatus();
  if (!value->is_number_unsigned()) return Expected(key, "a whole number, 0 or more");
  *out = value->get<uint64_t>();
  return absl::OkStatus();
}

absl::Status JsonObject::Read(const char* key, int64_t* out) const {
  const json* value = Find(key);
  if (value == nullptr) return absl::OkStatus();
  const bool fits = !value->is_number_unsigned() || value->get<uint64_t>() <= INT64_MAX;
  if (!value->is_number_integer() || !fits) return Expected(key, "a whole number");
  *out = value->get<int64_t>();
  return absl::OkStatus();
}

}  // namespace heddle::namerd
