// Bindings that follow a script of changes (world.h): after every line they are what an interpreter that
// starts now makes of the names, save that the last known tree stays while something is pending or in error;
// and each name can be explained.
#include <algorithm>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "lib/naming/local_interpreter.h"
#include "lib/naming/lookup.h"
#include "tests/fuzz/check.h"
#include "tests/fuzz/explanations.h"
#include "tests/fuzz/texts.h"
#include "tests/fuzz/world.h"

namespace heddle::fuzz {
namespace {

constexpr size_t kMaxBytes = 4096;
constexpr size_t kMaxLines = 50;
// A name that multiplies takes as long as thousands that do not: a script ends when it has come to this many
// bytes of explanations; a name that uses up its budget, and has none, counts as kExhausted.
constexpr size_t kMaxEffort = 15000;
constexpr size_t kExhausted = 10000;

using BindingActivity = Activity<Binding>;

std::string Show(const BindingActivity& binding) {
  std::string out = "pending";
  if (binding.value.has_value()) {
    out = ShowTree<BoundName>(binding.value->tree, [](const BoundName& leaf) {
      return absl::StrCat(leaf.id.Show(), ":", leaf.residual.Show());
    });
    absl::StrAppend(&out, " at ", binding.value->version.revision,
                    binding.value->settling ? ", settling" : "");
  }
  return absl::StrCat(out, ", ", binding.error.ToString());
}

size_t NodesOf(const BoundTree& tree) {
  size_t nodes = 1;
  if (tree.is_union()) {
    for (const auto& member : tree.members()) nodes += NodesOf(member.tree);
  }
  return nodes;
}

// A name that is followed from line to line.
struct Followed {
  std::shared_ptr<Watch<BindingActivity>> watch;
  Subscription subscription;
  BindingActivity before;  // as after the line before
  BindingActivity fresh;   // as it is when made now
};

class Script {
 public:
  void Run(absl::string_view text) {
    size_t lines = 0;
    for (const absl::string_view line : absl::StrSplit(text, '\n')) {
      if (++lines > kMaxLines || effort_ > kMaxEffort) return;
      Step(line);
    }
    for (auto& [id, followed] : followed_) ExplainNow(id);
  }

 private:
  void Step(absl::string_view line) {
    const uint64_t evaluations = interpreter_.evaluations();
    const World::Change change = world_.Apply(line);
    if (change == World::Change::kNothing) return;
    if (change == World::Change::kEndpoints) {
      Check(interpreter_.evaluations() == evaluations, "endpoints come and go without an evaluation", line);
    }
    FollowWishes();
    for (auto& [id, followed] : followed_) CheckBinding(world_.wishes().at(id), followed, line);
    if (!followed_.empty()) {
      const auto place = static_cast<ptrdiff_t>(++steps_ % followed_.size());
      ExplainNow(std::next(followed_.begin(), place)->first);
    }
  }

  void FollowWishes() {
    std::erase_if(followed_, [this](const auto& entry) { return !world_.wishes().contains(entry.first); });
    for (const auto& [id, wish] : world_.wishes()) {
      if (followed_.contains(id)) continue;
      Followed& followed = followed_[id];
      followed.watch = interpreter_.Bind(wish.local, wish.path);
      followed.before =
          followed.watch->has_subscribers() ? followed.watch->Get() : BindingActivity::Pending();
      followed.subscription = followed.watch->Subscribe([](const BindingActivity&) {});
    }
  }

  // What an interpreter that knows nothing from before makes of it.
  BindingActivity Fresh(const World::Wish& wish) {
    const int64_t lookups = world_.lookups();
    LocalInterpreter fresh(world_.dtab(), world_.namers());
    const auto watch = fresh.Bind(wish.local, wish.path);
    const Subscription subscription = watch->Subscribe([](const BindingActivity&) {});
    const BindingActivity& now = watch->Get();
    if (absl::StrContains(now.error.message(), "leads to more than can be followed")) effort_ += kExhausted;
    Check(world_.lookups() - lookups <= kBudget * static_cast<int64_t>(fresh.evaluations()),
          "the budget bounds the lookups");
    if (now.value.has_value())
      Check(NodesOf(now.value->tree) <= static_cast<size_t>(kBudget), "the budget bounds the tree");
    return now;
  }

  void CheckBinding(const World::Wish& wish, Followed& followed, absl::string_view line) {
    const BindingActivity& fresh = followed.fresh = Fresh(wish);
    const BindingActivity& before = followed.before;
    const BindingActivity now = followed.watch->Get();
    const auto detail = [&] {
      return absl::StrCat("after: ", line, "\nname:   ", wish.path.Show(), "\nbefore: ", Show(before),
                          "\nnow:    ", Show(now), "\nfresh:  ", Show(fresh));
    };
    const bool keeps = !fresh.value.has_value() && before.value.has_value();
    const std::optional<Binding>& expected = keeps ? before.value : fresh.value;
    const bool same = expected.has_value() == now.value.has_value() &&
                      (!expected.has_value() || expected->tree == now.value->tree);
    if (!same) Fail("a binding that was followed is one that is made now", detail());
    const absl::Status& error = keeps && fresh.pending() ? before.error : fresh.error;
    if (now.error != error) Fail("an error is one of the names as they are now", detail());
    if (now.value.has_value()) CheckVersion(before, *now.value, detail());
    followed.before = now;
  }

  void CheckVersion(const BindingActivity& before, const Binding& now, absl::string_view detail) {
    Check(now.version.revision <= world_.revision(), "a version is one that was", detail);
    if (!before.value.has_value()) return;
    Check(now.version.revision >= before.value->version.revision, "a version does not go back", detail);
    if (now.tree != before.value->tree)
      Check(now.version.revision == world_.revision(), "a tree that changes is of the newest rules", detail);
  }

  void ExplainNow(int id) {
    const World::Wish& wish = world_.wishes().at(id);
    effort_ +=
        CheckExplanations(interpreter_, wish.local, wish.path, world_.AnyPending(), followed_.at(id).fresh);
  }

  World world_;
  LocalInterpreter interpreter_{world_.dtab(), world_.namers()};
  std::map<int, Followed> followed_;
  size_t steps_ = 0;
  size_t effort_ = 0;
};

}  // namespace
}  // namespace heddle::fuzz

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace heddle::fuzz;  // NOLINT
  if (size > kMaxBytes) return 0;
  Script().Run(TextOf(data, size));
  return 0;
}
