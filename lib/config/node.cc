#include "lib/config/node.h"

#include <cmath>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace heddle {

absl::string_view ConfigNode::KindText() const {
  switch (kind_) {
    case Kind::kNull:
      return "nothing";
    case Kind::kScalar:
      return "a value";
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "an object";
  }
  return "";
}

const ConfigNode* ConfigNode::Find(absl::string_view key) const {
  for (const Entry& entry : entries_) {
    if (entry.key == key) return entry.value.get();
  }
  return nullptr;
}

std::optional<std::string> ConfigNode::AsString() const {
  if (!is_scalar()) return std::nullopt;
  return text_;
}

std::optional<int64_t> ConfigNode::AsInt() const {
  int64_t value = 0;
  if (!is_scalar() || !absl::SimpleAtoi(text_, &value)) return std::nullopt;
  return value;
}

std::optional<uint64_t> ConfigNode::AsUint() const {
  uint64_t value = 0;
  if (!is_scalar() || !absl::SimpleAtoi(text_, &value)) return std::nullopt;
  return value;
}

std::optional<double> ConfigNode::AsDouble() const {
  double value = 0;
  if (!is_scalar() || !absl::SimpleAtod(text_, &value) || !std::isfinite(value)) return std::nullopt;
  return value;
}

std::optional<bool> ConfigNode::AsBool() const {
  if (!is_scalar()) return std::nullopt;
  if (text_ == "true" || text_ == "True" || text_ == "TRUE") return true;
  if (text_ == "false" || text_ == "False" || text_ == "FALSE") return false;
  return std::nullopt;
}

std::string ConfigNode::Place() const { return absl::StrCat(*file_, ":", line_, ":", column_); }

std::string ConfigNode::Path() const {
  if (parent_ == nullptr) return "";
  const std::string above = parent_->Path();
  for (size_t i = 0; i < parent_->items_.size(); ++i) {
    if (parent_->items_[i].get() == this) return absl::StrCat(above, "[", i, "]");
  }
  for (const Entry& entry : parent_->entries_) {
    if (entry.value.get() == this) return above.empty() ? entry.key : absl::StrCat(above, ".", entry.key);
  }
  return above;
}

}  // namespace heddle
