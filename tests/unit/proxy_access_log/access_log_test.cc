#include "proxy/access_log/access_log.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>
#include <thread>
#include <vector>

#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "tests/support/temp_dir.h"

namespace heddle {
namespace {

// A log in a file of its own, and what its metrics say in the end.
struct Fixture {
  explicit Fixture(AccessLogConfig::Roll roll = AccessLogConfig::Roll::kNever) {
    config.path = dir / "access.log";
    config.roll = roll;
  }
  void Open() {
    auto opened = AccessLog::Open(config, loop, tree.root().Child("rt").Child("http"));
    REQUIRE(opened.ok());
    log = *std::move(opened);
  }
  std::string Content(const char* name = "access.log") const {
    std::ifstream file(dir / name);
    return {std::istreambuf_iterator<char>(file), {}};
  }
  uint64_t Counted(const char* name) const {
    uint64_t found = 0;
    tree.Visit([&](const MetricSample& sample) {
      if (sample.path == MetricPath{"rt", "http", "access_log", name}) found = sample.counter;
    });
    return found;
  }
  // Counters go with the log, so another set of the same names keeps their sum.
  void Close() { log.reset(); }

  TempDir dir;
  Loop loop;
  MetricsTree tree;
  MetricSet keeper{tree.root().Child("rt").Child("http").Child("access_log")};
  Counter& lines = keeper.AddCounter({"lines"});
  Counter& lost = keeper.AddCounter({"lost"});
  AccessLogConfig config;
  std::unique_ptr<AccessLog> log;
};

TEST_CASE("Lines are in the file when the log has gone, in their order") {
  Fixture fixture;
  fixture.Open();
  fixture.log->Write("one\n");
  fixture.log->Write("two\nthree\n");
  fixture.Close();
  CHECK(fixture.Content() == "one\ntwo\nthree\n");
  CHECK(fixture.Counted("lines") == 3);
  CHECK(fixture.Counted("lost") == 0);
}

TEST_CASE("Workers write at once: no line is lost, torn or there twice") {
  constexpr int kWorkers = 4;
  constexpr int kLines = 2000;
  Fixture fixture;
  fixture.Open();
  std::vector<std::thread> workers;
  for (int worker = 0; worker < kWorkers; ++worker) {
    workers.emplace_back([&fixture, worker] {
      for (int i = 0; i < kLines; ++i) fixture.log->Write(absl::StrCat(worker, " ", i, "\n"));
    });
  }
  for (std::thread& worker : workers) worker.join();
  fixture.Close();
  CHECK(fixture.Counted("lines") == kWorkers * kLines);
  std::map<int, std::vector<int>> found;
  const std::string content = fixture.Content();
  for (const absl::string_view line : absl::StrSplit(content, '\n', absl::SkipEmpty())) {
    const std::pair<absl::string_view, absl::string_view> parts = absl::StrSplit(line, ' ');
    int worker = -1;
    int number = -1;
    REQUIRE((absl::SimpleAtoi(parts.first, &worker) && absl::SimpleAtoi(parts.second, &number)));
    found[worker].push_back(number);
  }
  REQUIRE(found.size() == kWorkers);
  for (auto& [worker, numbers] : found) {
    REQUIRE(numbers.size() == kLines);
    CHECK(std::set<int>(numbers.begin(), numbers.end()).size() == kLines);
    CHECK(*std::max_element(numbers.begin(), numbers.end()) == kLines - 1);
  }
}

TEST_CASE("A worker is not held up by a file that takes nothing: lines are lost and counted") {
  Fixture fixture;
  fixture.config.path = "/dev/full";
  fixture.Open();
  const std::string line = std::string(1023, 'x') + "\n";
  constexpr int kLines = 3 * AccessLog::kMaxWaiting / 1024;
  for (int i = 0; i < kLines; ++i) fixture.log->Write(line);
  fixture.Close();
  CHECK(fixture.Counted("lines") == 0);
  CHECK(fixture.Counted("lost") == kLines);
}

TEST_CASE("More than may wait is lost at once and counted") {
  Fixture fixture;
  fixture.Open();
  fixture.log->Write(std::string(AccessLog::kMaxWaiting, '\n') + "\n");
  fixture.Close();
  CHECK(fixture.Content().empty());
  CHECK(fixture.Counted("lost") == AccessLog::kMaxWaiting + 1);
}

TEST_CASE("A hangup opens the file anew with the policy sighup, and does nothing with others") {
  const bool sighup = GENERATE(true, false);
  Fixture fixture(sighup ? AccessLogConfig::Roll::kSighup : AccessLogConfig::Roll::kNever);
  fixture.Open();
  std::filesystem::rename(fixture.dir / "access.log", fixture.dir / "access.log.1");
  fixture.log->Write("before\n");
  fixture.log->OnHangup();
  fixture.Close();
  CHECK(fixture.Content("access.log.1") == "before\n");
  CHECK(std::filesystem::exists(fixture.dir / "access.log") == sighup);
}

TEST_CASE("A log that cannot be opened is an error") {
  Fixture fixture;
  fixture.config.path = fixture.dir / "no/access.log";
  CHECK_FALSE(AccessLog::Open(fixture.config, fixture.loop).ok());
}

}  // namespace
}  // namespace heddle
