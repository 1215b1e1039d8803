#include "lib/dtab/path.h"

#include <algorithm>
#include <array>

#include "lib/dtab/parser.h"

namespace heddle {

absl::StatusOr<Path> Path::Parse(absl::string_view text) {
  Parser parser(text);
  Path path;
  if (!parser.ReadPath(&path) || !parser.ReadEnd()) return parser.error().ToStatus();
  return path;
}

absl::StatusOr<Path> Path::FromLabels(std::vector<std::string> labels) {
  for (size_t i = 0; i < labels.size(); ++i) {
    if (labels[i].empty()) {
      return absl::InvalidArgumentError("label " + std::to_string(i + 1) + " of a path of " +
                                        std::to_string(labels.size()) + " is empty");
    }
  }
  return Path(std::move(labels));
}

std::string Path::Show() const {
  std::string out;
  AppendTo(&out);
  return out;
}

void Path::AppendTo(std::string* out) const {
  if (labels_.empty()) out->push_back('/');
  for (const std::string& label : labels_) {
    out->push_back('/');
    AppendLabel(label, out);
  }
}

bool Path::StartsWith(const Path& prefix) const {
  return prefix.size() <= size() && std::equal(prefix.begin(), prefix.end(), begin());
}

Path Path::Take(size_t n) const {
  return Path(std::vector<std::string>(begin(), begin() + static_cast<ptrdiff_t>(std::min(n, size()))));
}

Path Path::Drop(size_t n) const {
  return Path(std::vector<std::string>(begin() + static_cast<ptrdiff_t>(std::min(n, size())), end()));
}

Path Path::Concat(const Path& tail) const {
  std::vector<std::string> labels;
  labels.reserve(size() + tail.size());
  labels.insert(labels.end(), begin(), end());
  labels.insert(labels.end(), tail.begin(), tail.end());
  return Path(std::move(labels));
}

Path Path::Concat(absl::string_view label) const {
  Path out = *this;
  out.labels_.emplace_back(label);
  return out;
}

Path Path::StripTransformerPrefix() const {
  if (empty() || labels_[0] != "%") return *this;
  const auto at =
      std::find_if(begin(), end(), [](const std::string& label) { return label == "#" || label == "$"; });
  return Path(std::vector<std::string>(at, end()));
}

void AppendLabel(absl::string_view label, std::string* out) {
  if (std::all_of(label.begin(), label.end(), IsPlainLabelChar)) {
    out->append(label.data(), label.size());
    return;
  }
  constexpr char kHex[] = "0123456789abcdef";
  for (const char c : label) {
    const auto byte = static_cast<unsigned char>(c);
    out->append("\\x");
    out->push_back(kHex[byte >> 4]);
    out->push_back(kHex[byte & 15]);
  }
}

}  // namespace heddle
