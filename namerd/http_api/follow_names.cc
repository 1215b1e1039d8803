#include "namerd/http_api/follow_names.h"

#include <utility>
#include <vector>

#include "lib/naming/delegate_json.h"
#include "lib/naming/local_interpreter.h"
#include "namerd/http_api/bound_tree_json.h"

namespace heddle::namerd {
namespace {

// Holds `follower` until the subscription ends.
template <class T>
Subscription Holding(std::shared_ptr<T> follower) {
  return Subscription([follower = std::move(follower)] { follower->Stop(); });
}

// Follows a binding and the endpoint sets it leads to. Subclasses say which those are and what to report of
// them.
class BindingFollower {
 public:
  BindingFollower(std::shared_ptr<LocalInterpreter> interpreter, Report report)
      : report_(std::move(report)), interpreter_(std::move(interpreter)) {}
  virtual ~BindingFollower() = default;

  void Start(const Dtab& local, const Path& path) {
    binding_ = interpreter_->Bind(local, path)->Subscribe([this](const Activity<Binding>& binding) {
      addrs_.clear();
      if (binding.value.has_value()) {
        OnTree(binding.value->tree);
      } else if (binding.failed()) {
        report_(binding.error);
      }
    });
  }
  void Stop() {
    binding_.Cancel();
    addrs_.clear();
  }

 protected:
  virtual void OnTree(const BoundTree& tree) = 0;

  Report report_;
  std::vector<Subscription> addrs_;

 private:
  const std::shared_ptr<LocalInterpreter> interpreter_;  // held: bindings are shared while somebody does
  Subscription binding_;
};

class BindFollower : public BindingFollower {
 public:
  using BindingFollower::BindingFollower;

 private:
  void OnTree(const BoundTree& tree) override {
    tree_ = tree;
    following_all_ = false;
    tree_.ForEachLeaf([this](const BoundName& leaf) {
      addrs_.push_back(leaf.addr->Subscribe([this](const Addr&) { ReportIfKnown(); }));
    });
    following_all_ = true;
    ReportIfKnown();
  }

  void ReportIfKnown() {
    bool known = following_all_;
    tree_.ForEachLeaf([&](const BoundName& leaf) { known &= leaf.addr->Get().state != AddrState::kPending; });
    if (!known) return;
    following_all_ = false;
    // A change of endpoints alone is no news of the tree: /addr tells it.
    const std::vector<Subscription> done = std::exchange(addrs_, {});
    report_(BoundTreeToJson(tree_) + "\n");
  }

  BoundTree tree_;
  bool following_all_ = false;
};

void ReportAddr(const Addr& addr, const Report& report) {
  if (addr.state == AddrState::kPending) return;
  // Not a state of discovery but a name that means no set; Namerd answers 500.
  if (absl::IsFailedPrecondition(addr.error)) return report(absl::InternalError(addr.error.message()));
  report(AddrToJson(addr) + "\n");
}

class ResolveFollower : public BindingFollower {
 public:
  ResolveFollower(Namespaces& namespaces, Random& random, std::shared_ptr<LocalInterpreter> interpreter,
                  Report report)
      : BindingFollower(std::move(interpreter), std::move(report)),
        namespaces_(namespaces),
        random_(random) {}

 private:
  void OnTree(const BoundTree& tree) override {
    const BoundName* leaf = DrawLeaf(tree, random_);
    if (leaf == nullptr) return ReportAddr(Addr::Absent(), report_);
    addr_ = namespaces_.Resolve(leaf->id);
    addrs_.push_back(addr_->Subscribe([this](const Addr& addr) { ReportAddr(addr, report_); }));
  }

  Namespaces& namespaces_;
  Random& random_;
  std::shared_ptr<Watch<Addr>> addr_;
};

}  // namespace

Follow FollowBind(std::shared_ptr<LocalInterpreter> interpreter, const Dtab& local, const Path& path) {
  return [interpreter = std::move(interpreter), local, path](Report report) {
    auto follower = std::make_shared<BindFollower>(interpreter, std::move(report));
    follower->Start(local, path);
    return Holding(std::move(follower));
  };
}

Follow FollowAddr(Namespaces& namespaces, const Path& id) {
  return [addr = namespaces.Resolve(id)](Report report) {
    return addr->Subscribe([report = std::move(report)](const Addr& now) { ReportAddr(now, report); });
  };
}

Follow FollowResolve(Namespaces& namespaces, Random& random, std::shared_ptr<LocalInterpreter> interpreter,
                     const Dtab& local, const Path& path) {
  return [&namespaces, &random, interpreter = std::move(interpreter), local, path](Report report) {
    auto follower = std::make_shared<ResolveFollower>(namespaces, random, interpreter, std::move(report));
    follower->Start(local, path);
    return Holding(std::move(follower));
  };
}

const BoundName* DrawLeaf(const BoundTree& tree, Random& random) {
  if (tree.is_leaf()) return &tree.leaf();
  if (tree.is_alt()) {
    for (const BoundTree& alternate : tree.alternates()) {
      if (const BoundName* leaf = DrawLeaf(alternate, random)) return leaf;
    }
  }
  if (!tree.is_union()) return nullptr;
  double total = 0;
  for (const auto& member : tree.members()) total += member.weight;
  double left = random.Unit() * total;
  for (const auto& member : tree.members()) {
    left -= member.weight;
    if (left < 0) return DrawLeaf(member.tree, random);
  }
  // Weights that are all 0, or the rounding of the last one.
  return DrawLeaf(tree.members().back().tree, random);
}

}  // namespace heddle::namerd
