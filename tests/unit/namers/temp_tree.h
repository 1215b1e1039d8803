// A directory tree that goes with the test, and the ways in which people change one.
#ifndef HEDDLE_TESTS_UNIT_NAMERS_TEMP_TREE_H_
#define HEDDLE_TESTS_UNIT_NAMERS_TEMP_TREE_H_

#include <filesystem>
#include <fstream>
#include <string>

#include "tests/support/temp_dir.h"

namespace heddle {

class TempTree {
 public:
  std::string root() const { return root_.path().string(); }
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
  TempDir root_;
};

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_NAMERS_TEMP_TREE_H_
