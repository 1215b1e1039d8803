#include "namerd/check/find_absent.h"

#include <algorithm>
#include <cmath>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/naming/local_interpreter.h"
#include "namerd/check/find_problems.h"
#include "namerd/check/similar.h"

namespace heddle::namerd {
namespace {

// As the comparison of names has them.
constexpr size_t kNamesPerTurn = 4;
constexpr size_t kMaxUnderWay = 256;
constexpr size_t kNamed = 3;         // of those that a finding concerns
constexpr size_t kMaxKept = 100000;  // destinations, and labels to guess from
constexpr size_t kLongestQuoted = 200;

using Role = DeadBranch::Role;
using End = DeadBranch::End;

Severity SeverityOf(const DeadBranch& branch) {
  return branch.role == Role::kLater || branch.end == End::kEmpty ? Severity::kNote : Severity::kWarning;
}

std::string Shortened(std::string text) {
  if (text.size() > kLongestQuoted) text.replace(kLongestQuoted, std::string::npos, "...");
  return text;
}

const char* EndText(End end) {
  switch (end) {
    case End::kAbsent:
      return "is absent now";
    case End::kError:
      return "is in error now";
    case End::kEmpty:
      break;
  }
  return "has no endpoints now";
}

std::string HowServed(const DeadBranch& branch) {
  if (branch.role == Role::kMember) return "the other members serve ";
  if (branch.instead == nullptr) return "another way serves ";
  return branch.instead->prefix == branch.branch.rule->prefix &&
                 branch.instead->dst == branch.branch.rule->dst
             ? "another of its alternates serves "
             : absl::StrCat(QuoteRule(*branch.instead), " serves ");
}

}  // namespace

// Follows an explanation until it is known whom it leads to.
class AbsentFinder::Task {
 public:
  Task(AbsentFinder& finder, size_t place) : finder_(finder), place_(place) {}

  void Start() {
    const NameToCompare& name = finder_.names_[place_];
    Subscription explaining = finder_.interpreter_->Delegate(name.local, NameTree<Path>::Leaf(name.path),
                                                             [this](absl::StatusOr<DelegateTree> tree) {
                                                               if (!tree.ok()) return End();
                                                               tree_ = *std::move(tree);
                                                               Look();
                                                             });
    if (!ended_) explaining_ = std::move(explaining);
  }

 private:
  void Look() {
    if (ended_ || std::exchange(looking_, true)) return;
    Branches branches = BranchesOf(tree_, [this](const BoundName& client) -> const Addr& {
      const auto [following, is_new] = following_.try_emplace(client.addr.get());
      if (is_new) following->second = client.addr->Subscribe([this](const Addr&) { Look(); });
      return client.addr->Get();
    });
    looking_ = false;
    if (branches.pending) return;
    finder_.Add(place_, std::move(branches));
    End();
  }
  void End() {
    if (!std::exchange(ended_, true)) finder_.End(place_);
  }

  AbsentFinder& finder_;
  const size_t place_;
  DelegateTree tree_;
  bool looking_ = false, ended_ = false;
  std::map<const void*, Subscription> following_;
  Subscription explaining_;
};

AbsentFinder::AbsentFinder(Loop& loop, const Dtab& dtab, const std::vector<PrefixedNamer>& namers,
                           std::vector<NameToCompare> names, Millis limit, Done done)
    : loop_(loop),
      dtab_(dtab),
      interpreter_(std::make_unique<LocalInterpreter>(
          Constant(Activity<VersionedDtab>::Ok({{}, std::make_shared<const Dtab>(dtab)})), namers)),
      names_(std::move(names)),
      done_(std::move(done)),
      limit_(loop, [this] { Complete(); }) {
  for (size_t rule = 0; rule < dtab_.size(); ++rule) rules_[dtab_[rule].Show()] = rule;
  limit_.Start(limit);
  PostTurn();
}

AbsentFinder::~AbsentFinder() = default;

void AbsentFinder::PostTurn() {
  if (std::exchange(posted_, true)) return;
  loop_.Post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) Turn();
  });
}

void AbsentFinder::Turn() {
  posted_ = false;
  if (done_ == nullptr) return;
  for (size_t i = 0; i < kNamesPerTurn && next_ < names_.size() && under_way_.size() < kMaxUnderWay; ++i) {
    const size_t place = next_++;
    under_way_.emplace(place, std::make_unique<Task>(*this, place)).first->second->Start();
  }
  if (next_ == names_.size() && under_way_.empty()) return Complete();
  if (next_ < names_.size() && under_way_.size() < kMaxUnderWay) PostTurn();
}

const size_t* AbsentFinder::RuleOf(const Dentry& rule) {
  const auto found = rules_.find(rule.Show());
  return found == rules_.end() ? nullptr : &found->second;
}

void AbsentFinder::Add(size_t place, Branches branches) {
  for (const Branch& branch : branches.serving) {
    const size_t* rule = RuleOf(*branch.rule);
    if (serving_.size() == kMaxKept) break;
    if (rule != nullptr) serving_.emplace(*rule, branch.destination);
    const size_t slash = branch.path.rfind('/');
    labels_[branch.path.substr(0, slash)].insert(branch.path.substr(slash + 1));
  }
  for (DeadBranch& dead : branches.dead) {
    const size_t* rule = RuleOf(*dead.branch.rule);
    if (rule == nullptr) continue;
    const Key key(*rule, dead.branch.destination);
    if (concerns_.size() == kMaxKept && concerns_.count(key) == 0) continue;
    Concern& concern = concerns_[key];
    if (concern.count == 0 || SeverityOf(dead) < SeverityOf(concern.branch)) concern.branch = std::move(dead);
    if (concern.count > 0 && concern.last == place) continue;
    concern.last = place;
    ++concern.count;
    if (concern.names.size() < kNamed) concern.names.push_back(Shortened(names_[place].path.Show()));
  }
}

void AbsentFinder::End(size_t place) {
  const auto at = under_way_.find(place);
  if (at == under_way_.end()) return;
  loop_.Defer([ended = std::move(at->second)] {});  // which is calling
  under_way_.erase(at);
  PostTurn();
}

void AbsentFinder::Complete() {
  limit_.Cancel();
  under_way_.clear();
  Findings findings;
  for (const auto& [key, concern] : concerns_) {
    if (findings.size() < kMaxFindings && serving_.count(key) == 0)
      findings.push_back(FindingOf(key, concern));
  }
  const Done done = std::exchange(done_, nullptr);
  done(std::move(findings));
}

// "/srv/web" for /srv/wbe; "" without.
std::string AbsentFinder::Meant(const Branch& branch) const {
  const size_t slash = branch.path.rfind('/');
  const std::string before = branch.path.substr(0, slash);
  const auto labels = labels_.find(before);
  if (labels == labels_.end()) return "";
  const std::string label = MostSimilar(branch.path.substr(slash + 1), labels->second);
  if (label.empty()) return "";
  const std::string meant = absl::StrCat(before, "/", label);
  bool is_there = false;  // in the rule already
  branch.rule->dst.ForEachLeaf([&](const Path& leaf) { is_there = is_there || leaf.Show() == meant; });
  return is_there ? "" : meant;
}

Finding AbsentFinder::FindingOf(const Key& key, const Concern& concern) const {
  const DeadBranch& dead = concern.branch;
  std::string message =
      dead.role == Role::kMember
          ? absl::StrCat("would send ", std::round(1000 * dead.share) / 10, " % of requests to ")
      : dead.role == Role::kLater ? "has for a fallback "
                                  : "leads to ";
  absl::StrAppend(&message, Shortened(key.second), ", which ", EndText(dead.end), " (", Shortened(dead.why),
                  "); ", HowServed(dead), absl::StrJoin(concern.names, ", "));
  if (concern.count > concern.names.size()) {
    absl::StrAppend(&message, " and ", concern.count - concern.names.size(), " more");
  }
  if (dead.role != Role::kLater) absl::StrAppend(&message, dead.role == Role::kMember ? "" : " instead");
  std::string remedy = dead.end == End::kEmpty   ? "Start an instance of it, or correct the rule"
                       : dead.end == End::kError ? "See why it fails, or correct the rule"
                                                 : "Deploy it, or correct the rule";
  const std::string meant = Meant(dead.branch);
  absl::StrAppend(&remedy, meant.empty() ? "." : absl::StrCat("; did you mean ", Shortened(meant), "?"));
  return {FindingKind::kAbsentNow, SeverityOf(dead), {key.first}, std::move(message), std::move(remedy)};
}

}  // namespace heddle::namerd
