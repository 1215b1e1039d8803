#include "lib/config/object_reader.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"

namespace heddle {

ObjectReader::ObjectReader(const ConfigNode& node, ConfigErrors& errors) : node_(node), errors_(errors) {
  if (!node.is_map() && !node.is_null())
    errors.Add(node, absl::StrCat("expected an object, found ", node.KindText()));
}

const ConfigNode* ObjectReader::Take(absl::string_view key) {
  known_.emplace_back(key);
  const ConfigNode* value = node_.Find(key);
  return value == nullptr || value->is_null() ? nullptr : value;
}

const ConfigNode* ObjectReader::TakeScalar(absl::string_view key, absl::string_view expected) {
  const ConfigNode* value = Take(key);
  if (value == nullptr || value->is_scalar()) return value;
  errors_.Add(*value, absl::StrCat("expected ", expected, ", found ", value->KindText()));
  return nullptr;
}

bool ObjectReader::CheckPresent(absl::string_view key) {
  const ConfigNode* value = Take(key);
  if (value == nullptr && (node_.is_map() || node_.is_null())) {
    errors_.Add(node_, absl::StrCat("the key '", key, "' is missing; it is required here"));
  }
  return value != nullptr;
}

bool ObjectReader::Optional(absl::string_view key, std::string* out) {
  const ConfigNode* value = TakeScalar(key, "text");
  if (value == nullptr) return false;
  *out = value->text();
  return true;
}

bool ObjectReader::Optional(absl::string_view key, bool* out) {
  const ConfigNode* value = TakeScalar(key, "true or false");
  if (value == nullptr) return false;
  const std::optional<bool> read = value->AsBool();
  if (!read) {
    errors_.Add(*value, absl::StrCat("expected true or false, found '", value->text(), "'"));
    return false;
  }
  *out = *read;
  return true;
}

bool ObjectReader::ReadInt(absl::string_view key, int64_t min, int64_t max, int64_t* out) {
  const std::string expected = absl::StrCat("a whole number from ", min, " to ", max);
  const ConfigNode* value = TakeScalar(key, expected);
  if (value == nullptr) return false;
  const std::optional<int64_t> read = value->AsInt();
  if (!read || *read < min || *read > max) {
    errors_.Add(*value, absl::StrCat("expected ", expected, ", found '", value->text(), "'"));
    return false;
  }
  *out = *read;
  return true;
}

bool ObjectReader::ReadUint(absl::string_view key, uint64_t min, uint64_t max, uint64_t* out) {
  const std::string expected = absl::StrCat("a whole number from ", min, " to ", max);
  const ConfigNode* value = TakeScalar(key, expected);
  if (value == nullptr) return false;
  const std::optional<uint64_t> read = value->AsUint();
  if (!read || *read < min || *read > max) {
    errors_.Add(*value, absl::StrCat("expected ", expected, ", found '", value->text(), "'"));
    return false;
  }
  *out = *read;
  return true;
}

bool ObjectReader::ReadDouble(absl::string_view key, double* out, double min, double max) {
  const bool bounded =
      min != std::numeric_limits<double>::lowest() || max != std::numeric_limits<double>::max();
  const std::string expected = bounded ? absl::StrCat("a number from ", min, " to ", max) : "a number";
  const ConfigNode* value = TakeScalar(key, expected);
  if (value == nullptr) return false;
  const std::optional<double> read = value->AsDouble();
  if (!read || *read < min || *read > max) {
    errors_.Add(*value, absl::StrCat("expected ", expected, ", found '", value->text(), "'"));
    return false;
  }
  *out = *read;
  return true;
}

bool ObjectReader::Optional(absl::string_view key, std::vector<std::string>* out) {
  const ConfigNode* value = Take(key);
  if (value == nullptr) return false;
  std::vector<std::string> read;
  if (value->is_scalar()) read.push_back(value->text());
  bool good = value->is_scalar() || value->is_list();
  if (!good) errors_.Add(*value, absl::StrCat("expected a list of texts, found ", value->KindText()));
  for (const auto& item : value->items()) {
    if (item->is_scalar()) {
      read.push_back(item->text());
    } else {
      errors_.Add(*item, absl::StrCat("expected text, found ", item->KindText()));
      good = false;
    }
  }
  if (good) *out = std::move(read);
  return good;
}

bool ObjectReader::Optional(absl::string_view key, std::map<std::string, std::string>* out) {
  const ConfigNode* value = Take(key);
  if (value == nullptr) return false;
  if (!value->is_map()) {
    errors_.Add(*value, absl::StrCat("expected an object of texts, found ", value->KindText()));
    return false;
  }
  std::map<std::string, std::string> read;
  bool good = true;
  for (const ConfigNode::Entry& entry : value->entries()) {
    if (entry.value->is_scalar()) {
      read[entry.key] = entry.value->text();
    } else {
      errors_.Add(*entry.value, absl::StrCat("expected text, found ", entry.value->KindText()));
      good = false;
    }
  }
  if (good) *out = std::move(read);
  return good;
}

bool ObjectReader::OptionalMillis(absl::string_view key, Millis* out, int64_t min) {
  constexpr int64_t kMax = Millis(std::chrono::hours(24 * 3650)).count();
  int64_t value = 0;
  if (!ReadInt(key, min, kMax, &value)) return false;
  *out = Millis(value);
  return true;
}

bool ObjectReader::OptionalSeconds(absl::string_view key, Millis* out, int64_t min) {
  constexpr int64_t kMax = std::chrono::seconds(std::chrono::hours(24 * 3650)).count();
  int64_t value = 0;
  if (!ReadInt(key, min, kMax, &value)) return false;
  *out = std::chrono::seconds(value);
  return true;
}

bool ObjectReader::OptionalOneOf(absl::string_view key, std::string* out,
                                 const std::vector<std::string>& accepted) {
  const ConfigNode* value = TakeScalar(key, absl::StrCat("one of ", absl::StrJoin(accepted, ", ")));
  if (value == nullptr) return false;
  if (std::find(accepted.begin(), accepted.end(), value->text()) == accepted.end()) {
    errors_.AddUnknown(*value, "value", value->text(), accepted);
    return false;
  }
  *out = value->text();
  return true;
}

const ConfigNode* ObjectReader::Node(absl::string_view key) { return Take(key); }

const ConfigNode* ObjectReader::RequiredNode(absl::string_view key) {
  return CheckPresent(key) ? Take(key) : nullptr;
}

std::vector<const ConfigNode*> ObjectReader::List(absl::string_view key) {
  std::vector<const ConfigNode*> items;
  const ConfigNode* value = Take(key);
  if (value == nullptr) return items;
  if (!value->is_list()) errors_.Add(*value, absl::StrCat("expected a list, found ", value->KindText()));
  for (const auto& item : value->items()) items.push_back(item.get());
  return items;
}

std::vector<const ConfigNode*> ObjectReader::RequiredList(absl::string_view key) {
  if (!CheckPresent(key)) return {};
  std::vector<const ConfigNode*> items = List(key);
  const ConfigNode* value = node_.Find(key);
  if (value->is_list() && items.empty()) errors_.Add(*value, "expected at least one element");
  return items;
}

std::string ObjectReader::Kind(absl::string_view otherwise) {
  std::string kind(otherwise);
  if (otherwise.empty()) {
    Required("kind", &kind);
  } else {
    Optional("kind", &kind);
  }
  return kind;
}

void ObjectReader::Later(absl::string_view key, absl::string_view reason) {
  const ConfigNode* value = node_.Find(key);
  if (value == nullptr) return;
  // Known, so that Finish does not report it again; not offered as accepted when absent.
  if (Take(key) != nullptr) errors_.Add(*value, reason);
}

void ObjectReader::AddError(absl::string_view key, absl::string_view message) {
  const ConfigNode* value = node_.Find(key);
  errors_.Add(value == nullptr ? node_ : *value, message);
}

void ObjectReader::Finish() {
  bool unused_flag = false;
  Optional("experimental", &unused_flag);
  std::vector<std::string> accepted = known_;
  std::sort(accepted.begin(), accepted.end());
  accepted.erase(std::unique(accepted.begin(), accepted.end()), accepted.end());
  for (const ConfigNode::Entry& entry : node_.entries()) {
    if (std::binary_search(accepted.begin(), accepted.end(), entry.key)) continue;
    const std::string nearest = NearestSpelling(entry.key, accepted);
    errors_.AddAtKey(
        node_, entry,
        absl::StrCat("unknown key", nearest.empty() ? "" : absl::StrCat("; did you mean '", nearest, "'?"),
                     nearest.empty() ? "; accepted: " : " Accepted: ", absl::StrJoin(accepted, ", ")));
  }
}

}  // namespace heddle
