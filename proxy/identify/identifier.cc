#include "proxy/identify/identifier.h"

#include <utility>

#include "absl/strings/str_split.h"
#include "lib/base/check.h"
#include "lib/http/chars.h"
#include "proxy/identify/header_reader.h"

namespace heddle {
namespace {

absl::string_view PathOf(absl::string_view target) { return target.substr(0, target.find('?')); }

bool AppendHeader(const HeaderReader& header, const RequestView& request, std::string* key,
                  absl::string_view* reason) {
  const absl::string_view value = header.Read(request);
  if (value.empty()) {
    *reason = header.absent();
    return false;
  }
  key->append(value.data(), value.size());
  return true;
}

class HeaderTokenIdentifier : public Identifier {
 public:
  HeaderTokenIdentifier(const HeaderTokenIdentifierConfig& config, Path prefix)
      : header_(config.header), prefix_(std::move(prefix)) {}
  bool AppendKey(const RequestView& request, std::string* key, absl::string_view* reason) const override {
    return AppendHeader(header_, request, key, reason);
  }
  absl::StatusOr<Path> Name(absl::string_view key) const override { return prefix_.Concat(key); }
  size_t Consumed(const RequestView&, absl::string_view) const override { return 0; }

 private:
  HeaderReader header_;
  Path prefix_;
};

class HeaderIdentifier : public Identifier {
 public:
  HeaderIdentifier(const HeaderIdentifierConfig& config, Path prefix)
      : header_(config.header), prefix_(std::move(prefix)) {}
  bool AppendKey(const RequestView& request, std::string* key, absl::string_view* reason) const override {
    return AppendHeader(header_, request, key, reason);
  }
  absl::StatusOr<Path> Name(absl::string_view key) const override {
    absl::StatusOr<Path> path = Path::Parse(key);
    if (!path.ok()) {
      return absl::InvalidArgumentError(Annotate(path.status(), "header " + header_.name()).message());
    }
    return prefix_.Concat(*path);
  }
  size_t Consumed(const RequestView&, absl::string_view) const override { return 0; }

 private:
  HeaderReader header_;
  Path prefix_;
};

class PathIdentifier : public Identifier {
 public:
  PathIdentifier(const PathIdentifierConfig& config, Path prefix)
      : segments_(config.segments), consume_(config.consume), prefix_(std::move(prefix)) {
    HEDDLE_CHECK(segments_ > 0);
  }
  bool AppendKey(const RequestView& request, std::string* key, absl::string_view* reason) const override {
    const size_t size = PrefixSize(request);
    if (size == 0) {
      *reason = "not enough segments in path";
      return false;
    }
    key->append(request.target.data() + 1, size - 1);
    return true;
  }
  absl::StatusOr<Path> Name(absl::string_view key) const override {
    return prefix_.Concat(Path(std::vector<std::string>(absl::StrSplit(key, '/'))));
  }
  size_t Consumed(const RequestView& request, absl::string_view) const override {
    return consume_ ? PrefixSize(request) : 0;
  }

 private:
  // The size of "/one/two" for two segments; 0 if there are fewer, or an empty one among them.
  size_t PrefixSize(const RequestView& request) const {
    const absl::string_view path = PathOf(request.target);
    size_t at = 0;
    for (uint32_t i = 0; i < segments_; ++i) {
      if (at >= path.size() || path[at] != '/') return 0;
      size_t end = path.find('/', at + 1);
      if (end == absl::string_view::npos) end = path.size();
      if (end == at + 1) return 0;
      at = end;
    }
    return at;
  }

  uint32_t segments_;
  bool consume_;
  Path prefix_;
};

// The key is what follows the prefix in the name: "1.1/GET/web/a/b". HTTP/1.0 has no host.
class MethodAndHostIdentifier : public Identifier {
 public:
  MethodAndHostIdentifier(const MethodAndHostIdentifierConfig& config, Path prefix)
      : uri_(config.http_uri_in_dst), prefix_(std::move(prefix)) {}

  bool AppendKey(const RequestView& request, std::string* key, absl::string_view* reason) const override {
    const bool has_host = request.head->minor_version >= 1;
    if (has_host && request.host.empty()) {
      *reason = "HTTP/1.1 request missing hostname";
      return false;
    }
    key->append(has_host ? "1.1/" : "1.0/");
    key->append(request.method.data(), request.method.size());
    if (has_host) {
      key->push_back('/');
      for (const char c : request.host) key->push_back(ToLower(c));
    }
    if (!uri_) return true;
    const absl::string_view path = PathOf(request.target);
    if (path != "/") key->append(path.data(), path.size());
    return true;
  }

  absl::StatusOr<Path> Name(absl::string_view key) const override {
    const std::vector<absl::string_view> parts = absl::StrSplit(key, '/');
    const size_t head = parts[0] == "1.0" ? 2 : 3;
    std::vector<std::string> labels(parts.begin(), parts.begin() + static_cast<ptrdiff_t>(head));
    Path name = prefix_.Concat(Path(std::move(labels)));
    if (parts.size() == head) return name;
    size_t uri = 0;
    for (size_t i = 0; i < head; ++i) uri += parts[i].size() + 1;
    absl::StatusOr<Path> path = Path::Parse(key.substr(uri - 1));
    if (!path.ok())
      return absl::InternalError(Annotate(path.status(), "the request's path in its name").message());
    return name.Concat(*path);
  }
  size_t Consumed(const RequestView&, absl::string_view) const override { return 0; }

 private:
  bool uri_;
  Path prefix_;
};

class StaticIdentifier : public Identifier {
 public:
  StaticIdentifier(const StaticIdentifierConfig& config, const Path& prefix)
      : name_(prefix.Concat(config.path)) {}
  bool AppendKey(const RequestView&, std::string*, absl::string_view*) const override { return true; }
  absl::StatusOr<Path> Name(absl::string_view) const override { return name_; }
  size_t Consumed(const RequestView&, absl::string_view) const override { return 0; }

 private:
  Path name_;
};

// Keys begin with the index of the identifier that made them.
class ComposedIdentifier : public Identifier {
 public:
  explicit ComposedIdentifier(std::vector<std::unique_ptr<Identifier>> parts) : parts_(std::move(parts)) {}

  bool AppendKey(const RequestView& request, std::string* key, absl::string_view* reason) const override {
    const size_t begin = key->size();
    for (size_t i = 0; i < parts_.size(); ++i) {
      key->push_back(static_cast<char>(i));
      if (parts_[i]->AppendKey(request, key, reason)) return true;
      key->resize(begin);
    }
    return false;
  }
  absl::StatusOr<Path> Name(absl::string_view key) const override {
    return parts_[static_cast<uint8_t>(key[0])]->Name(key.substr(1));
  }
  size_t Consumed(const RequestView& request, absl::string_view key) const override {
    return parts_[static_cast<uint8_t>(key[0])]->Consumed(request, key.substr(1));
  }

 private:
  std::vector<std::unique_ptr<Identifier>> parts_;
};

struct Maker {
  const Path& prefix;
  std::unique_ptr<Identifier> operator()(const HeaderTokenIdentifierConfig& c) const {
    return std::make_unique<HeaderTokenIdentifier>(c, prefix);
  }
  std::unique_ptr<Identifier> operator()(const HeaderIdentifierConfig& c) const {
    return std::make_unique<HeaderIdentifier>(c, prefix);
  }
  std::unique_ptr<Identifier> operator()(const PathIdentifierConfig& c) const {
    return std::make_unique<PathIdentifier>(c, prefix);
  }
  std::unique_ptr<Identifier> operator()(const MethodAndHostIdentifierConfig& c) const {
    return std::make_unique<MethodAndHostIdentifier>(c, prefix);
  }
  std::unique_ptr<Identifier> operator()(const StaticIdentifierConfig& c) const {
    return std::make_unique<StaticIdentifier>(c, prefix);
  }
};

}  // namespace

RequestView MakeRequestView(absl::string_view bytes, const Head& head, bool cleared) {
  RequestView view{bytes, &head, head.method_text.In(bytes), head.target.In(bytes), {}, cleared};
  if (head.form == TargetForm::kAbsolute) {
    view.target = head.origin.In(bytes);
    view.host = head.authority.In(bytes);
  } else {
    view.host = head.Value(bytes, HeaderId::kHost);
  }
  return view;
}

std::unique_ptr<Identifier> MakeIdentifier(const std::vector<IdentifierConfig>& configs, Path prefix) {
  HEDDLE_CHECK(!configs.empty() && configs.size() < 256);
  if (configs.size() == 1) return std::visit(Maker{prefix}, configs[0]);
  std::vector<std::unique_ptr<Identifier>> parts;
  for (const IdentifierConfig& config : configs) parts.push_back(std::visit(Maker{prefix}, config));
  return std::make_unique<ComposedIdentifier>(std::move(parts));
}

}  // namespace heddle
