// The store on this machine's disk (kind io.l5d.rocksdb): the default. One process writes it.
#ifndef HEDDLE_NAMERD_STORE_ROCKSDB_STORE_H_
#define HEDDLE_NAMERD_STORE_ROCKSDB_STORE_H_

#include <memory>
#include <string>

#include "lib/event/loop.h"
#include "namerd/store/store.h"

namespace rocksdb {
class Env;
}

namespace heddle::namerd {

// Opens or creates the data in directory `path` (blocks: for start-up) and starts the thread that reads and
// writes it. `loop` outlives the store. Errors name the path and what to do: FailedPrecondition (in use by
// another process), Unavailable, ResourceExhausted, DataLoss. `env` (for tests) stands in for the file
// system; it outlives the store.
absl::StatusOr<std::unique_ptr<Store>> OpenRocksdbStore(Loop& loop, std::string path,
                                                        rocksdb::Env* env = nullptr);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_ROCKSDB_STORE_H_
