// The program's version, from the build.
#ifndef HEDDLE_NAMERD_VERSION_H_
#define HEDDLE_NAMERD_VERSION_H_

namespace heddle::namerd {
inline constexpr char kVersion[] = HEDDLE_VERSION;
}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_VERSION_H_
