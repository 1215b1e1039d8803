// io.l5d.fs: a directory tree as service discovery: a file a service, a line an address (address_file.h).
// Source: io.buoyant.namer.fs.WatchingNamer.
#ifndef HEDDLE_LIB_NAMERS_FS_NAMER_H_
#define HEDDLE_LIB_NAMERS_FS_NAMER_H_

#include <memory>
#include <string>
#include <vector>

#include "lib/event/loop.h"
#include "lib/namers/host_addrs.h"
#include "lib/naming/namer.h"

namespace heddle {

// /web/a is the file `web` and the residual /a; /dir/web is the file `web` in the directory `dir`. What is no
// file is ~.
//
// Files and directories are followed by inotify while somebody subscribes; they may appear, be rewritten in
// place, replaced by renaming, reached through symbolic links (as in a mounted ConfigMap) and go again. A
// file being written is read when its writer closes it, or after a moment. A file that turns unreadable or
// malformed keeps its last known addresses and is logged; if it never had any, its Addr is failed. Files are
// read on the loop: the tree is meant to be local. A name whose first label is not in the root directory
// costs no system call: a listing of it is kept (FsListing).
class FsNamer : public Namer {
 public:
  // `root`: an absolute path; if it is not there (any more), lookups are in error until it is. `prefix`: such
  // as
  // /#/io.l5d.fs. `loop` outlives the namer and its watches.
  FsNamer(Loop& loop, std::string root, Path prefix, std::shared_ptr<HostAddrs> hosts,
          const Scope& scope = UnshownScope());
  ~FsNamer() override;

  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) override;
  // Every file of the tree, but for hidden ones (".name") and what is below them; at most 10000.
  std::shared_ptr<Watch<std::vector<Path>>> Enumerate() override;
  // The files that are followed, and how many names that are not there.
  std::string StateJson() const override;

 private:
  struct Shared;
  class FileAddr;
  class FileLookup;
  class FileList;
  std::shared_ptr<Shared> shared_;  // the watches hold it too
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_FS_NAMER_H_
