// Which names there are in a directory, so that those who ask for others cost nothing.
#ifndef HEDDLE_LIB_NAMERS_FS_LISTING_H_
#define HEDDLE_LIB_NAMERS_FS_LISTING_H_

#include <map>
#include <set>
#include <string>

#include "absl/container/flat_hash_set.h"
#include "lib/namers/inotify.h"

namespace heddle {

// One inotify watch, one reading of the directory for each time that entries come or go. Loop thread only.
class FsListing : public Inotify::Follower {
 public:
  // `inotify` outlives it. `root`: an absolute path.
  FsListing(Inotify& inotify, std::string root) : root_(std::move(root)), interests_(inotify, *this) {}

  // True if the directory is known and has no entry `name`. Reads the directory when it is asked for the
  // first time. A directory of more than kMostEntries entries, or one that cannot be read, is not known.
  bool Lacks(const std::string& name);

  // `follower` hears (OnChange) once when an entry `name` has come, or the directory is not known any more.
  // REQUIRES: Lacks(name).
  void Await(const std::string& name, Inotify::Follower* follower);
  // `follower` need not be waiting.
  void Forget(const std::string& name, Inotify::Follower* follower);

  size_t awaited() const { return awaited_.size(); }
  void OnChange() override;

  static constexpr size_t kMostEntries = 100'000;

 private:
  void Read();

  const std::string root_;
  Inotify::Interests interests_;
  bool asked_ = false;
  bool known_ = false;
  absl::flat_hash_set<std::string> entries_;
  std::map<std::string, std::set<Inotify::Follower*>> awaited_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_FS_LISTING_H_
