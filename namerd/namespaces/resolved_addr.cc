#include "namerd/namespaces/resolved_addr.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace heddle::namerd {
namespace {

// Of a tree that is no leaf.
Addr AddrOf(const BoundTree& tree, const Path& id) {
  if (tree.is_neg()) return Addr::Absent();
  if (tree.is_empty()) return Addr::Bound({});
  if (tree.is_fail()) return Addr::Failed(absl::FailedPreconditionError("name tree failed"));
  return Addr::Failed(absl::FailedPreconditionError(
      absl::StrCat(id.Show(), " is not a concrete bound id: it leads to several sets of endpoints")));
}

// Null if none is meant.
const BoundName* LeafOf(const BoundTree& tree, const Path& id) {
  const BoundName* found = tree.is_leaf() ? &tree.leaf() : nullptr;
  tree.ForEachLeaf([&](const BoundName& leaf) {
    if (leaf.id == id) found = &leaf;
  });
  return found;
}

}  // namespace

void ResolvedAddr::OnFirstSubscriber() {
  binding_ = namers_->Bind(Dtab(), id_.StripTransformerPrefix())
                 ->Subscribe([this](const Activity<Binding>& binding) { Follow(binding); });
}

void ResolvedAddr::OnLastUnsubscribed() {
  addr_.Cancel();
  leaf_.reset();
  binding_.Cancel();
}

void ResolvedAddr::Follow(const Activity<Binding>& binding) {
  const BoundName* leaf = binding.value.has_value() ? LeafOf(binding.value->tree, id_) : nullptr;
  if (leaf != nullptr && leaf->addr == leaf_) return;
  addr_.Cancel();
  leaf_ = leaf != nullptr ? leaf->addr : nullptr;
  if (leaf != nullptr) {
    addr_ = leaf_->Subscribe([this](const Addr& addr) { Publish(addr); });
  } else if (binding.value.has_value()) {
    Publish(AddrOf(binding.value->tree, id_));
  } else {
    Publish(binding.failed() ? Addr::Failed(binding.error) : Addr::Pending());
  }
}

}  // namespace heddle::namerd
