#include "namerd/mesh_api/delegate_proto.h"

#include <algorithm>
#include <variant>

#include "absl/strings/str_cat.h"
#include "lib/base/utf8.h"
#include "lib/mesh/convert.h"
#include "proto/delegator.pb.h"

namespace heddle::namerd {
namespace {

namespace wire = io::linkerd::mesh;

// Protobuf's readers follow messages inside messages to this depth.
constexpr int kReadersNesting = 100;
// A node may stand this deep: its leaf and its dentry's prefix go four deeper.
constexpr int kMaxNesting = 90;

int DepthOf(const NameTree<Path>& tree) {
  int depth = 0;
  if (tree.is_alt()) {
    for (const NameTree<Path>& child : tree.alternates()) depth = std::max(depth, DepthOf(child));
  } else if (tree.is_union()) {
    for (const auto& member : tree.members()) depth = std::max(depth, DepthOf(member.tree));
  }
  return depth + 1;
}

void WriteLeaf(const BoundName& bound, wire::BoundDelegateTree_Leaf* out) {
  ToProto(bound.id, out->mutable_id());
  ToProto(bound.residual, out->mutable_residual());
}

void Write(const DelegateTree& tree, int nesting, wire::BoundDelegateTree* out);

// Writes what `out` is besides its path and dentry.
struct NodeWriter {
  int nesting;
  wire::BoundDelegateTree* out;

  void operator()(const DelegateTree::Neg&) const { out->mutable_neg(); }
  void operator()(const DelegateTree::Fail&) const { out->mutable_fail(); }
  void operator()(const DelegateTree::Empty&) const { out->mutable_empty(); }
  void operator()(const DelegateTree::Alt& alt) const {
    auto* trees = out->mutable_alt();
    for (const DelegateTree& child : alt.trees) Write(child, nesting + 2, trees->add_trees());
  }
  void operator()(const DelegateTree::Union& members) const {
    auto* trees = out->mutable_union_();
    for (const DelegateTree::Weighted& child : members.trees) {
      auto* weighted = trees->add_trees();
      weighted->set_weight(child.weight);
      Write(child.tree, nesting + 3, weighted->mutable_tree());
    }
  }
  void operator()(const DelegateTree::Delegate& delegate) const {
    Write(*delegate.tree, nesting + 1, out->mutable_delegate());
  }
  void operator()(const DelegateTree::Leaf& leaf) const { WriteLeaf(leaf.bound, out->mutable_leaf()); }
  void operator()(const DelegateTree::Transformation& transformation) const {
    auto* to = out->mutable_transformation();
    to->set_name(Utf8(transformation.name));
    WriteLeaf(transformation.bound, to->mutable_leaf());
    Write(*transformation.tree, nesting + 2, to->mutable_tree());
  }
  void operator()(const DelegateTree::Exception& exception) const {
    out->set_exception(Utf8(exception.message));
  }
};

// Linkerd's client reads no node without a dentry: where none led here (or it goes too deep), there is one
// that says nothing. Source: com.twitter.finagle.Dentry.nop.
void WriteDentry(const DelegateTree& tree, int nesting, wire::Dtab_Dentry* out) {
  if (tree.dentry != nullptr && nesting + 4 + 3 * DepthOf(tree.dentry->dst) <= kReadersNesting) {
    if (ToProto(*tree.dentry, out).ok()) return;
    out->Clear();
  }
  out->mutable_prefix()->add_elems()->set_label("/");
  out->mutable_dst()->mutable_neg();
}

void Write(const DelegateTree& tree, int nesting, wire::BoundDelegateTree* out) {
  if (const auto path = Path::Parse(tree.path); path.ok()) ToProto(*path, out->mutable_path());
  out->mutable_path();  // also for the nodes whose path is "~" or "!"
  WriteDentry(tree, nesting, out->mutable_dentry());
  if (nesting > kMaxNesting) {
    out->set_exception(absl::StrCat("the explanation goes deeper; ask for ", Utf8(tree.path), " to go on"));
  } else {
    std::visit(NodeWriter{nesting, out}, tree.node);
  }
}

}  // namespace

void ToProto(const DelegateTree& tree, wire::BoundDelegateTree* out) { Write(tree, 2, out); }

}  // namespace heddle::namerd
