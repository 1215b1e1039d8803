#include "lib/naming/explanation.h"

#include <algorithm>
#include <utility>

#include "lib/naming/delegate_json.h"
#include "lib/naming/explainer.h"
#include "lib/naming/lookup.h"

namespace heddle {
namespace {

// Enough for answers that settle; a namer that changes each time it is asked is not followed for ever.
constexpr int kMaxRounds = 8;

void CollectBound(const DelegateTree& tree, std::vector<BoundName>* out) {
  if (const auto* alt = std::get_if<DelegateTree::Alt>(&tree.node)) {
    for (const DelegateTree& branch : alt->trees) CollectBound(branch, out);
  } else if (const auto* all = std::get_if<DelegateTree::Union>(&tree.node)) {
    for (const auto& member : all->trees) CollectBound(member.tree, out);
  } else if (const auto* step = std::get_if<DelegateTree::Delegate>(&tree.node)) {
    CollectBound(*step->tree, out);
  } else if (const auto* leaf = std::get_if<DelegateTree::Leaf>(&tree.node)) {
    out->push_back(leaf->bound);
  } else if (const auto* transformation = std::get_if<DelegateTree::Transformation>(&tree.node)) {
    out->push_back(transformation->bound);
    CollectBound(*transformation->tree, out);
  }
}

class JsonExplanation : public std::enable_shared_from_this<JsonExplanation> {
 public:
  JsonExplanation(ExplainDetail detail, std::function<void(absl::StatusOr<std::string>)> done)
      : detail_(detail), done_(std::move(done)) {}

  Subscription Start(const std::function<Subscription(Explanation::Done)>& explain) {
    const auto self = shared_from_this();
    Subscription explaining = explain([weak = weak_from_this()](absl::StatusOr<DelegateTree> tree) {
      if (const auto live = weak.lock()) live->OnTree(std::move(tree));
    });
    if (done_ != nullptr) explaining_ = std::move(explaining);
    return Subscription([self] { self->Stop(); });
  }

 private:
  void OnTree(absl::StatusOr<DelegateTree> tree) {
    if (!tree.ok()) return Finish(tree.status());
    tree_ = *std::move(tree);
    std::vector<BoundName> leaves;
    CollectBound(tree_, &leaves);
    for (const BoundName& leaf : leaves) {
      watches_.push_back(leaf.addr);
      // The callbacks made while subscribing come before everything is subscribed to; Check() below follows
      // them.
      subscriptions_.push_back(leaf.addr->Subscribe([this](const Addr&) {
        if (subscribed_) Check();
      }));
    }
    subscribed_ = true;
    Check();
  }

  void Check() {
    const auto pending = [](const auto& watch) { return watch->Get().state == AddrState::kPending; };
    if (std::none_of(watches_.begin(), watches_.end(), pending)) Finish(DelegateTreeToJson(tree_, detail_));
  }

  void Finish(absl::StatusOr<std::string> json) {
    const auto self = shared_from_this();
    const auto done = std::exchange(done_, nullptr);
    if (done != nullptr) done(std::move(json));
    Stop();
  }

  void Stop() {
    done_ = nullptr;
    explaining_.Cancel();
    subscriptions_.clear();
  }

  const ExplainDetail detail_;
  std::function<void(absl::StatusOr<std::string>)> done_;
  Subscription explaining_;
  DelegateTree tree_;
  std::vector<std::shared_ptr<Watch<Addr>>> watches_;
  std::vector<Subscription> subscriptions_;
  bool subscribed_ = false;
};

}  // namespace

Explanation::Explanation(std::shared_ptr<Watch<Activity<VersionedDtab>>> dtab, Namers namers,
                         std::shared_ptr<const Transformers> transformers, Dtab local, NameTree<Path> tree,
                         Done done)
    : dtab_(std::move(dtab)),
      namers_(std::move(namers)),
      transformers_(std::move(transformers)),
      local_(std::move(local)),
      tree_(std::move(tree)),
      done_(std::move(done)),
      dependencies_([this] { Compute(); }) {}

Subscription Explanation::Start() {
  const auto self = shared_from_this();
  dtab_subscription_ = dtab_->Subscribe([this](const auto&) { Compute(); });
  if (done_ == nullptr) Stop();
  return Subscription([self] { self->Stop(); });
}

void Explanation::Compute() {
  if (done_ == nullptr) return;
  if (computing_) {
    again_ = true;
    return;
  }
  const auto self = shared_from_this();
  computing_ = true;
  std::optional<absl::StatusOr<DelegateTree>> result;
  for (int round = 0; round < kMaxRounds; ++round) {
    again_ = false;
    dependencies_.Begin();
    result = Round();
    if (!dependencies_.End() && !again_) break;
  }
  computing_ = false;
  if (!result.has_value()) return;
  const Done done = std::exchange(done_, nullptr);
  if (done != nullptr) done(*std::move(result));
  Stop();
}

std::optional<absl::StatusOr<DelegateTree>> Explanation::Round() {
  const Activity<VersionedDtab>& dtab = dtab_->Get();
  if (dtab.pending()) return std::nullopt;
  if (!dtab.value.has_value()) return dtab.error;
  const std::shared_ptr<const Dtab> base = dtab.value->dtab;
  Lookup lookup(*base, local_, *namers_, dependencies_);
  Explainer explainer(lookup, *transformers_);
  absl::StatusOr<DelegateTree> tree = explainer.Explain(tree_);
  if (explainer.pending()) return std::nullopt;
  return tree;
}

void Explanation::Stop() {
  done_ = nullptr;
  dtab_subscription_.Cancel();
  if (!computing_) dependencies_.Clear();
}

Subscription ExplainAsJson(const std::function<Subscription(Explanation::Done)>& explain,
                           ExplainDetail detail, std::function<void(absl::StatusOr<std::string>)> done) {
  return std::make_shared<JsonExplanation>(detail, std::move(done))->Start(explain);
}

}  // namespace heddle
