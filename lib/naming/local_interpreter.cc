#include "lib/naming/local_interpreter.h"

#include <algorithm>
#include <utility>

#include "absl/container/flat_hash_set.h"
#include "absl/hash/hash.h"
#include "lib/naming/dependencies.h"
#include "lib/naming/evaluator.h"
#include "lib/naming/explanation.h"
#include "lib/naming/lookup.h"
#include "lib/naming/path_index.h"
#include "lib/naming/utility_namers.h"

namespace heddle {
namespace {

using DtabActivity = Activity<VersionedDtab>;

// The rules that are in one of the tables only, or not in the same order as in the other. What is the same at
// both ends is left out; in between, if there are as many rules as before, what is the same at the same
// place.
Dtab Changed(const Dtab& before, const Dtab& after) {
  const auto [old_first, new_first] = std::mismatch(before.begin(), before.end(), after.begin(), after.end());
  const auto old_rest = std::make_reverse_iterator(old_first);
  const auto new_rest = std::make_reverse_iterator(new_first);
  const auto [old_last, new_last] =
      std::mismatch(before.dentries().rbegin(), old_rest, after.dentries().rbegin(), new_rest);
  const bool in_place = old_last.base() - old_first == new_last.base() - new_first;
  std::vector<Dentry> changed;
  auto now = new_first;
  for (auto old = old_first; old != old_last.base(); ++old) {
    if (!in_place) {
      changed.push_back(*old);
    } else if (*old != *now++) {
      changed.push_back(*old);
      changed.push_back(*std::prev(now));
    }
  }
  if (!in_place) changed.insert(changed.end(), new_first, new_last.base());
  return Dtab(std::move(changed));
}

// Enough for changes that settle; a namer that changes each time it is asked is not followed for ever.
constexpr int kMaxRounds = 8;

}  // namespace

// What the interpreter and the watches it gave out share.
class LocalInterpreter::Core {
 public:
  // Which binding: the local dtab as shown, and the path.
  using Key = std::pair<absl::string_view, const Path&>;
  struct KeyHash {
    using is_transparent = void;
    size_t operator()(const Key& key) const { return absl::HashOf(key.first, key.second); }
    size_t operator()(const BoundWatch* watch) const;
  };
  struct KeyEqual {
    using is_transparent = void;
    bool operator()(const BoundWatch* a, const BoundWatch* b) const { return a == b; }
    bool operator()(const BoundWatch* watch, const Key& key) const;
  };

  Core(std::shared_ptr<Watch<DtabActivity>> dtab, std::vector<PrefixedNamer> namers,
       Transformers transformers)
      : namers(std::make_shared<const std::vector<PrefixedNamer>>(WithInetForms(std::move(namers)))),
        transformers(std::make_shared<const Transformers>(std::move(transformers))),
        dtab(std::move(dtab)) {}

  // From the first to the last active watch, the dtab is followed.
  void Activate(BoundWatch* watch);
  void Deactivate(BoundWatch* watch);
  void OnDtab(const DtabActivity& next);

  const std::shared_ptr<const std::vector<PrefixedNamer>> namers;
  const std::shared_ptr<const Transformers> transformers;
  const std::shared_ptr<Watch<DtabActivity>> dtab;
  DtabActivity current;
  uint64_t changes = 0;  // of `current`
  uint64_t evaluations = 0;
  // Those that exist; each takes itself out.
  absl::flat_hash_set<BoundWatch*, KeyHash, KeyEqual> bindings;
  PathIndex looked_up;  // by those that are active

 private:
  absl::flat_hash_set<BoundWatch*> active_;
  Subscription subscription_;
};

class LocalInterpreter::BoundWatch : public Watch<Activity<Binding>>, public PathIndex::User {
 public:
  BoundWatch(std::shared_ptr<Core> core, std::string local_key, Dtab local, Path path)
      : Watch(Activity<Binding>::Pending()),
        core_(std::move(core)),
        local_key_(std::move(local_key)),
        local_(std::move(local)),
        path_(std::move(path)),
        dependencies_([this] { Evaluate(); }) {}
  ~BoundWatch() override { core_->bindings.erase(this); }

  Core::Key key() const { return {local_key_, path_}; }
  void Evaluate();
  std::weak_ptr<BoundWatch> Weak() { return std::static_pointer_cast<BoundWatch>(shared_from_this()); }

 private:
  void OnFirstSubscriber() override;
  void OnLastUnsubscribed() override;
  Evaluator::Outcome Compute();
  void Show(Evaluator::Outcome outcome);

  const std::shared_ptr<Core> core_;
  const std::string local_key_;
  const Dtab local_;
  const Path path_;
  Dependencies dependencies_;
  PathIndex::Places places_;
  bool active_ = false;
  bool evaluating_ = false;
  bool again_ = false;
  bool known_ = false;  // Get() is of this period of being subscribed to
};

size_t LocalInterpreter::Core::KeyHash::operator()(const BoundWatch* watch) const {
  return (*this)(watch->key());
}

bool LocalInterpreter::Core::KeyEqual::operator()(const BoundWatch* watch, const Key& key) const {
  return watch->key() == key;
}

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
  ++changes;
  const bool all = !before.value.has_value() || !next.value.has_value() || before.error != next.error;
  std::vector<std::weak_ptr<BoundWatch>> touched;  // observers may come and go while they are told
  if (all) {
    for (BoundWatch* watch : active_) touched.push_back(watch->Weak());
  } else {
    const Dtab changed = Changed(*before.value->dtab, *next.value->dtab);
    for (PathIndex::User* user : looked_up.UsersOf(changed))
      touched.push_back(static_cast<BoundWatch*>(user)->Weak());
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
  core_->looked_up.Remove(this, &places_);
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
  const auto self = shared_from_this();
  evaluating_ = true;
  Evaluator::Outcome outcome;
  for (int round = 0; round < kMaxRounds; ++round) {
    again_ = false;
    const uint64_t at = core_->changes;
    dependencies_.Begin();
    outcome = Compute();
    if (!dependencies_.End() && !again_ && at == core_->changes) break;
  }
  evaluating_ = false;
  if (!active_) {
    dependencies_.Clear();
    return;
  }
  core_->looked_up.Move(this, dependencies_.TakePaths(), &places_);
  Show(std::move(outcome));
}

Evaluator::Outcome LocalInterpreter::BoundWatch::Compute() {
  ++core_->evaluations;
  if (!core_->current.value.has_value()) return {std::nullopt, core_->current.error};
  const std::shared_ptr<const Dtab> base = core_->current.value->dtab;
  Lookup lookup(*base, local_, *core_->namers, dependencies_);
  Evaluator::Outcome outcome = Evaluator(lookup, *core_->transformers).Bind(path_);
  if (outcome.tree.has_value()) outcome.error.Update(core_->current.error);
  return outcome;
}

void LocalInterpreter::BoundWatch::Show(Evaluator::Outcome outcome) {
  const Binding* last = known_ && Get().value.has_value() ? &*Get().value : nullptr;
  const bool settled = last == nullptr || !last->settling;
  Activity<Binding> next;
  if (outcome.tree.has_value()) {
    const bool same = last != nullptr && last->tree == *outcome.tree;
    if (same && settled && outcome.error == Get().error) return;
    next.value = Binding{*std::move(outcome.tree), core_->current.value->version};
    next.error = std::move(outcome.error);
  } else if (last != nullptr) {  // make before break
    const bool pending = outcome.error.ok();
    if (pending ? !settled : settled && outcome.error == Get().error) return;
    next = Get();
    next.value->settling = pending;
    if (!pending) next.error = std::move(outcome.error);
  } else {
    if (known_ && outcome.error == Get().error) return;
    next.error = std::move(outcome.error);
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
  const auto found = core_->bindings.find(Core::Key(key, path));
  if (found != core_->bindings.end()) return (*found)->shared_from_this();
  const auto watch = std::make_shared<BoundWatch>(core_, std::move(key), local, path);
  core_->bindings.insert(watch.get());
  return watch;
}

Subscription LocalInterpreter::Explain(const Dtab& local, const Path& path, ExplainDetail detail,
                                       std::function<void(absl::StatusOr<std::string>)> done) {
  const auto explain = [&](DelegateDone with_tree) {
    return Delegate(local, NameTree<Path>::Leaf(path), std::move(with_tree));
  };
  return ExplainAsJson(explain, detail, std::move(done));
}

Subscription LocalInterpreter::Delegate(const Dtab& local, const NameTree<Path>& tree, DelegateDone done) {
  return std::make_shared<Explanation>(core_->dtab, core_->namers, core_->transformers, local, tree,
                                       std::move(done))
      ->Start();
}

uint64_t LocalInterpreter::evaluations() const { return core_->evaluations; }

}  // namespace heddle
