// The namers a case works with: the real inet and fs, and scripted ones.
#ifndef HEDDLE_TESTS_CONFORMANCE_CASE_NAMERS_H_
#define HEDDLE_TESTS_CONFORMANCE_CASE_NAMERS_H_

#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "lib/event/loop.h"
#include "lib/namers/host_addrs.h"
#include "lib/naming/interpreter.h"
#include "lib/naming/namer.h"
#include "tests/conformance/verdict.h"
#include "tests/support/temp_dir.h"

namespace heddle::conformance {

// inet; with "fs" io.l5d.fs over the files given there; with "error_namer" one that always fails; with
// "namers" ones that take everything below their prefix. No name is resolved over the network.
class CaseNamers {
 public:
  explicit CaseNamers(const Json& test);

  const std::vector<PrefixedNamer>& all() const { return namers_; }
  Loop& loop() { return loop_; }
  const std::shared_ptr<Namer>& inet() const { return namers_.front().namer; }
  // io.l5d.fs over `files`: {"web": "127.0.0.1 80\n", "dir": {...}}.
  std::shared_ptr<Namer> MakeFsNamer(const Json& files, const Path& prefix);

 private:
  // Each needs those before it.
  TempDir dir_;
  Loop loop_;
  std::shared_ptr<HostAddrs> hosts_;
  std::vector<PrefixedNamer> namers_;
};

// A dtab and a path of a case; one that does not parse is noted.
std::optional<Dtab> DtabOf(const Json& text, Verdict* verdict);
std::optional<Path> PathOf(const Json& text, Verdict* verdict);
// The dtab of an interpreter.
using DtabSource = Source<Activity<VersionedDtab>>;
Activity<VersionedDtab> AsActivity(const Dtab& dtab, uint64_t revision);

// {"web": "127.0.0.1 80\n", "dir": {...}} as files and folders in `dir`.
void WriteFiles(const std::filesystem::path& dir, const Json& files);

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_CASE_NAMERS_H_
