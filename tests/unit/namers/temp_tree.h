// A directory tree that goes with the test, and the ways in which people change one.
#ifndef HEDDLE_TESTS_UNIT_NAMERS_TEMP_TREE_H_
#define HEDDLE_TESTS_UNIT_NAMERS_TEMP_TREE_H_

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include "lib/base/check.h"

namespace heddle {

class TempTree {
 public:
  TempTree() {
    std::string name = (std::filesystem::temp_directory_path() / "heddle-XXXXXX").string();
    HEDDLE_CHECK(mkdtemp(name.data()) != nullptr);
    root_ = name;
  }
  ~TempTree() { std::filesystem::remove_all(root_); }

  std::string root() const { return root_.string(); }
  std::filesystem::path At(const std::string& name) const { return root_ / name; }
  // Truncates and writes in place.
  void Write(const std::string& name, const std::string& text) const { std::ofstream(At(name)) << text; }
  // Writes beside it and renames over it.
  void Replace(const std::string& name, const std::string& text) const {
    std::ofstream(At(name + ".new")) << text;
    Move(name + ".new", name);
  }
  void Move(const std::string& from, const std::string& to) const {
    std::filesystem::rename(At(from), At(to));
  }
  void Remove(const std::string& name) const { std::filesystem::remove_all(At(name)); }
  void MakeDirectory(const std::string& name) const { std::filesystem::create_directories(At(name)); }
  void Link(const std::string& target, const std::string& name) const {
    std::filesystem::create_symlink(target, At(name));
  }

 private:
  std::filesystem::path root_;
};

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_NAMERS_TEMP_TREE_H_
