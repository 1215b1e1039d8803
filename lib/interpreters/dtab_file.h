// A dtab in a file that may be edited while it is in use.
// Source: io.buoyant.interpreter.fs.FsInterpreterConfig.
#ifndef HEDDLE_LIB_INTERPRETERS_DTAB_FILE_H_
#define HEDDLE_LIB_INTERPRETERS_DTAB_FILE_H_

#include <cstdint>
#include <string>

#include "lib/event/loop.h"
#include "lib/namers/inotify.h"
#include "lib/naming/interpreter.h"
#include "lib/watch/watch.h"

namespace heddle {

// Lazy: follows the file by inotify while somebody subscribes. It may be rewritten in place, replaced by
// renaming, reached through symbolic links (as in a mounted ConfigMap), be gone, and appear later. In error,
// with the last rules that could be read, while it is not there, cannot be read, does not parse, or has
// become empty (a # comment makes it one without rules); each error is logged, and so are new rules. (Linkerd
// leaves every name pending while the file is not there.)
//
// The version is {1, n}: the nth rules read, from 1; the same rules again are no new version.
class DtabFile : public Watch<Activity<VersionedDtab>>, private Inotify::Follower {
 public:
  // `path` is absolute. `loop` outlives it.
  DtabFile(Loop& loop, std::string path);

  const std::string& path() const { return path_; }

  // The rules of the file now, not followed: for checking a configuration. The error names the file, and
  // the line.
  static absl::StatusOr<Dtab> Read(const std::string& path);

 protected:
  void OnFirstSubscriber() override { Refresh(); }
  void OnLastUnsubscribed() override { interests_.Clear(); }

 private:
  void OnChange() override { Refresh(); }
  void Refresh();
  void Fail(const absl::Status& error);
  void Take(Dtab dtab);

  const std::string path_;
  Inotify inotify_;
  Inotify::Interests interests_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_INTERPRETERS_DTAB_FILE_H_
