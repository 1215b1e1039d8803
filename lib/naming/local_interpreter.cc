#include "lib/naming/local_interpreter.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "lib/naming/dependencies.h"
#include "lib/naming/evaluator.h"
#include "lib/naming/explanation.h"
#include "lib/naming/lookup.h"
#include "lib/naming/utility_namers.h"

namespace heddle {
namespace {

using DtabActivity = Activity<VersionedDtab>;

// The rules that are in one of the tables and not at the same place of the other, counted from the nearer
// end.
Dtab Changed(const Dtab& before, const Dtab& after) {
  const auto [old_first, new_first] = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  const auto old_rest = std::make_reverse_iterator(old_first);
  const auto new_rest = std::make_reverse_iterator(new_first);
  const auto [old_last, new_last] =
      std::mismatch(before.dentries().rbegin(), old_rest, after.dentries().rbegin(), new_rest);
  std::vector<Dentry> changed(old_first, old_last.base());
  changed.insert(changed.end(), new_first, new_last.base());
  return Dtab(std::move(changed));
}

// Enough for changes that settle; a namer that changes each time it is asked is not followed for ever.
constexpr int kMaxRounds = 8;

}  // namespace

// What the interpreter and the watches it gave out share.
class LocalInterpreter::Core {
 public:
  Core(std::shared_ptr<Watch<DtabActivity>> dtab, std::vector<PrefixedNamer> namers,
       Transformers transformers)
      : transformers(std::move(transformers)),
        namers(std::make_shared<const std::vector<PrefixedNamer>>(WithInetForms(std::move(namers)))),
        dtab(std::move(dtab)) {}

  // From the first to the last active watch, the dtab is followed.
  void Activate(BoundWatch* watch);
  void Deactivate(BoundWatch* watch);
  void OnDtab(const DtabActivity& next);

  const Transformers transformers;
  const std::shared_ptr<const std::vector<PrefixedNamer>> namers;
  const std::shared_ptr<Watch<DtabActivity>> dtab;
  DtabActivity current;
  uint64_t evaluations = 0;
  // Those that exist, by local dtab and path; each takes itself out.
  absl::flat_hash_map<std::pair<std::string, Path>, std::weak_ptr<BoundWatch>> bindings;

 private:
  absl::flat_hash_set<BoundWatch*> active_;
  Subscription subscription_;
};

class LocalInterpreter::BoundWatch : public Watch<Activity<Binding>> {
 public:
  BoundWatch(std::shared_ptr<Core> core, std::string local_key, Dtab local, Path path)
      : Watch(Activity<Binding>::Pending()),
        core_(std::move(core)),
        key_(std::move(local_key), path),
        local_(std::move(local)),
        path_(std::move(path)),
        dependencies_([this] { Evaluate(); }) {}
  ~BoundWatch() override { core_->bindings.erase(key_); }

  void Evaluate();
  bool UsesRuleOf(const Dtab& rules) const { return dependencies_.UsesRuleOf(rules); }
  std::shared_ptr<BoundWatch> Shared() { return std::static_pointer_cast<BoundWatch>(shared_from_this()); }

 private:
  void OnFirstSubscriber() override;
  void OnLastUnsubscribed() override;
  Evaluator::Outcome Compute();
  void Show(Evaluator::Outcome outcome);

  const std::shared_ptr<Core> core_;
  const std::pair<std::string, Path> key_;
  const Dtab local_;
  const Path path_;
  Dependencies dependencies_;
  bool active_ = false;
  bool evaluating_ = false;
  bool again_ = false;
  bool known_ = false;  // Get() is of this period of being subscribed to
};

void LocalInterpreter::Core::Activate(BoundWatch* watch) {
  if (active_.empty()) {
    current = DtabActivity::Pending();
    subscription_ = dtab->Subscribe([this](const DtabActivity& next) { OnDtab(next); });
  }
  active_.insert(watch);
}

void LocalInterpreter::Core::Deactivate(BoundWatch* watch) {
  active_.erase(watch);
  if (active_.empty()) subscription_.Cancel();
}

void LocalInterpreter::Core::OnDtab(const DtabActivity& next) {
  const DtabActivity before = std::exchange(current, next);
  const bool all = !before.value.has_value() || !next.value.has_value() || before.error != next.error;
  const Dtab changed = all ? Dtab() : Changed(*before.value->dtab, *next.value->dtab);
  std::vector<std::weak_ptr<BoundWatch>> touched;  // observers may come and go while they are told
  for (BoundWatch* watch : active_) {
    if (all || watch->UsesRuleOf(changed)) touched.push_back(watch->Shared());
  }
  for (const auto& weak : touched) {
    if (const auto watch = weak.lock()) watch->Evaluate();
  }
}

void LocalInterpreter::BoundWatch::OnFirstSubscriber() {
  active_ = true;
  known_ = false;
  core_->Activate(this);
  Evaluate();
}

void LocalInterpreter::BoundWatch::OnLastUnsubscribed() {
  active_ = false;
  core_->Deactivate(this);
  // A round in progress ends by itself and then lets everything go.
  if (!evaluating_) dependencies_.Clear();
}

void LocalInterpreter::BoundWatch::Evaluate() {
  if (!active_) return;
  if (evaluating_) {
    again_ = true;
    return;
  }
  const auto self = Shared();
  evaluating_ = true;
  Evaluator::Outcome outcome;
  for (int round = 0; round < kMaxRounds; ++round) {
    again_ = false;
    dependencies_.Begin();
    outcome = Compute();
    if (!dependencies_.End() && !again_) break;
  }
  evaluating_ = false;
  if (!active_) {
    dependencies_.Clear();
    return;
  }
  Show(std::move(outcome));
}

Evaluator::Outcome LocalInterpreter::BoundWatch::Compute() {
  ++core_->evaluations;
  if (!core_->current.value.has_value()) return {std::nullopt, core_->current.error};
  const std::shared_ptr<const Dtab> base = core_->current.value->dtab;
  Lookup lookup(*base, local_, *core_->namers, dependencies_);
  Evaluator::Outcome outcome = Evaluator(lookup).Bind(path_);
  if (outcome.tree.has_value()) outcome.error.Update(core_->current.error);
  return outcome;
}

void LocalInterpreter::BoundWatch::Show(Evaluator::Outcome outcome) {
  const std::optional<Binding> last = known_ ? Get().value : std::nullopt;
  const bool pending = !outcome.tree.has_value() && outcome.error.ok();
  if (pending && last.has_value()) return;  // make before break
  Activity<Binding> next = Activity<Binding>::Failed(std::move(outcome.error), last);
  if (outcome.tree.has_value()) {
    next.value = Binding{*std::move(outcome.tree), core_->current.value->version};
    const bool same = last.has_value() && last->tree == next.value->tree;
    if (same && next.error == Get().error) return;
  } else if (known_ && next.error == Get().error) {
    return;
  }
  known_ = true;
  Publish(std::move(next));
}

LocalInterpreter::LocalInterpreter(std::shared_ptr<Watch<DtabActivity>> dtab,
                                   std::vector<PrefixedNamer> namers, Transformers transformers)
    : core_(std::make_shared<Core>(std::move(dtab), std::move(namers), std::move(transformers))) {}

LocalInterpreter::~LocalInterpreter() = default;

std::shared_ptr<Watch<Activity<Binding>>> LocalInterpreter::Bind(const Dtab& local, const Path& path) {
  std::string key = local.Show();
  std::weak_ptr<BoundWatch>& entry = core_->bindings[{key, path}];
  std::shared_ptr<BoundWatch> watch = entry.lock();
  if (watch == nullptr) {
    watch = std::make_shared<BoundWatch>(core_, std::move(key), local, path);
    entry = watch;
  }
  return watch;
}

Subscription LocalInterpreter::Explain(const Dtab& local, const Path& path, ExplainDetail /*detail*/,
                                       std::function<void(absl::StatusOr<std::string>)> done) {
  const auto explain = [&](DelegateDone with_tree) {
    return Delegate(local, NameTree<Path>::Leaf(path), std::move(with_tree));
  };
  return ExplainAsJson(explain, std::move(done));
}

Subscription LocalInterpreter::Delegate(const Dtab& local, const NameTree<Path>& tree, DelegateDone done) {
  return std::make_shared<Explanation>(core_->dtab, core_->namers, local, tree, std::move(done))->Start();
}

uint64_t LocalInterpreter::evaluations() const { return core_->evaluations; }

}  // namespace heddle
