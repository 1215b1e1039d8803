// The version that all programs of one build share.
#ifndef HEDDLE_LIB_BASE_VERSION_H_
#define HEDDLE_LIB_BASE_VERSION_H_

namespace heddle {

// "0.1.0": the project's version in CMakeLists.txt.
extern const char kVersion[];

}  // namespace heddle

#endif  // HEDDLE_LIB_BASE_VERSION_H_
