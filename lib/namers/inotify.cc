#include "lib/namers/inotify.h"

#include <sys/inotify.h>
#include <unistd.h>

#include <cerrno>

#include "absl/strings/str_cat.h"
#include "lib/base/check.h"

namespace heddle {
namespace {

// Changes that are complete when they are told. A file being written is told by IN_CREATE and IN_MODIFY first
// and by IN_CLOSE_WRITE when it is whole.
constexpr uint32_t kComplete =
    IN_CLOSE_WRITE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_ATTRIB | IN_DELETE_SELF | IN_MOVE_SELF;
constexpr uint32_t kInProgress = IN_CREATE | IN_MODIFY;
constexpr uint32_t kComesOrGoes = IN_CREATE | IN_DELETE | IN_MOVED_FROM | IN_MOVED_TO;

// A writer that takes longer than this is looked at before it has closed the file.
constexpr Millis kSettle(100);

}  // namespace

Inotify::Inotify(Loop& loop) : settled_(loop, [this] { Deliver(&settling_); }) {
  fd_ = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (fd_ < 0) {
    status_ = absl::ResourceExhaustedError(
        absl::StrCat("inotify: ", ErrnoText(errno), "; raise fs.inotify.max_user_instances"));
    return;
  }
  watcher_ = std::make_unique<FdWatcher>(loop, fd_, [this](FdWatcher::Ready) { OnReadable(); });
  watcher_->Update(/*readable=*/true, /*writable=*/false);
}

Inotify::~Inotify() {
  HEDDLE_CHECK(directories_.empty());
  *destroyed_ = true;
  watcher_.reset();
  if (fd_ >= 0) close(fd_);
}

Inotify::Interests::~Interests() { Clear(); }

void Inotify::Interests::Clear() {
  Drop(std::exchange(current_, {}));
  Drop(std::exchange(old_, {}));
  inotify_.touched_.erase(&follower_);
  inotify_.settling_.erase(&follower_);
}

absl::Status Inotify::Interests::Add(const std::string& directory, absl::string_view name) {
  RETURN_IF_ERROR(inotify_.status_);
  // The same directory gives the same descriptor; another one at the same place gives another.
  const int watch = inotify_add_watch(inotify_.fd_, directory.c_str(), kComplete | kInProgress | IN_ONLYDIR);
  if (watch < 0) {
    if (errno == ENOENT || errno == ENOTDIR) return absl::OkStatus();
    const std::string text = absl::StrCat("watch ", directory, ": ", ErrnoText(errno));
    if (errno == ENOSPC) {
      return absl::ResourceExhaustedError(
          absl::StrCat("watch ", directory, ": too many watches; raise fs.inotify.max_user_watches"));
    }
    return errno == EACCES ? absl::PermissionDeniedError(text) : absl::UnavailableError(text);
  }
  inotify_.directories_[watch][std::string(name)].insert(&follower_);
  current_.emplace_back(watch, std::string(name));
  return absl::OkStatus();
}

void Inotify::Interests::End() { Drop(std::exchange(old_, {})); }

void Inotify::Interests::Drop(const std::vector<Entry>& entries) {
  for (const auto& [watch, name] : entries) {
    const auto directory = inotify_.directories_.find(watch);
    if (directory == inotify_.directories_.end()) continue;  // the kernel has dropped it before us
    Names& names = directory->second;
    const auto entry = names.find(name);
    entry->second.erase(entry->second.find(&follower_));
    if (entry->second.empty()) names.erase(entry);
    if (!names.empty()) continue;
    inotify_.directories_.erase(directory);
    inotify_rm_watch(inotify_.fd_, watch);
  }
}

void Inotify::OnReadable() {
  alignas(inotify_event) char buffer[16 << 10];
  while (true) {
    const ssize_t size = read(fd_, buffer, sizeof(buffer));
    if (size <= 0) break;
    for (const char* at = buffer; at < buffer + size;) {
      const auto* event = reinterpret_cast<const inotify_event*>(at);
      OnEvent(event->wd, event->mask, event->len > 0 ? absl::string_view(event->name) : absl::string_view());
      at += sizeof(inotify_event) + event->len;
    }
  }
  if (!settling_.empty() && !settled_.running()) settled_.Start(kSettle);
  Deliver(&touched_);
}

void Inotify::OnEvent(int watch, uint32_t mask, absl::string_view name) {
  if ((mask & IN_Q_OVERFLOW) != 0) {
    for (const auto& [each, names] : directories_) TouchAll(each);
    return;
  }
  const auto directory = directories_.find(watch);
  if (directory == directories_.end()) return;
  if ((mask & (IN_IGNORED | IN_DELETE_SELF | IN_MOVE_SELF)) != 0) {
    TouchAll(watch);
    if ((mask & IN_IGNORED) != 0) directories_.erase(directory);
    return;
  }
  const bool in_progress = (mask & kInProgress) != 0 && (mask & IN_ISDIR) == 0;
  const Names& names = directory->second;
  if (const auto entry = names.find(std::string(name)); entry != names.end()) {
    Touch(entry->second, in_progress ? &settling_ : &touched_);
  }
  const auto any = names.find(std::string(Interests::kAnyEntry));
  if (any == names.end()) return;
  if ((mask & kComesOrGoes) != 0) {
    Touch(any->second, in_progress ? &settling_ : &touched_);
  } else if ((mask & IN_CLOSE_WRITE) != 0) {
    // An entry that is new is whole now. Of one that is rewritten they hear nothing.
    for (Follower* follower : any->second) {
      if (settling_.contains(follower)) touched_.insert(follower);
    }
  }
}

void Inotify::Touch(const std::multiset<Follower*>& followers, std::set<Follower*>* to) {
  to->insert(followers.begin(), followers.end());
}

void Inotify::TouchAll(int watch) {
  for (const auto& [name, followers] : directories_[watch]) Touch(followers, &touched_);
}

void Inotify::Deliver(std::set<Follower*>* to) {
  // One at a time: a follower that goes meanwhile takes itself out of the set.
  const auto destroyed = destroyed_;
  while (!*destroyed && !to->empty()) {
    Follower* follower = *to->begin();
    to->erase(to->begin());
    if (to == &touched_) settling_.erase(follower);
    follower->OnChange();
  }
}

}  // namespace heddle
