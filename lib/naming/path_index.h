// Who looked up which paths: finds those whom a changed rule can touch without asking each. For lib/naming
// alone.
#ifndef HEDDLE_LIB_NAMING_PATH_INDEX_H_
#define HEDDLE_LIB_NAMING_PATH_INDEX_H_

#include <cstddef>
#include <memory>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "lib/dtab/dtab.h"
#include "lib/dtab/path.h"

namespace heddle {

// The paths that one computation looked up. Bounded: when they are many or long, only the first labels of
// each are remembered, and every rule for something below them counts as used.
class LookedUpPaths {
 public:
  void Add(const Path& path);
  // Whether `path` stands for all paths that begin with it.
  bool IsCut(const Path& path) const { return path.size() >= depth_; }

  auto begin() const { return paths_.begin(); }
  auto end() const { return paths_.end(); }
  size_t size() const { return paths_.size(); }

 private:
  void Insert(Path path);
  void Cut();

  static constexpr size_t kWhole = static_cast<size_t>(-1);
  size_t depth_ = kWhole;
  size_t bytes_ = 0;  // about what remembering them takes
  absl::flat_hash_set<Path> paths_;
};

// A tree of the paths in use, a level a label.
class PathIndex {
 public:
  class User {
   protected:
    ~User() = default;
  };
  struct Node;
  // Where a user stands in the index.
  using Places = std::vector<Node*>;

  PathIndex();
  ~PathIndex();
  PathIndex(const PathIndex&) = delete;
  PathIndex& operator=(const PathIndex&) = delete;

  // From now on `user` is one of those who looked up `paths`, and no longer of those at `places`, which
  // become those of `paths`.
  void Move(User* user, const LookedUpPaths& paths, Places* places);
  void Remove(User* user, Places* places);

  // Those who looked up a path that a rule of `rules` matches, each once. Takes time by their number (by
  // that of the labels in use at a wildcard, too), not by that of all users.
  std::vector<User*> UsersOf(const Dtab& rules) const;

  // How many nodes there are, without the root.
  size_t size() const { return size_; }

 private:
  Node* At(const Path& path);

  size_t size_ = 0;
  std::unique_ptr<Node> root_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_PATH_INDEX_H_
