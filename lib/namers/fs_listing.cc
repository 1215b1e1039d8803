#include "lib/namers/fs_listing.h"

#include <dirent.h>

#include <utility>
#include <vector>

#include "lib/namers/fs_lookup.h"

namespace heddle {

bool FsListing::Lacks(const std::string& name) {
  if (!std::exchange(asked_, true)) Read();
  return known_ && !entries_.contains(name);
}

void FsListing::Read() {
  known_ = false;
  entries_.clear();
  interests_.Begin();
  const auto follow = [this](const std::string& directory, const std::string& name) {
    return interests_.Add(directory, name);
  };
  const auto root = FollowLabels(root_, {}, follow);
  const bool followed = root.ok() && interests_.Add(root->location, Inotify::Interests::kAnyEntry).ok();
  interests_.End();
  if (!followed) return;
  DIR* open = opendir(root->location.c_str());
  if (open == nullptr) return;
  while (const dirent* entry = readdir(open)) {
    entries_.insert(entry->d_name);
    if (entries_.size() > kMostEntries) break;
  }
  closedir(open);
  known_ = entries_.size() <= kMostEntries;
}

void FsListing::OnChange() {
  Read();
  std::vector<std::string> come;
  for (const auto& [name, followers] : awaited_) {
    if (!known_ || entries_.contains(name)) come.push_back(name);
  }
  for (const std::string& name : come) {
    // One at a time: a follower that goes meanwhile is forgotten.
    while (awaited_.contains(name)) {
      Inotify::Follower* follower = *awaited_[name].begin();
      Forget(name, follower);
      follower->OnChange();
    }
  }
}

void FsListing::Await(const std::string& name, Inotify::Follower* follower) {
  awaited_[name].insert(follower);
}

void FsListing::Forget(const std::string& name, Inotify::Follower* follower) {
  const auto found = awaited_.find(name);
  if (found == awaited_.end()) return;
  found->second.erase(follower);
  if (found->second.empty()) awaited_.erase(found);
}

}  // namespace heddle
