#include "namerd/check/compare_names.h"

#include <algorithm>
#include <utility>

#include "lib/naming/local_interpreter.h"

namespace heddle::namerd {
namespace {

// A name's binding may take milliseconds where rules multiply: a turn stays short all the same.
constexpr size_t kNamesPerTurn = 4;
// Waiting for discovery at once.
constexpr size_t kMaxUnderWay = 256;

std::unique_ptr<LocalInterpreter> InterpreterOf(const Dtab& dtab, const std::vector<PrefixedNamer>& namers) {
  return std::make_unique<LocalInterpreter>(
      Constant(Activity<VersionedDtab>::Ok({{}, std::make_shared<const Dtab>(dtab)})), namers);
}

Effect EffectOf(const Outcome& before, const Outcome& after) {
  using State = Outcome::State;
  if (before.state == State::kUnknown || after.state == State::kUnknown) return Effect::kUnknown;
  const bool was_served = before.state == State::kServed;
  if (after.state == State::kServed) {
    if (!was_served) return Effect::kGained;
    return before.SameAs(after) ? Effect::kUnchanged : Effect::kChanged;
  }
  return was_served ? Effect::kLost : Effect::kAbsent;
}

}  // namespace

// Follows a name until it is known where it leads.
class NameComparer::Probe {
 public:
  void Start(LocalInterpreter& interpreter, const NameToCompare& name, std::function<void()> on_known) {
    on_known_ = std::move(on_known);
    Subscription binding =
        interpreter.Bind(name.local, name.path)->Subscribe([this](const Activity<Binding>& now) {
          latest_ = now;
          FollowEndpoints();
        });
    binding_ = std::move(binding);
  }
  bool known() const { return outcome_.state != Outcome::State::kUnknown; }
  Outcome& outcome() { return outcome_; }

 private:
  void FollowEndpoints() {
    if (known()) return;
    addrs_.clear();
    if (latest_.value.has_value()) {
      const BoundTree tree = latest_.value->tree;
      following_ = true;
      tree.ForEachLeaf([this](const BoundName& leaf) {
        addrs_.push_back(leaf.addr->Subscribe([this](const Addr&) {
          if (!following_) Look();
        }));
      });
      following_ = false;
    }
    Look();
  }
  void Look() {
    if (known()) return;
    outcome_ = OutcomeOf(latest_);
    if (known()) on_known_();
  }

  std::function<void()> on_known_;
  Activity<Binding> latest_;
  Outcome outcome_;
  bool following_ = false;  // the leaves' endpoints are being subscribed to
  std::vector<Subscription> addrs_;
  Subscription binding_;
};

// A name under both dtabs, and why it is absent under the second.
class NameComparer::Pair {
 public:
  Pair(NameComparer& comparer, size_t place) : comparer_(comparer), place_(place) {}

  void Start() {
    const NameToCompare& name = comparer_.names_[place_];
    before_.Start(*comparer_.before_, name, [this] { OnKnown(); });
    after_.Start(*comparer_.after_, name, [this] { OnKnown(); });
    started_ = true;
    OnKnown();
  }
  Outcome& before() { return before_.outcome(); }
  Outcome& after() { return after_.outcome(); }

 private:
  void OnKnown() {
    if (!started_ || !before_.known() || !after_.known() || std::exchange(asked_why_, true)) return;
    const NameToCompare& name = comparer_.names_[place_];
    if (after().state != Outcome::State::kAbsent || !after().why.empty()) return Finish();
    Subscription why = comparer_.after_->Delegate(name.local, NameTree<Path>::Leaf(name.path),
                                                  [this](const absl::StatusOr<DelegateTree>& tree) {
                                                    if (tree.ok()) after().why = WhyAbsent(*tree);
                                                    Finish();
                                                  });
    if (!finished_) why_ = std::move(why);
  }
  void Finish() {
    finished_ = true;
    comparer_.Finish(place_, std::move(before()), std::move(after()));
  }

  NameComparer& comparer_;
  const size_t place_;
  Probe before_, after_;
  Subscription why_;
  bool started_ = false, asked_why_ = false, finished_ = false;
};

const char* EffectName(Effect effect) {
  switch (effect) {
    case Effect::kUnchanged:
      return "unchanged";
    case Effect::kChanged:
      return "changed";
    case Effect::kLost:
      return "lost";
    case Effect::kGained:
      return "gained";
    case Effect::kAbsent:
      return "absent";
    case Effect::kUnknown:
      break;
  }
  return "unknown";
}

NameComparer::NameComparer(Loop& loop, const Dtab& before, const Dtab& after,
                           const std::vector<PrefixedNamer>& namers, std::vector<NameToCompare> names,
                           Millis limit, Done done)
    : loop_(loop),
      before_(InterpreterOf(before, namers)),
      after_(InterpreterOf(after, namers)),
      names_(std::move(names)),
      done_(std::move(done)),
      limit_(loop, [this] { GiveUp(); }) {
  limit_.Start(limit);
  PostTurn();
}

NameComparer::~NameComparer() = default;

void NameComparer::PostTurn() {
  if (std::exchange(posted_, true)) return;
  loop_.Post([this, alive = std::weak_ptr<bool>(alive_)] {
    if (!alive.expired()) Turn();
  });
}

void NameComparer::Turn() {
  posted_ = false;
  for (size_t i = 0; i < kNamesPerTurn && next_ < names_.size() && under_way_.size() < kMaxUnderWay; ++i) {
    const size_t place = next_++;
    const auto at = under_way_.emplace(place, std::make_unique<Pair>(*this, place)).first;
    at->second->Start();
  }
  if (next_ == names_.size() && under_way_.empty()) return Complete();
  if (next_ < names_.size() && under_way_.size() < kMaxUnderWay) PostTurn();
}

void NameComparer::Finish(size_t place, Outcome before, Outcome after) {
  const Effect effect = EffectOf(before, after);
  if (effect == Effect::kUnknown && before.state == Outcome::State::kServed) ++comparison_.in_doubt;
  const size_t count = ++comparison_.counts[static_cast<size_t>(effect)];
  if (effect != Effect::kUnchanged && count <= kMaxCompared) {
    compared_.emplace(place,
                      ComparedName{std::move(names_[place]), effect, std::move(before), std::move(after)});
  } else if (effect != Effect::kUnchanged) {
    ++comparison_.left_out;
  }
  const auto at = under_way_.find(place);
  if (at != under_way_.end()) {
    loop_.Defer([finished = std::move(at->second)] {});  // which is calling
    under_way_.erase(at);
  }
  PostTurn();
}

// A name that was not begun, or of which either side is pending, is unknown.
void NameComparer::GiveUp() {
  while (!under_way_.empty()) {
    const auto& [place, pair] = *under_way_.begin();
    Finish(place, std::move(pair->before()), std::move(pair->after()));
  }
  while (next_ < names_.size()) Finish(next_++, Outcome(), Outcome());
}

void NameComparer::Complete() {
  limit_.Cancel();
  for (auto& [place, name] : compared_) comparison_.names.push_back(std::move(name));
  const Done done = std::move(done_);
  done(std::move(comparison_));
}

}  // namespace heddle::namerd
