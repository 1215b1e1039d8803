// The store that forgets: documents live as long as the process. For tests, demos and fixed configurations.
#ifndef HEDDLE_NAMERD_STORE_MEMORY_STORE_H_
#define HEDDLE_NAMERD_STORE_MEMORY_STORE_H_

#include <map>
#include <memory>
#include <string>

#include "lib/event/loop.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

// Of each document only so many versions are kept: memory is not to grow for ever.
inline constexpr size_t kMemoryHistory = 1000;

// `loop` outlives the store. The epoch is drawn anew each time. `dtabs` (namespace -> text) are there from
// the start, each at version 1. REQUIRES: they are within the store's limits.
std::unique_ptr<Store> MakeMemoryStore(Loop& loop, const std::map<std::string, std::string>& dtabs = {});

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_MEMORY_STORE_H_
