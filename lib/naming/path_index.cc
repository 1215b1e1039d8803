#include "lib/naming/path_index.h"

#include <string>
#include <utility>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/string_view.h"

namespace heddle {
namespace {

constexpr size_t kMaxBytes = 16384;  // of one computation's paths
constexpr size_t kDepthWhenCut = 2;  // less if that is not enough
constexpr size_t kBytesOfLabel = 64;

size_t BytesOf(const Path& path) {
  size_t bytes = kBytesOfLabel;
  for (const std::string& label : path) bytes += kBytesOfLabel + label.size();
  return bytes;
}

}  // namespace

struct PathIndex::Node {
  using Users = absl::flat_hash_set<User*>;

  Node* parent = nullptr;
  std::string label;
  size_t held = 0;                // by places
  User* first = nullptr;          // one of this path's users, since most paths have one;
  std::unique_ptr<Users> others;  // the rest of them
  std::unique_ptr<Users> below;   // those of all paths that begin with this one
  // The keys are the children's labels.
  std::unique_ptr<absl::flat_hash_map<absl::string_view, std::unique_ptr<Node>>> children;

  static void Insert(std::unique_ptr<Users>& users, User* user) {
    if (users == nullptr) users = std::make_unique<Users>();
    users->insert(user);
  }
  static void Erase(std::unique_ptr<Users>& users, User* user) {
    if (users == nullptr) return;
    users->erase(user);
    if (users->empty()) users = nullptr;
  }
  void Insert(User* user) {
    if (first == nullptr) {
      first = user;
    } else {
      Insert(others, user);
    }
  }
  void Erase(User* user) {
    if (first == user) first = nullptr;
    Erase(others, user);
    Erase(below, user);
  }
};

namespace {

using Users = PathIndex::Node::Users;

void CollectBelow(const PathIndex::Node& node, Users* out) {
  if (node.first != nullptr) out->insert(node.first);
  if (node.others != nullptr) out->insert(node.others->begin(), node.others->end());
  if (node.below != nullptr) out->insert(node.below->begin(), node.below->end());
  if (node.children == nullptr) return;
  for (const auto& [label, child] : *node.children) CollectBelow(*child, out);
}

void CollectMatched(const PathIndex::Node& node, const Prefix& prefix, size_t depth, Users* out) {
  if (depth == prefix.size()) return CollectBelow(node, out);
  if (node.below != nullptr) out->insert(node.below->begin(), node.below->end());
  if (node.children == nullptr) return;
  if (!prefix[depth].has_value()) {
    for (const auto& [label, child] : *node.children) CollectMatched(*child, prefix, depth + 1, out);
  } else if (const auto child = node.children->find(*prefix[depth]); child != node.children->end()) {
    CollectMatched(*child->second, prefix, depth + 1, out);
  }
}

}  // namespace

void LookedUpPaths::Add(const Path& path) {
  Insert(path.Take(depth_));
  while (bytes_ > kMaxBytes && depth_ > 0) Cut();
}

void LookedUpPaths::Insert(Path path) {
  const size_t bytes = BytesOf(path);
  if (paths_.insert(std::move(path)).second) bytes_ += bytes;
}

void LookedUpPaths::Cut() {
  depth_ = depth_ == kWhole ? kDepthWhenCut : depth_ - 1;
  bytes_ = 0;
  for (const Path& path : std::exchange(paths_, {})) Insert(path.Take(depth_));
}

PathIndex::PathIndex() : root_(std::make_unique<Node>()) {}

PathIndex::~PathIndex() = default;

PathIndex::Node* PathIndex::At(const Path& path) {
  Node* node = root_.get();
  for (const std::string& label : path) {
    if (node->children == nullptr) {
      node->children = std::make_unique<absl::flat_hash_map<absl::string_view, std::unique_ptr<Node>>>();
    }
    const auto found = node->children->find(label);
    if (found != node->children->end()) {
      node = found->second.get();
      continue;
    }
    auto child = std::make_unique<Node>();
    child->parent = node;
    child->label = label;
    Node* const next = child.get();
    node->children->emplace(next->label, std::move(child));
    node = next;
    ++size_;
  }
  return node;
}

void PathIndex::Move(User* user, const LookedUpPaths& paths, Places* places) {
  Places fresh;
  fresh.reserve(paths.size());
  for (const Path& path : paths) {
    fresh.push_back(At(path));
    ++fresh.back()->held;
  }
  Remove(user, places);
  auto at = fresh.begin();
  for (const Path& path : paths) {
    Node& node = **at++;
    if (paths.IsCut(path)) {
      Node::Insert(node.below, user);
    } else {
      node.Insert(user);
    }
  }
  *places = std::move(fresh);
}

void PathIndex::Remove(User* user, Places* places) {
  for (Node* node : std::exchange(*places, {})) {
    node->Erase(user);
    --node->held;
    while (node != root_.get() && node->held == 0 && node->children == nullptr) {
      Node* const parent = node->parent;
      parent->children->erase(absl::string_view(node->label));
      if (parent->children->empty()) parent->children = nullptr;
      node = parent;
      --size_;
    }
  }
}

std::vector<PathIndex::User*> PathIndex::UsersOf(const Dtab& rules) const {
  Users users;
  for (const Dentry& rule : rules) CollectMatched(*root_, rule.prefix, 0, &users);
  return std::vector<User*>(users.begin(), users.end());
}

}  // namespace heddle
