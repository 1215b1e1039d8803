// Strings of pooled objects, for use again.
#ifndef HEDDLE_PROXY_SERVER_RECYCLE_H_
#define HEDDLE_PROXY_SERVER_RECYCLE_H_

#include <cstddef>
#include <string>

namespace heddle {

// Empties `s`; one that has grown large is given back.
inline void Recycle(std::string* s) {
  constexpr size_t kKeptCapacity = 64 << 10;
  if (s->capacity() > kKeptCapacity) std::string().swap(*s);
  s->clear();
}

}  // namespace heddle

#endif  // HEDDLE_PROXY_SERVER_RECYCLE_H_
