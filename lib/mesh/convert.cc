#include "lib/mesh/convert.h"

#include <cmath>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/mesh/limits.h"
#include "proto/dtab.pb.h"
#include "proto/interpreter.pb.h"
#include "proto/mesh.pb.h"

namespace heddle {
namespace {

namespace wire = io::linkerd::mesh;
using mesh_limits::kMaxItems;
using mesh_limits::kMaxPathBytes;
using mesh_limits::kMaxPathLabels;
using mesh_limits::kMaxTreeDepth;

// Counts down what one message may still hold.
class Budget {
 public:
  absl::Status Take(size_t items) {
    if (items > left_) {
      return absl::InvalidArgumentError(
          absl::StrCat("more than ", kMaxItems, " labels, rules and tree nodes in one message"));
    }
    left_ -= items;
    return absl::OkStatus();
  }

 private:
  size_t left_ = kMaxItems;
};

absl::Status TooDeep() {
  return absl::InvalidArgumentError(absl::StrCat("a tree of more than ", kMaxTreeDepth,
                                                 " levels; the mesh protocol carries no deeper ones"));
}

absl::StatusOr<Path> ReadPath(const wire::Path& path, Budget& budget) {
  const auto& elems = path.elems();
  if (static_cast<size_t>(elems.size()) > kMaxPathLabels) {
    return absl::InvalidArgumentError(
        absl::StrCat("a path of ", elems.size(), " segments; at most ", kMaxPathLabels, " are accepted"));
  }
  RETURN_IF_ERROR(budget.Take(elems.size()));
  size_t bytes = 0;
  for (const std::string& elem : elems) bytes += elem.size();
  if (bytes > kMaxPathBytes) {
    return absl::InvalidArgumentError(
        absl::StrCat("a path of ", bytes, " bytes; at most ", kMaxPathBytes, " are accepted"));
  }
  return Path::FromLabels({elems.begin(), elems.end()});
}

absl::StatusOr<double> ReadWeight(double weight) {
  if (std::isfinite(weight) && weight >= 0) return weight;
  return absl::InvalidArgumentError(
      absl::StrCat("a weight of ", weight, "; it has to be a number that is not negative"));
}

// The three kinds of trees have the same shape; `write_leaf` and `read_leaf` are what differs.
template <class Tree, class Proto, class WriteLeaf>
absl::Status WriteTree(const Tree& tree, int depth, const WriteLeaf& write_leaf, Proto* out) {
  if (depth > kMaxTreeDepth) return TooDeep();
  switch (tree.kind()) {
    case Tree::Kind::kNeg:
      out->mutable_neg();
      break;
    case Tree::Kind::kFail:
      out->mutable_fail();
      break;
    case Tree::Kind::kEmpty:
      out->mutable_empty();
      break;
    case Tree::Kind::kLeaf:
      write_leaf(tree.leaf(), out->mutable_leaf());
      break;
    case Tree::Kind::kAlt: {
      auto* alt = out->mutable_alt();
      for (const Tree& child : tree.alternates()) {
        RETURN_IF_ERROR(WriteTree(child, depth + 1, write_leaf, alt->add_trees()));
      }
      break;
    }
    case Tree::Kind::kUnion: {
      auto* members = out->mutable_union_();
      for (const auto& member : tree.members()) {
        auto* weighted = members->add_trees();
        weighted->set_weight(member.weight);
        RETURN_IF_ERROR(WriteTree(member.tree, depth + 1, write_leaf, weighted->mutable_tree()));
      }
      break;
    }
  }
  return absl::OkStatus();
}

template <class Tree, class Proto, class ReadLeaf>
absl::StatusOr<Tree> ReadTree(const Proto& proto, int depth, Budget& budget, const ReadLeaf& read_leaf) {
  if (depth > kMaxTreeDepth) return TooDeep();
  RETURN_IF_ERROR(budget.Take(1));
  switch (proto.node_case()) {
    case Proto::kNeg:
      return Tree::Neg();
    case Proto::kFail:
      return Tree::Fail();
    case Proto::kEmpty:
      return Tree::Empty();
    case Proto::kLeaf: {
      ASSIGN_OR_RETURN(auto leaf, read_leaf(proto.leaf()));
      return Tree::Leaf(std::move(leaf));
    }
    case Proto::kAlt: {
      std::vector<Tree> trees;
      for (const Proto& child : proto.alt().trees()) {
        ASSIGN_OR_RETURN(Tree tree, ReadTree<Tree>(child, depth + 1, budget, read_leaf));
        trees.push_back(std::move(tree));
      }
      return Tree::Alt(std::move(trees));
    }
    case Proto::kUnion: {
      std::vector<typename Tree::Weighted> members;
      for (const auto& child : proto.union_().trees()) {
        ASSIGN_OR_RETURN(const double weight, ReadWeight(child.weight()));
        ASSIGN_OR_RETURN(Tree tree, ReadTree<Tree>(child.tree(), depth + 1, budget, read_leaf));
        members.push_back({weight, std::move(tree)});
      }
      return Tree::Union(std::move(members));
    }
    case Proto::NODE_NOT_SET:
      break;
  }
  return absl::InvalidArgumentError(
      "a tree node that says nothing; one of neg, fail, empty, alt, union, leaf");
}

void WritePathLeaf(const Path& path, wire::PathNameTree_Leaf* out) { ToProto(path, out->mutable_id()); }

absl::StatusOr<NameTree<Path>> ReadPathTree(const wire::PathNameTree& tree, Budget& budget) {
  return ReadTree<NameTree<Path>>(tree, 1, budget, [&budget](const wire::PathNameTree_Leaf& leaf) {
    return ReadPath(leaf.id(), budget);
  });
}

absl::StatusOr<Dentry> ReadDentry(const wire::Dtab_Dentry& dentry, Budget& budget) {
  RETURN_IF_ERROR(budget.Take(1 + dentry.prefix().elems_size()));
  std::vector<Prefix::Elem> elems;
  for (const auto& elem : dentry.prefix().elems()) {
    if (elem.has_wildcard()) {
      elems.push_back(std::nullopt);
    } else if (!elem.label().empty()) {
      elems.push_back(elem.label());
    } else {
      return absl::InvalidArgumentError("an empty segment in a prefix; a label or a wildcard is expected");
    }
  }
  ASSIGN_OR_RETURN(auto dst, ReadPathTree(dentry.dst(), budget));
  return Dentry{Prefix(std::move(elems)), std::move(dst)};
}

}  // namespace

void ToProto(const Path& path, wire::Path* out) {
  out->mutable_elems()->Reserve(static_cast<int>(path.size()));
  for (const std::string& label : path) out->add_elems(label);
}

absl::StatusOr<Path> FromProto(const wire::Path& path) {
  Budget budget;
  return ReadPath(path, budget);
}

absl::Status ToProto(const NameTree<Path>& tree, wire::PathNameTree* out) {
  return WriteTree(tree, 1, WritePathLeaf, out);
}

absl::Status ToProto(const Dentry& dentry, wire::Dtab_Dentry* out) {
  for (const Prefix::Elem& elem : dentry.prefix.elems()) {
    auto* to = out->mutable_prefix()->add_elems();
    if (elem.has_value()) {
      to->set_label(*elem);
    } else {
      to->mutable_wildcard();
    }
  }
  out->mutable_prefix();  // also for the prefix that matches everything
  return ToProto(dentry.dst, out->mutable_dst());
}

absl::Status ToProto(const Dtab& dtab, wire::Dtab* out) {
  for (size_t i = 0; i < dtab.size(); ++i) {
    if (absl::Status status = ToProto(dtab[i], out->add_dentries()); !status.ok()) {
      return Annotate(status, absl::StrCat("rule ", i + 1));
    }
  }
  return absl::OkStatus();
}

absl::Status ToProto(const BoundTree& tree, mesh::v1::BoundTree* out) {
  const auto write_leaf = [](const BoundName& name, mesh::v1::BoundTree_Leaf* leaf) {
    ToProto(name.id, leaf->mutable_client());
    ToProto(name.residual, leaf->mutable_residual());
  };
  return WriteTree(tree, 1, write_leaf, out);
}

absl::Status ToProto(const BoundTree& tree, wire::BoundNameTree* out) {
  const auto write_leaf = [](const BoundName& name, wire::BoundNameTree_Leaf* leaf) {
    ToProto(name.id, leaf->mutable_id());
    ToProto(name.residual, leaf->mutable_residual());
  };
  return WriteTree(tree, 1, write_leaf, out);
}

absl::StatusOr<NameTree<Path>> FromProto(const wire::PathNameTree& tree) {
  Budget budget;
  return ReadPathTree(tree, budget);
}

absl::StatusOr<Dtab> FromProto(const wire::Dtab& dtab) {
  Budget budget;
  std::vector<Dentry> dentries;
  for (const auto& from : dtab.dentries()) {
    auto dentry = ReadDentry(from, budget);
    if (!dentry.ok()) return Annotate(dentry.status(), absl::StrCat("rule ", dentries.size() + 1));
    dentries.push_back(*std::move(dentry));
  }
  return Dtab(std::move(dentries));
}

absl::StatusOr<BoundTree> FromProto(const mesh::v1::BoundTree& tree, const AddrOf& addr_of) {
  Budget budget;
  const auto read_leaf = [&](const mesh::v1::BoundTree_Leaf& leaf) -> absl::StatusOr<BoundName> {
    ASSIGN_OR_RETURN(Path id, ReadPath(leaf.client(), budget));
    ASSIGN_OR_RETURN(Path residual, ReadPath(leaf.residual(), budget));
    auto addr = addr_of(id);
    return BoundName{std::move(id), std::move(addr), std::move(residual)};
  };
  return ReadTree<BoundTree>(tree, 1, budget, read_leaf);
}

}  // namespace heddle
