// Changes of the entries of directories, as the kernel tells them: no polling.
#ifndef HEDDLE_LIB_NAMERS_INOTIFY_H_
#define HEDDLE_LIB_NAMERS_INOTIFY_H_

#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/status.h"
#include "lib/event/fd_watcher.h"
#include "lib/event/loop.h"
#include "lib/event/timer.h"

namespace heddle {

// One inotify instance and those who follow entries through it. Loop thread only.
class Inotify {
 public:
  // Hears that something about one of the entries it follows may have changed: once for a burst of changes.
  // It may add and drop interests, and destroy followers, itself included, and the Inotify with the last.
  class Follower {
   public:
    virtual ~Follower() = default;
    virtual void OnChange() = 0;
  };

  // The entries one follower follows; dropped with it.
  class Interests {
   public:
    // `inotify` and `follower` outlive it.
    Interests(Inotify& inotify, Follower& follower) : inotify_(inotify), follower_(follower) {}
    ~Interests();
    Interests(const Interests&) = delete;
    Interests& operator=(const Interests&) = delete;

    // Follows the entry `name` of `directory`: that it appears, goes, is replaced or rewritten; kAnyEntry:
    // that one of its entries appears or goes. A directory that is not there is no error: its own entry is
    // what tells when it appears. The error is that of the system's limits (fs.inotify.max_user_watches), or
    // of a directory that may not be read.
    static constexpr absl::string_view kAnyEntry = "/";
    absl::Status Add(const std::string& directory, absl::string_view name);
    // After Begin, entries that Add does not name again are dropped by End; what stays followed is never
    // interrupted.
    void Begin() { old_ = std::exchange(current_, {}); }
    void End();
    // Follows nothing; a change that was not told yet is not told any more.
    void Clear();

   private:
    using Entry = std::pair<int, std::string>;  // watch descriptor, name
    void Drop(const std::vector<Entry>& entries);

    Inotify& inotify_;
    Follower& follower_;
    std::vector<Entry> current_;
    std::vector<Entry> old_;
  };

  explicit Inotify(Loop& loop);
  ~Inotify();  // REQUIRES: no interest is left

  // Not OK when the system gave no instance; then nothing is followed.
  const absl::Status& status() const { return status_; }

 private:
  using Names = std::map<std::string, std::multiset<Follower*>>;

  void OnReadable();
  // Adds those whom an event concerns to touched_ (now) or settling_ (soon).
  void OnEvent(int watch, uint32_t mask, absl::string_view name);
  void Touch(const std::multiset<Follower*>& followers, std::set<Follower*>* to);
  void TouchAll(int watch);
  void Deliver(std::set<Follower*>* to);

  absl::Status status_;
  int fd_ = -1;
  std::unique_ptr<FdWatcher> watcher_;
  std::map<int, Names> directories_;  // by watch descriptor
  std::set<Follower*> touched_;
  std::set<Follower*> settling_;  // a writer is at work
  Timer settled_;
  std::shared_ptr<bool> destroyed_ = std::make_shared<bool>(false);
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_INOTIFY_H_
