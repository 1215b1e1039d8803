// What most sources include anyway, read once for all of them (HeddlePrecompiled.cmake). Every file still includes what
// it uses: HEDDLE_PRECOMPILE may be off.
#ifndef HEDDLE_CMAKE_PRECOMPILED_H_
#define HEDDLE_CMAKE_PRECOMPILED_H_

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#endif  // HEDDLE_CMAKE_PRECOMPILED_H_
