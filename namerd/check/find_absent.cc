#include "namerd/check/find_absent.h"

#include <algorithm>
#include <cmath>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/match.h"
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

// `/svc => /#/canary | /#/io.l5d.fs`: a namer asked before another for whatever name comes.
bool IsNamer(const std::string& destination) {
  return absl::StartsWith(destination, "/#/") && destination.find('/', 3) == std::string::npos;
}

Severity SeverityOf(const DeadBranch& dead) {
  const bool usual = dead.role == Role::kLater || dead.end == End::kEmpty ||
                     (dead.role == Role::kFirst && IsNamer(dead.branch.destination));
  return usual ? Severity::kNote : Severity::kWarning;
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

void AbsentFinder::Add(size_t place, Branches branches) {
  // Showing a rule takes time if it is long, and its branches are many then. nullptr: a follower's own.
  absl::flat_hash_map<const Dentry*, const size_t*> known;
  const auto rule_of = [&](const Branch& branch) {
    const auto [at, is_new] = known.try_emplace(branch.rule.get(), nullptr);
    if (is_new) {
      const auto found = rules_.find(branch.rule->Show());
      if (found != rules_.end()) at->second = &found->second;
    }
    return at->second;
  };
  for (const Branch& branch : branches.serving) AddServing(branch, rule_of(branch));
  for (DeadBranch& dead : branches.dead) {
    if (const size_t* rule = rule_of(dead.branch)) AddDead(std::move(dead), *rule, place);
  }
}

void AbsentFinder::AddServing(const Branch& branch, const size_t* rule) {
  if (rule != nullptr && serving_.size() < kMaxKept) serving_.emplace(*rule, branch.destination);
  if (label_count_ == kMaxKept) return;
  const size_t slash = branch.path.rfind('/');
  if (labels_[branch.path.substr(0, slash)].insert(branch.path.substr(slash + 1)).second) ++label_count_;
}

void AbsentFinder::AddDead(DeadBranch dead, size_t rule, size_t place) {
  const Key key(rule, dead.branch.destination);
  if (concerns_.size() == kMaxKept && concerns_.count(key) == 0) return;
  Concern& concern = concerns_[key];
  if (concern.count == 0 || SeverityOf(dead) < SeverityOf(concern.branch)) concern.branch = std::move(dead);
  if (concern.count > 0 && concern.last == place) return;
  concern.last = place;
  ++concern.count;
  if (concern.names.size() < kNamed) concern.names.push_back(Shortened(names_[place].path.Show()));
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
  size_t left_out = 0;
  for (const auto& [key, concern] : concerns_) {
    if (serving_.count(key) > 0) continue;
    if (findings.size() < kMaxFindings) {
      findings.push_back(FindingOf(key, concern));
    } else {
      ++left_out;
    }
  }
  const Done done = std::exchange(done_, nullptr);
  done(std::move(findings), left_out);
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
