#include "namerd/shift/sides.h"

#include <array>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <utility>

#include "lib/event/timer.h"
#include "lib/naming/local_interpreter.h"
#include "namerd/shift/by_name_only.h"
#include "namerd/shift/edit_rule.h"
#include "namerd/shift/rules_of.h"
#include "namerd/shift/way_of_name.h"

namespace heddle::namerd {
namespace {

// A turn of the loop stays short, whatever the rules are.
constexpr size_t kBoundPerTurn = 8;
constexpr size_t kServicesPerTurn = 200;
// Waiting for discovery at once.
constexpr size_t kMaxUnderWay = 256;

using Clients = std::set<Path>;

// As proxies show a client, whatever their own transformers have put before it.
Path ClientOf(const Path& id) { return id.StripTransformerPrefix(); }

std::unique_ptr<LocalInterpreter> InterpreterOf(const Dtab& dtab, std::vector<PrefixedNamer> namers) {
  return std::make_unique<LocalInterpreter>(
      Constant(Activity<VersionedDtab>::Ok({{}, std::make_shared<const Dtab>(dtab)})), std::move(namers));
}

// One side's rules. A name is bound as it is now, and by name alone: the failures of a client whose endpoints
// have all gone are still its own.
struct Side {
  Side(const Dtab& dtab, const std::vector<PrefixedNamer>& namers)
      : now(InterpreterOf(dtab, namers)), by_name(InterpreterOf(dtab, ByNameOnly(namers))) {}
  std::unique_ptr<LocalInterpreter> now, by_name;
};

struct BothSides {
  Clients from, to;
};

// Follows one name until it is known where it leads on both sides.
class Probe {
 public:
  using Done = std::function<void(BothSides)>;

  // Calls `done` once, perhaps before it returns; it may destroy the probe later, not at once.
  void Start(const Side& from, const Side& to, const Path& name, Done done) {
    done_ = std::move(done);
    Follow(0, *from.now, name, &found_.from);
    Follow(1, *from.by_name, name, &found_.from);
    Follow(2, *to.now, name, &found_.to);
    Follow(3, *to.by_name, name, &found_.to);
  }

 private:
  static constexpr size_t kBindings = 4;

  void Follow(size_t place, LocalInterpreter& interpreter, const Path& name, Clients* clients) {
    bindings_[place] = interpreter.Bind({}, name)->Subscribe(
        [this, place, clients](const Activity<Binding>& binding) { Take(place, clients, binding); });
  }
  void Take(size_t place, Clients* clients, const Activity<Binding>& binding) {
    if (known_[place] || binding.pending()) return;
    known_[place] = true;
    if (binding.value.has_value()) {
      binding.value->tree.ForEachLeaf([&](const BoundName& leaf) { clients->insert(ClientOf(leaf.id)); });
    }
    if (++count_ == kBindings) done_(std::move(found_));
  }

  Done done_;
  BothSides found_;
  std::array<bool, kBindings> known_{};
  size_t count_ = 0;
  std::array<Subscription, kBindings> bindings_;
};

// The name that a rule's prefix is; empty if it has wildcards, and stands for many.
Path NameOf(const Prefix& prefix) {
  std::vector<std::string> labels;
  for (const Prefix::Elem& elem : prefix.elems()) {
    if (!elem.has_value()) return {};
    labels.push_back(*elem);
  }
  return Path(std::move(labels));
}

// All services of one call.
class Split : public std::enable_shared_from_this<Split> {
 public:
  Split(Loop& loop, TrafficBook::Rows rows, std::function<void(SideCounts)> done)
      : loop_(loop), rows_(std::move(rows)), done_(std::move(done)), limit_(loop, [this] { Complete(); }) {}

  // The dtabs differ in their rule `rule`.
  void Start(Dtab from, const Dtab& to, size_t rule, const std::vector<PrefixedNamer>& namers, Millis limit) {
    rules_ = std::move(from);
    rule_ = rule;
    namers_ = namers;
    from_ = std::make_unique<Side>(rules_, namers);
    to_ = std::make_unique<Side>(to, namers);
    names_.push_back(NameOf(rules_[rule].prefix));
    for (const auto& [key, counts] : rows_) {
      auto path = Path::Parse(key.first);
      if (path.ok() && *path != names_.back()) names_.push_back(*std::move(path));
    }
    limit_.Start(limit);
    PostTurn();
  }
  void StartEmpty() { limit_.Start(Millis(0)); }
  void Cancel() {
    done_ = nullptr;
    limit_.Cancel();
    under_way_.clear();
  }

 private:
  void PostTurn() {
    if (std::exchange(posted_, true)) return;
    loop_.Post([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->Turn();
    });
  }
  void Turn() {
    posted_ = false;
    if (done_ == nullptr) return;
    size_t bound = 0;
    for (size_t i = 0; i < kServicesPerTurn && bound < kBoundPerTurn && CanGoOn(); ++i) {
      if (Begin(next_++)) ++bound;
    }
    if (next_ == names_.size() && under_way_.empty()) return Complete();
    if (CanGoOn()) PostTurn();
  }
  bool CanGoOn() const { return next_ < names_.size() && under_way_.size() < kMaxUnderWay; }
  // True if the name is bound for it.
  bool Begin(size_t place) {
    const Path& name = names_[place];
    const WayOfName way = WayOf(name, rules_, rule_, namers_);
    if (way == WayOfName::kNowhere) nowhere_.insert(name);
    if (way != WayOfName::kPerhaps) return false;
    Probe& probe = *(under_way_[place] = std::make_unique<Probe>());
    probe.Start(*from_, *to_, name, [this, place](BothSides found) { Found(place, std::move(found)); });
    return true;
  }
  void Found(size_t place, BothSides found) {
    known_[names_[place]] = std::move(found);
    const auto at = under_way_.find(place);
    loop_.Defer([finished = std::move(at->second)] {});  // which is calling
    under_way_.erase(at);
    PostTurn();
  }
  void Complete() {
    const auto self = shared_from_this();
    limit_.Cancel();
    under_way_.clear();
    const auto done = std::exchange(done_, nullptr);
    done(Sum());
  }
  SideCounts Sum() const {
    SideCounts sum;
    for (const auto& [key, counts] : rows_) {
      const BothSides* sides = SidesOf(key.first);
      const auto client = Path::Parse(key.second);
      if (sides == nullptr || !client.ok()) continue;
      const Path id = ClientOf(*client);
      const bool is_from = sides->from.contains(id);
      const bool is_to = sides->to.contains(id);
      if (is_from && !is_to) sum.from.Add(counts);
      if (is_to && !is_from) sum.to.Add(counts);
    }
    return sum;
  }
  // Of a service that no rule takes, those of the rule's own name: proxies may have rules of their own that
  // lead to it.
  const BothSides* SidesOf(const std::string& service) const {
    const auto path = Path::Parse(service);
    if (!path.ok()) return nullptr;
    const auto found = known_.find(nowhere_.contains(*path) ? names_.front() : *path);
    return found == known_.end() ? nullptr : &found->second;
  }

  Loop& loop_;
  const TrafficBook::Rows rows_;
  std::function<void(SideCounts)> done_;
  Timer limit_;
  Dtab rules_;
  size_t rule_ = 0;
  std::vector<PrefixedNamer> namers_;
  std::unique_ptr<Side> from_, to_;
  std::vector<Path> names_;  // the rule's own first
  size_t next_ = 0;          // the first that is not begun
  bool posted_ = false;
  std::map<size_t, std::unique_ptr<Probe>> under_way_;
  std::map<Path, BothSides> known_;
  std::set<Path> nowhere_;
};

absl::Status StartSplit(Split& split, const Namespaces& namespaces, const ShiftPlan& plan,
                        const std::string& text, Millis limit) {
  ASSIGN_OR_RETURN(const SharedRules rules, RulesOf(text));
  ASSIGN_OR_RETURN(const size_t at, FindRule(*rules, plan.prefix));
  ASSIGN_OR_RETURN(auto from, ParseNameTree(plan.from));
  ASSIGN_OR_RETURN(auto to, ParseNameTree(plan.to));
  std::vector<Dentry> dentries;
  dentries.reserve(rules->size());
  for (const RuleInText& rule : *rules) dentries.push_back(rule.rule);
  dentries[at].dst = std::move(from);
  Dtab from_dtab(dentries);
  dentries[at].dst = std::move(to);
  split.Start(std::move(from_dtab), Dtab(std::move(dentries)), at, namespaces.namers(), limit);
  return absl::OkStatus();
}

}  // namespace

Subscription SplitBySide(Loop& loop, Namespaces& namespaces, const ShiftPlan& plan, const std::string& text,
                         TrafficBook::Rows rows, Millis limit, std::function<void(SideCounts)> done) {
  const auto split = std::make_shared<Split>(loop, std::move(rows), std::move(done));
  if (!StartSplit(*split, namespaces, plan, text, limit).ok()) split->StartEmpty();
  return Subscription([split] { split->Cancel(); });
}

}  // namespace heddle::namerd
