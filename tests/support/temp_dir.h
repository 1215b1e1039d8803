// A directory of the test's own, which goes with it.
#ifndef HEDDLE_TESTS_SUPPORT_TEMP_DIR_H_
#define HEDDLE_TESTS_SUPPORT_TEMP_DIR_H_

#include <cstdlib>
#include <filesystem>
#include <string>

#include "lib/base/check.h"

namespace heddle {

// Made empty below $TMPDIR; removed with everything in it.
class TempDir {
 public:
  TempDir() {
    std::string name = std::filesystem::temp_directory_path() / "heddle-XXXXXX";
    HEDDLE_CHECK(mkdtemp(name.data()) != nullptr);
    path_ = name;
  }
  ~TempDir() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TempDir(const TempDir&) = delete;
  TempDir& operator=(const TempDir&) = delete;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path operator/(const std::string& name) const { return path_ / name; }

 private:
  std::filesystem::path path_;
};

}  // namespace heddle

#endif  // HEDDLE_TESTS_SUPPORT_TEMP_DIR_H_
