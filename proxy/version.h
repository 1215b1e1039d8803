// The program's version, from the build.
#ifndef HEDDLE_PROXY_VERSION_H_
#define HEDDLE_PROXY_VERSION_H_

namespace heddle {
inline constexpr char kVersion[] = HEDDLE_VERSION;
}  // namespace heddle

#endif  // HEDDLE_PROXY_VERSION_H_
