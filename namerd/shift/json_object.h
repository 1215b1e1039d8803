// Reads the values of a JSON object, each error with the place of the value. For namerd/shift alone.
#ifndef HEDDLE_NAMERD_SHIFT_JSON_OBJECT_H_
#define HEDDLE_NAMERD_SHIFT_JSON_OBJECT_H_

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"

namespace heddle::namerd {

// InvalidArgument with the place and what was expected, in ASCII; also for a key that is twice in an object:
// which of them is meant, nobody knows.
absl::StatusOr<nlohmann::json> ParseJson(absl::string_view text);

// What ParseJson reads, in one line; bytes that are no UTF-8 are replaced.
std::string DumpJson(const nlohmann::ordered_json& json);

// A view of `json`, which outlives it. Errors are InvalidArgument: "gates.maxP99Ms" is a string, expected ...
class JsonObject {
 public:
  // `place`: of the object, "" for the whole text.
  static absl::StatusOr<JsonObject> Of(const nlohmann::json& json, std::string place);

  // An error, with the key that was perhaps meant, if there is a key that is none of `known`.
  absl::Status Allow(const std::set<std::string>& known) const;

  // The value of `key`; null if it is missing or null.
  const nlohmann::json* Find(const char* key) const;
  std::string PlaceOf(absl::string_view key) const;
  absl::Status Missing(const char* key, absl::string_view expected) const;

  // Each leaves `out` as it is if there is no value.
  absl::Status Read(const char* key, std::string* out) const;
  absl::Status Read(const char* key, bool* out) const;
  absl::Status Read(const char* key, double* out) const;
  absl::Status Read(const char* key, uint64_t* out) const;
  absl::Status Read(const char* key, int64_t* out) const;

  template <class T>
  absl::Status Read(const char* key, std::optional<T>* out) const {
    if (Find(key) == nullptr) return absl::OkStatus();
    T value{};
    RETURN_IF_ERROR(Read(key, &value));
    *out = std::move(value);
    return absl::OkStatus();
  }

 private:
  JsonObject(const nlohmann::json& json, std::string place) : json_(json), place_(std::move(place)) {}
  absl::Status Expected(const char* key, absl::string_view expected) const;

  const nlohmann::json& json_;
  std::string place_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_SHIFT_JSON_OBJECT_H_
