#include <algorithm>
#include <set>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/str_cat.h"
#include "lib/dtab/path.h"
#include "namerd/check/finders.h"

namespace heddle::namerd {
namespace {

// As a binding gives up (lib/naming/lookup.h).
constexpr size_t kMaxSteps = 100;
// Rules that multiply each other lead to more names than can be looked at.
constexpr size_t kMaxNames = 20000;
constexpr size_t kMaxCircles = 20;
// Stands for any label: no text of a rule contains it.
constexpr char kAnyLabel[] = "*";

// From a name to one that it leads to.
struct Step {
  size_t rule;
  Path to;
  bool certain;  // nothing is tried before
};

// Follows names from each rule's prefix, depth first and each name once. A name that comes up again on its
// own way is a circle, and so is a way of kMaxSteps, whose names grow.
class Circles {
 public:
  explicit Circles(Examination& examination)
      : e_(examination), blocked_(examination.dtab.size()), left_(kMaxNames) {}

  void Find() {
    for (size_t rule = 0; rule < e_.dtab.size() && circles_ < kMaxCircles; ++rule) {
      if (!blocked_[rule]) Follow(StartOf(e_.dtab[rule].prefix));
      if (left_ == 0) {
        e_.budget.Spend(Budget::kUnits);
        return;
      }
    }
  }

 private:
  struct Visit {
    Path name;
    size_t rule;  // that led here; of the first: none
    bool certain;
    std::vector<Step> steps;
    size_t next = 0;
  };

  static Path StartOf(const Prefix& prefix) {
    std::vector<std::string> labels;
    for (const Prefix::Elem& elem : prefix.elems()) labels.push_back(elem.value_or(kAnyLabel));
    // Below a prefix such as /svc are the names; the prefix alone is none.
    if (labels.size() < 2) labels.emplace_back(kAnyLabel);
    return Path(std::move(labels));
  }

  void Follow(Path start) {
    if (!seen_.insert(start).second) return;
    way_.clear();
    Enter(std::move(start), 0, true);
    while (!way_.empty() && left_ > 0) {
      Visit& at = way_.back();
      if (at.next == at.steps.size()) {
        way_.pop_back();
        continue;
      }
      Step step = at.steps[at.next++];
      if (blocked_[step.rule]) continue;
      const auto again =
          std::find_if(way_.begin(), way_.end(), [&](const Visit& v) { return v.name == step.to; });
      if (again != way_.end()) {
        Close(static_cast<size_t>(again - way_.begin()), step);
      } else if (way_.size() >= kMaxSteps) {
        CloseGrowing(step);
      } else if (seen_.insert(step.to).second) {
        Enter(std::move(step.to), step.rule, step.certain);
      }
    }
  }

  void Enter(Path name, size_t rule, bool certain) {
    --left_;
    Visit visit{std::move(name), rule, certain, {}};
    visit.steps = StepsFrom(visit.name);
    way_.push_back(std::move(visit));
  }

  std::vector<Step> StepsFrom(const Path& name) {
    std::vector<Step> steps;
    const std::vector<size_t> rules = e_.dtab.Matches(name);
    const size_t below = e_.index.LatestBelow(name);
    if (!e_.budget.Spend(1 + rules.size())) return steps;
    for (const size_t rule : rules) {
      const bool first = rule == rules.front() && below <= rule;
      AddSteps(e_.dtab[rule].dst, rule, name.Drop(e_.dtab[rule].prefix.size()), first, steps);
      if (e_.proofs.OfRule(rule).stops) break;
    }
    return steps;
  }

  void AddSteps(const NameTree<Path>& tree, size_t rule, const Path& rest, bool certain,
                std::vector<Step>& steps) {
    if (tree.is_leaf() && e_.budget.Spend(tree.leaf().size() + rest.size())) {
      steps.push_back({rule, tree.leaf().Concat(rest), certain});
    }
    if (tree.is_alt()) {
      for (const auto& alternate : tree.alternates()) {
        AddSteps(alternate, rule, rest, certain, steps);
        if (e_.proofs.OfTree(alternate).leads) return;
        certain = false;
      }
    }
    if (tree.is_union()) {
      for (const auto& member : tree.members()) AddSteps(member.tree, rule, rest, false, steps);
    }
  }

  // `step` leads back to way_[begin].
  void Close(size_t begin, const Step& step) {
    bool certain = step.certain;
    std::vector<size_t> rules;
    for (size_t i = begin + 1; i < way_.size(); ++i) {
      rules.push_back(way_[i].rule);
      certain = certain && way_[i].certain;
    }
    rules.push_back(step.rule);
    Report(std::move(rules), certain);
    way_.resize(begin + 1);
  }

  // The rules that are on the way again and again, in their order.
  void CloseGrowing(const Step& step) {
    const auto uses = [&](size_t rule) {
      return std::count_if(way_.begin() + 1, way_.end(), [&](const Visit& v) { return v.rule == rule; });
    };
    bool certain = true;
    size_t begin = way_.size();
    std::vector<size_t> rules;
    for (size_t i = way_.size() - 1; i > 0 && uses(way_[i].rule) > 1; --i) {
      certain = certain && way_[i].certain;
      if (std::find(rules.begin(), rules.end(), way_[i].rule) != rules.end()) continue;
      rules.push_back(way_[i].rule);
      begin = i;
    }
    if (rules.empty()) return;  // long, but no circle
    std::reverse(rules.begin(), rules.end());
    Report(std::move(rules), certain && step.certain);
    way_.resize(begin);
  }

  void Report(std::vector<size_t> rules, bool certain) {
    std::rotate(rules.begin(), std::min_element(rules.begin(), rules.end()), rules.end());
    for (const size_t rule : rules) blocked_[rule] = true;
    ++circles_;
    std::string message = "leads in a circle";
    for (size_t i = 1; i < std::min(rules.size(), size_t{6}); ++i) {
      absl::StrAppend(&message, i == 1 ? ": on to " : ", to ", QuoteRule(e_.dtab[rules[i]]));
    }
    absl::StrAppend(
        &message, rules.size() > 6 ? ", ..." : "", rules.size() > 1 ? ", and back to it. " : ". ",
        certain
            ? "A name that goes this way fails."
            : "A name that nothing tried before answers goes this way and fails, instead of being absent.");
    e_.findings.push_back(
        {FindingKind::kCircle, certain ? Severity::kError : Severity::kWarning, std::move(rules),
         std::move(message),
         "Let one of these rules lead out: to a namer, an address, or ~ where the search is "
         "to end."});
  }

  Examination& e_;
  std::vector<bool> blocked_;  // rules of circles that are found
  size_t left_;                // names to look at
  size_t circles_ = 0;
  absl::flat_hash_set<Path> seen_;
  std::vector<Visit> way_;
};

}  // namespace

void FindCircles(Examination& examination) { Circles(examination).Find(); }

}  // namespace heddle::namerd
