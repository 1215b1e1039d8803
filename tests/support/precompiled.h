// What nearly every test program includes, read once (tests/CMakeLists.txt).
#ifndef HEDDLE_TESTS_SUPPORT_PRECOMPILED_H_
#define HEDDLE_TESTS_SUPPORT_PRECOMPILED_H_

#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

#endif  // HEDDLE_TESTS_SUPPORT_PRECOMPILED_H_
