#include "lib/naming/lookup.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/naming/status_name.h"
#include "lib/naming/utility_namers.h"

namespace heddle {
namespace {

constexpr size_t kRulesInError = 4;
constexpr size_t kLongestShown = 160;

using NameActivity = Activity<NameTree<Name>>;

std::string Shortened(std::string text) {
  if (text.size() > kLongestShown) text.replace(kLongestShown, std::string::npos, "...");
  return text;
}

// A client that every proxy has; its endpoints never change. Source: com.twitter.finagle.ServiceNamer.
NameActivity StatusLeaf(const Path& args) {
  if (args.empty() || !ParseStatus(args[0]).has_value()) return NameActivity::Ok(NameTree<Name>::Neg());
  return NameActivity::Ok(
      NameTree<Name>::Leaf(BoundName{StatusPrefix().Concat(args[0]), Constant(Addr::Bound({})), args}));
}

bool NeedsZooKeeper(absl::string_view kind) {
  return kind == "com.twitter.serverset" || kind == "io.buoyant.namer.zk.leader";
}

}  // namespace

absl::Status TooNested() {
  return absl::FailedPreconditionError(absl::StrCat("what the name leads through nests more than ",
                                                    kMaxNesting, " alternates and unions; nest fewer"));
}

absl::Status TooManyUnions() {
  return absl::FailedPreconditionError(
      absl::StrCat("what the name leads through nests more than ", kMaxUnionNesting, " unions; nest fewer"));
}

std::vector<const Dentry*> Lookup::Rules(const Path& path) {
  dependencies_.UsePath(path);
  std::vector<const Dentry*> rules;
  for (const size_t i : local_.Matches(path)) rules.push_back(&local_[i]);
  for (const size_t i : base_.Matches(path)) rules.push_back(&base_[i]);
  Spend(static_cast<int64_t>(rules.size() / 16));
  return rules;
}

Activity<NameTree<Name>> Lookup::Namers(const Path& path) {
  // A namer in error is taken at its last word, if there was one; that it is in error is passed on.
  absl::Status stale;
  for (auto at = namers_.rbegin(); at != namers_.rend(); ++at) {
    if (!path.StartsWith(at->prefix)) continue;
    Spend(kNamerUnits);
    const NameActivity& answer = dependencies_.Lookup(*at->namer, path.Drop(at->prefix.size()));
    if (!answer.value.has_value() || !answer.value->is_neg()) return answer;
    stale.Update(answer.error);
  }
  NameActivity answer = BuiltIn(path);
  answer.error.Update(stale);
  return answer;
}

Activity<NameTree<Name>> Lookup::BuiltIn(const Path& path) {
  if (path.size() < 2 || path[0] != "$") return NameActivity::Ok(NameTree<Name>::Neg());
  const std::string& kind = path[1];
  if (kind == "fail") return NameActivity::Ok(NameTree<Name>::Fail());
  if (kind == "nil") return NameActivity::Ok(NameTree<Name>::Empty());
  if (kind == "com.twitter.finagle.namer.global") {
    // Names under /$/ and nothing else; each step is shorter than the one before.
    const Path inner = path.Drop(2);
    return inner.StartsWith(Path{"$"}) ? Namers(inner) : NameActivity::Ok(NameTree<Name>::Neg());
  }
  if (path.StartsWith(StatusPrefix())) return StatusLeaf(path.Drop(2));
  if (NeedsZooKeeper(kind)) {
    return NameActivity::Failed(absl::FailedPreconditionError(absl::StrCat(
        Shortened(path.Show()), " is in ZooKeeper, which cannot be read; name it by another namer")));
  }
  if (kind == "io.buoyant.rinet") return NameActivity::Ok(NameTree<Name>::Neg());
  if (!IsRewriter(kind)) {
    return NameActivity::Failed(absl::InvalidArgumentError(absl::StrCat(
        "Unknown namer: ", Shortened(Path{kind}.Show().substr(1)), " for path: ", Shortened(path.Show()))));
  }
  const auto rewritten = Rewrite(kind, path.Drop(2));
  if (!rewritten.ok()) return NameActivity::Failed(rewritten.status());
  if (!rewritten->has_value()) return NameActivity::Ok(NameTree<Name>::Neg());
  return NameActivity::Ok(NameTree<Name>::Leaf(**rewritten));
}

bool Lookup::SpendPath(const Path& path) {
  size_t bytes = 0;
  for (const std::string& label : path) bytes += label.size();
  return Spend(static_cast<int64_t>(1 + path.size() + bytes / 32));
}

void Lookup::Enter(const Dentry& rule) {
  way_.push_back(&rule);
  Use& use = uses_[&rule];
  ++use.all;
  if (++use.on_way == 2) ++repeated_;
}

void Lookup::Leave() {
  if (--uses_[way_.back()].on_way == 1) --repeated_;
  way_.pop_back();
}

const std::string& Lookup::Shown(const Dentry* rule) {
  std::string& shown = uses_[rule].shown;
  if (shown.empty()) shown = Shortened(rule->Show());
  return shown;
}

std::string Lookup::ShowRules(const std::vector<const Dentry*>& rules) {
  std::string out;
  for (size_t i = 0; i < std::min(rules.size(), kRulesInError); ++i) {
    absl::StrAppend(&out, i == 0 ? "" : " ; ", Shown(rules[i]));
  }
  if (rules.size() > kRulesInError) absl::StrAppend(&out, " ; ...");
  return out;
}

bool Lookup::Spend(int64_t units) {
  spent_ += units;
  if (spent_ <= kBudget) return true;
  if (!exhausted_.ok()) return false;
  std::vector<const Dentry*> rules;
  for (const auto& [rule, uses] : uses_) rules.push_back(rule);
  // Most used first; by text among equals, so that the same rules give the same error.
  std::sort(rules.begin(), rules.end(), [this](const Dentry* a, const Dentry* b) {
    const int uses_a = uses_[a].all;
    const int uses_b = uses_[b].all;
    return uses_a != uses_b ? uses_a > uses_b : Shown(a) < Shown(b);
  });
  exhausted_ = absl::FailedPreconditionError(absl::StrCat(
      "the name leads to more than can be followed; the rules that were used most: ", ShowRules(rules),
      "; do they multiply each other?"));
  return false;
}

// A name that multiplies may come to thousands of these: it takes little more than a step does.
absl::Status Lookup::TooFar(const Path& path) {
  // The rules of a circle are on the way more than once; without a circle, the latest say most.
  const bool circle = repeated_ > 0;
  const size_t most = std::min(circle ? repeated_ : way_.size(), kRulesInError + 1);
  std::vector<const Dentry*> rules;
  for (auto at = way_.rbegin(); at != way_.rend() && rules.size() < most; ++at) {
    if (circle && uses_[*at].on_way < 2) continue;
    if (std::find(rules.begin(), rules.end(), *at) == rules.end()) rules.push_back(*at);
  }
  return absl::FailedPreconditionError(
      absl::StrCat("Max recursion level: ", kMaxLookups, " reached, at ", Shortened(path.Show()),
                   ", by the rules ", ShowRules(rules), circle ? ", which lead in a circle" : ""));
}

}  // namespace heddle
