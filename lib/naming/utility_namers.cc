#include "lib/naming/utility_namers.h"

#include <algorithm>
#include <functional>
#include <iterator>
#include <string>
#include <utility>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"

namespace heddle {
namespace {

using Rewritten = absl::StatusOr<std::optional<Path>>;
using NameActivity = Activity<NameTree<Name>>;

// Coarse on purpose, to let through names, IPv4 and IPv6.
bool IsHost(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](unsigned char c) {
    return absl::ascii_isalnum(c) || c == '.' || c == ':' || c == '_' || c == '-';
  });
}

bool IsMethod(absl::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), absl::ascii_isupper);
}

// Lower-case alphanumeric first, then dashes too; at most 63 characters.
bool IsPort(absl::string_view text) {
  const auto plain = [](unsigned char c) { return absl::ascii_isdigit(c) || absl::ascii_islower(c); };
  return !text.empty() && text.size() <= 63 && plain(static_cast<unsigned char>(text[0])) &&
         std::all_of(text.begin(), text.end(), [&](unsigned char c) { return plain(c) || c == '-'; });
}

// As java.lang.String.split: empty parts at the end do not count.
std::vector<std::string> SplitParts(absl::string_view text, char separator) {
  std::vector<std::string> parts = absl::StrSplit(text, separator);
  while (!parts.empty() && parts.back().empty()) parts.pop_back();
  return parts;
}

// `labels` may come out of a split with empty ones among them, which is no path.
Rewritten ToPath(std::vector<std::string> labels, const Path& rest) {
  auto head = Path::FromLabels(std::move(labels));
  if (!head.ok()) return head.status();
  return head->Concat(rest);
}

std::optional<std::string> Subdomain(absl::string_view domain, absl::string_view host) {
  if (!IsHost(domain) || !IsHost(host)) return std::nullopt;
  if (const size_t colon = host.find(':'); colon != absl::string_view::npos && colon > 0)
    host = host.substr(0, colon);
  const std::string suffix = absl::StrCat(".", domain);
  if (!absl::EndsWith(host, suffix) || host.size() == suffix.size()) return std::nullopt;
  return std::string(host.substr(0, host.size() - suffix.size()));
}

Rewritten AnyMethod(const Path& path) {
  if (!IsMethod(path[0])) return std::nullopt;
  return path.Drop(1);
}

Rewritten AnyHost(const Path& path) {
  if (!IsHost(path[0])) return std::nullopt;
  return path.Drop(1);
}

// /<domain>/<sub>.<domain>/rest
Rewritten SubdomainOf(const Path& path) {
  auto sub = Subdomain(path[0], path[1]);
  if (!sub.has_value()) return std::nullopt;
  return ToPath({*std::move(sub)}, path.Drop(2));
}

// /<domain>/<prefix>/<sub>.<domain>/rest
Rewritten SubdomainOfPrefix(const Path& path) {
  auto sub = Subdomain(path[0], path[2]);
  if (!sub.has_value()) return std::nullopt;
  return ToPath({path[1], *std::move(sub)}, path.Drop(3));
}

Rewritten DomainToPath(const Path& path) {
  if (!IsHost(path[0])) return std::nullopt;
  std::vector<std::string> labels = SplitParts(path[0], '.');
  std::reverse(labels.begin(), labels.end());
  return ToPath(std::move(labels), path.Drop(1));
}

Rewritten SplitPort(const Path& path, bool port_first) {
  std::vector<std::string> parts = SplitParts(path[0], ':');
  if (parts.size() != 2 || !IsPort(parts[1])) return std::nullopt;
  if (port_first) std::swap(parts[0], parts[1]);
  return ToPath(std::move(parts), path.Drop(1));
}

// A class whose name ends in Pfx does the same to what follows the first label.
Rewritten AfterFirst(const Path& path, const std::function<Rewritten(const Path&)>& rewrite) {
  Rewritten rest = rewrite(path.Drop(1));
  if (!rest.ok() || !rest->has_value()) return rest;
  return path.Take(1).Concat(**rest);
}

struct Rewriter {
  absl::string_view kind;
  size_t labels;  // that it looks at; a shorter path is absent
  Rewritten (*rewrite)(const Path&);
};

constexpr Rewriter kRewriters[] = {
    {"io.buoyant.http.anyMethod", 1, AnyMethod},
    {"io.buoyant.http.anyMethodPfx", 2, [](const Path& path) { return AfterFirst(path, AnyMethod); }},
    {"io.buoyant.http.anyHost", 1, AnyHost},
    {"io.buoyant.http.anyHostPfx", 2, [](const Path& path) { return AfterFirst(path, AnyHost); }},
    {"io.buoyant.http.subdomainOf", 2, SubdomainOf},
    {"io.buoyant.http.subdomainOfPfx", 3, SubdomainOfPrefix},
    {"io.buoyant.http.domainToPath", 1, DomainToPath},
    {"io.buoyant.http.domainToPathPfx", 2, [](const Path& path) { return AfterFirst(path, DomainToPath); }},
    {"io.buoyant.hostportPfx", 2,
     [](const Path& path) { return AfterFirst(path, [](const Path& p) { return SplitPort(p, false); }); }},
    {"io.buoyant.porthostPfx", 2,
     [](const Path& path) { return AfterFirst(path, [](const Path& p) { return SplitPort(p, true); }); }},
};

const Rewriter* FindRewriter(absl::string_view kind) {
  const auto* at = std::find_if(std::begin(kRewriters), std::end(kRewriters),
                                [&](const Rewriter& r) { return r.kind == kind; });
  return at == std::end(kRewriters) ? nullptr : at;
}

// Another namer's answers, changed on the way.
class MappedLookup : public Watch<NameActivity> {
 public:
  using Map = std::function<NameActivity(const NameActivity&)>;
  MappedLookup(std::shared_ptr<Watch<NameActivity>> source, Map map)
      : Watch(map(source->Get())), source_(std::move(source)), map_(std::move(map)) {}

 private:
  void OnFirstSubscriber() override {
    subscription_ = source_->Subscribe([this](const NameActivity& value) { Publish(map_(value)); });
  }
  void OnLastUnsubscribed() override { subscription_.Cancel(); }

  std::shared_ptr<Watch<NameActivity>> source_;
  Map map_;
  Subscription subscription_;
};

// `answer` with the inet namer's leaf under `id`; the inet namer's ~ for what has been given to it means a
// mistake.
NameActivity WithId(const NameActivity& answer, const Path& id, const Path& residual) {
  if (!answer.value.has_value()) return answer;
  if (!answer.value->is_leaf() || !std::holds_alternative<BoundName>(answer.value->leaf())) {
    return NameActivity::Failed(
        absl::InvalidArgumentError(absl::StrCat(id.Show(), ": no such host and port")));
  }
  BoundName bound = std::get<BoundName>(answer.value->leaf());
  bound.id = id;
  bound.residual = residual;
  return {NameTree<Name>::Leaf(std::move(bound)), answer.error};
}

// /$/io.buoyant.rinet/<port>/<host>/<residual>
class RinetNamer : public Namer {
 public:
  RinetNamer(Path prefix, std::shared_ptr<Namer> inet) : prefix_(std::move(prefix)), inet_(std::move(inet)) {}
  std::shared_ptr<Watch<NameActivity>> Lookup(const Path& path) override {
    if (path.size() < 2) return Constant(NameActivity::Ok(NameTree<Name>::Neg()));
    return std::make_shared<MappedLookup>(inet_->Lookup(Path{path[1], path[0]}),
                                          [id = prefix_.Concat(path.Take(2)), rest = path.Drop(2)](
                                              const NameActivity& a) { return WithId(a, id, rest); });
  }

 private:
  Path prefix_;
  std::shared_ptr<Namer> inet_;
};

// /$/fixedinet/<host>/<port>/<residual> where nobody but inet is there to answer, as for the paths of
// transformers: its addresses follow DNS like inet's. A process's own (lib/namers/inet_namer.h) resolves
// once.
class FixedInetNamer : public Namer {
 public:
  FixedInetNamer(Path prefix, std::shared_ptr<Namer> inet)
      : prefix_(std::move(prefix)), inet_(std::move(inet)) {}
  std::shared_ptr<Watch<NameActivity>> Lookup(const Path& path) override {
    return std::make_shared<MappedLookup>(inet_->Lookup(path), [prefix =
                                                                    prefix_](const NameActivity& answer) {
      if (!answer.value.has_value() || answer.value->is_neg()) return answer;
      const BoundName* bound =
          answer.value->is_leaf() ? std::get_if<BoundName>(&answer.value->leaf()) : nullptr;
      return bound == nullptr ? answer
                              : WithId(answer, prefix.Concat(bound->id.Drop(prefix.size())), bound->residual);
    });
  }

 private:
  Path prefix_;
  std::shared_ptr<Namer> inet_;
};

}  // namespace

bool IsRewriter(absl::string_view kind) { return FindRewriter(kind) != nullptr; }

absl::StatusOr<std::optional<Path>> Rewrite(absl::string_view kind, const Path& path) {
  const Rewriter& rewriter = *FindRewriter(kind);
  if (path.size() < rewriter.labels) return std::nullopt;
  auto rewritten = rewriter.rewrite(path);
  if (!rewritten.ok()) {
    return absl::InvalidArgumentError(
        absl::StrCat("/$/", kind, " makes no path of ", path.Show(), ": ", rewritten.status().message()));
  }
  return rewritten;
}

std::vector<PrefixedNamer> WithInetForms(std::vector<PrefixedNamer> namers) {
  const auto find = [&namers](const Path& prefix) {
    return std::find_if(namers.begin(), namers.end(),
                        [&](const PrefixedNamer& n) { return n.prefix == prefix; });
  };
  const auto inet_at = find(Path{"$", "inet"});
  if (inet_at == namers.end()) return namers;
  const std::shared_ptr<Namer> inet = inet_at->namer;
  // In front: asked last.
  const Path rinet = {"$", "io.buoyant.rinet"};
  if (find(rinet) == namers.end())
    namers.insert(namers.begin(), {rinet, std::make_shared<RinetNamer>(rinet, inet)});
  const Path fixed = {"$", "fixedinet"};
  if (find(fixed) == namers.end())
    namers.insert(namers.begin(), {fixed, std::make_shared<FixedInetNamer>(fixed, inet)});
  return namers;
}

}  // namespace heddle
