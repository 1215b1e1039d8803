// Invariants. A failed check is a defect of ours, never a reaction to input: it prints the place and aborts.
#ifndef HEDDLE_LIB_BASE_CHECK_H_
#define HEDDLE_LIB_BASE_CHECK_H_

namespace heddle {
[[noreturn]] void CheckFailed(const char* condition, const char* file, int line);
}  // namespace heddle

#define HEDDLE_CHECK(condition) \
  (static_cast<bool>(condition) ? static_cast<void>(0) : ::heddle::CheckFailed(#condition, __FILE__, __LINE__))

#endif  // HEDDLE_LIB_BASE_CHECK_H_
