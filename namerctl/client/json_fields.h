// Reads the fields of namerd's JSON, where what is missing or of another type is the type's zero: an answer
// of a newer or older namerd is shown as far as it is understood. For .cc files.
#ifndef HEDDLE_NAMERCTL_CLIENT_JSON_FIELDS_H_
#define HEDDLE_NAMERCTL_CLIENT_JSON_FIELDS_H_

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lib/base/clock.h"

namespace heddle::namerctl {

// The field; null if there is none. REQUIRES: `object` outlives the result.
inline const nlohmann::json& FieldOf(const nlohmann::json& object, const char* key) {
  static const nlohmann::json none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

inline std::string TextOf(const nlohmann::json& object, const char* key) {
  const nlohmann::json& field = FieldOf(object, key);
  return field.is_string() ? field.get<std::string>() : "";
}

inline double NumberOf(const nlohmann::json& object, const char* key) {
  const nlohmann::json& field = FieldOf(object, key);
  return field.is_number() ? field.get<double>() : 0;
}

inline uint64_t CountOf(const nlohmann::json& object, const char* key) {
  const nlohmann::json& field = FieldOf(object, key);
  return field.is_number_unsigned() ? field.get<uint64_t>() : 0;
}

// Bounded: a number of a stranger's fits.
inline Millis MillisOf(const nlohmann::json& object, const char* key) {
  return Millis(static_cast<int64_t>(std::clamp(NumberOf(object, key), 0.0, 1e15)));
}

inline bool IsTrue(const nlohmann::json& object, const char* key) { return FieldOf(object, key) == true; }

inline std::vector<std::string> TextsOf(const nlohmann::json& object, const char* key) {
  std::vector<std::string> texts;
  for (const nlohmann::json& text : FieldOf(object, key)) {
    if (text.is_string()) texts.push_back(text.get<std::string>());
  }
  return texts;
}

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_CLIENT_JSON_FIELDS_H_
