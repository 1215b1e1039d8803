// Errors are values: absl::Status and absl::StatusOr, with the two macros every layer uses to pass them on and one
// function to say what that layer knew.
#ifndef HEDDLE_LIB_BASE_STATUS_H_
#define HEDDLE_LIB_BASE_STATUS_H_

#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace heddle {

// `status` with "context: " before its message; an OK status is returned as it is.
absl::Status Annotate(const absl::Status& status, absl::string_view context);

// "No such file or directory" for ENOENT; thread-safe, unlike strerror.
std::string ErrnoText(int errno_value);

}  // namespace heddle

#define HEDDLE_CONCAT_INNER(a, b) a##b
#define HEDDLE_CONCAT(a, b) HEDDLE_CONCAT_INNER(a, b)

// Returns from the enclosing function if `expr` is not OK.
#define RETURN_IF_ERROR(expr)                                        \
  do {                                                               \
    if (absl::Status status_macro = (expr); !status_macro.ok()) {    \
      return status_macro;                                           \
    }                                                                \
  } while (false)

// ASSIGN_OR_RETURN(auto x, F()): declares or assigns x, or returns F()'s error.
#define ASSIGN_OR_RETURN(lhs, expr) ASSIGN_OR_RETURN_INNER(HEDDLE_CONCAT(status_or_macro_, __LINE__), lhs, expr)
#define ASSIGN_OR_RETURN_INNER(var, lhs, expr) \
  auto var = (expr);                           \
  if (!var.ok()) return std::move(var).status(); \
  lhs = *std::move(var)

#endif  // HEDDLE_LIB_BASE_STATUS_H_
