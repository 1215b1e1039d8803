#include "proxy/access_log/log_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <sstream>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "tests/support/temp_dir.h"
#include "tests/unit/proxy_access_log/time_zone.h"

namespace heddle {
namespace {

using Roll = AccessLogConfig::Roll;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

std::string Content(const std::filesystem::path& path) {
  std::ifstream file(path);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A log in a directory of its own. It is 22:13:21 on Tuesday, the 14th of November 2023, UTC.
class Log {
 public:
  explicit Log(AccessLogConfig config, std::string name = "access.log") : config_(std::move(config)) {
    config_.path = dir_ / name;
    Start();
  }

  // As a program that was started again.
  void Start() {
    auto file = LogFile::Open(config_, clock_);
    REQUIRE(file.ok());
    file_ = *std::move(file);
  }
  void Append(absl::string_view lines) {
    size_t written = 0;
    REQUIRE(file_->Append(lines, &written).ok());
    CHECK(written == lines.size());
  }
  void Advance(Nanos by) { clock_.Advance(by); }
  // Every file of the directory, with what it holds.
  std::map<std::string, std::string> Files() const {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(dir_.path())) {
      if (entry.is_regular_file()) files[entry.path().filename()] = Content(entry.path());
    }
    return files;
  }
  const TempDir& dir() const { return dir_; }
  LogFile& file() { return *file_; }
  // The file was written to last by the clock of the test, not the machine's.
  void SetTime() const {
    const timespec now{std::chrono::duration_cast<seconds>(clock_.WallNow()).count(), 0};
    const timespec both[] = {now, now};
    REQUIRE(utimensat(AT_FDCWD, config_.path.c_str(), both, 0) == 0);
  }

 private:
  const TimeZone utc_{"UTC0"};
  const TempDir dir_;
  FakeClock clock_;
  AccessLogConfig config_;
  std::unique_ptr<LogFile> file_;
};

using Files = std::map<std::string, std::string>;

AccessLogConfig ByTime(Roll roll) {
  AccessLogConfig config;
  config.roll = roll;
  return config;
}

TEST_CASE("A log that is never renewed is one file, appended to or begun anew") {
  AccessLogConfig config;
  config.append = GENERATE(true, false);
  Log log(config);
  log.Append("a\n");
  log.Advance(hours(24 * 400));
  log.Append("b\n");
  CHECK(log.Files() == Files{{"access.log", "a\nb\n"}});
  log.Start();
  log.Append("c\n");
  CHECK(log.Files() == Files{{"access.log", config.append ? "a\nb\nc\n" : "c\n"}});
}

TEST_CASE("A daily log is renewed at midnight, and named after its day") {
  Log log(ByTime(Roll::kDaily));
  log.Append("tuesday\n");
  log.Advance(hours(1) + minutes(46) + seconds(38));  // 23:59:59
  log.Append("still\n");
  log.Advance(seconds(1));
  log.Append("wednesday\n");
  CHECK(log.Files() == Files{{"access-20231114.log", "tuesday\nstill\n"}, {"access.log", "wednesday\n"}});
}

TEST_CASE("An hourly log is renewed at the full hour") {
  Log log(ByTime(Roll::kHourly));
  log.Append("a\n");
  log.Advance(minutes(46) + seconds(38));
  log.Append("b\n");
  log.Advance(seconds(1));
  log.Append("c\n");
  CHECK(log.Files() == Files{{"access-20231114-22.log", "a\nb\n"}, {"access.log", "c\n"}});
}

TEST_CASE("A weekly log is renewed as its day begins") {
  const TimeZone utc("UTC0");
  constexpr std::time_t kTuesday = 1'700'000'001;
  constexpr std::time_t kMidnight = 1'699'920'000;
  constexpr std::time_t kDay = 24 * 3600;
  AccessLogConfig config = ByTime(Roll::kWeekly);
  for (const auto& [weekday, days] : {std::pair{1, 5}, {2, 6}, {3, 7}, {4, 1}, {7, 4}}) {
    config.weekday = weekday;
    INFO(weekday);
    CHECK(NextRenewal(config, kTuesday) == kMidnight + days * kDay);
  }
}

TEST_CASE("Days and hours are those of the local zone, also where clocks are set") {
  const TimeZone zone("CET-1CEST,M3.5.0,M10.5.0/3");
  constexpr std::time_t kMidnight = 1'698'530'400;  // the 29th of October 2023, a day of 25 hours
  CHECK(NextRenewal(ByTime(Roll::kDaily), kMidnight) == kMidnight + 25 * 3600);
  // 02:30 comes twice.
  CHECK(NextRenewal(ByTime(Roll::kHourly), kMidnight + 9000) == kMidnight + 3 * 3600);
  CHECK(NextRenewal(ByTime(Roll::kHourly), kMidnight + 9000 + 3600) == kMidnight + 4 * 3600);
}

TEST_CASE("Lines from before a restart stay with their day") {
  Log log(ByTime(Roll::kDaily));
  log.Append("tuesday\n");
  log.SetTime();
  log.Advance(hours(48));
  log.Start();
  log.Append("thursday\n");
  CHECK(log.Files() == Files{{"access-20231114.log", "tuesday\n"}, {"access.log", "thursday\n"}});
}

TEST_CASE("A log of a size holds whole lines up to it") {
  AccessLogConfig config = ByTime(Roll::kSize);
  config.roll_bytes = 10;
  Log log(config);
  log.Append("123\n567\n");
  CHECK(log.Files() == Files{{"access.log", "123\n567\n"}});
  log.Advance(seconds(1));
  log.Append("a line too long\nx\n");
  log.Advance(seconds(1));
  log.Append("abcdefghi\n");
  CHECK(log.Files() == Files{{"access-20231114-221321.log", "123\n567\n"},
                             {"access-20231114-221322.log", "a line too long\n"},
                             {"access-20231114-221322-1.log", "x\n"},
                             {"access.log", "abcdefghi\n"}});
  log.Start();
  log.Advance(seconds(1));
  log.Append("y\n");
  CHECK(log.Files().at("access.log") == "y\n");
}

TEST_CASE("Only so many old files are kept, and nobody else's are removed") {
  AccessLogConfig config = ByTime(Roll::kDaily);
  config.rotate_count = GENERATE(0, 2);
  Log log(config);
  const auto others = {"access-notes.log", "access-2023.log", "access.log.1", "access2-20231101.log"};
  for (const char* other : others) std::ofstream(log.dir() / other) << "mine";
  for (const char* line : {"a\n", "b\n", "c\n", "d\n"}) {
    log.Append(line);
    log.SetTime();
    log.Advance(hours(24));
  }
  Files files = log.Files();
  for (const char* other : others) CHECK(files.erase(other) == 1);
  Files expected{{"access.log", "d\n"}};
  if (config.rotate_count == 2) {
    expected["access-20231115.log"] = "b\n";
    expected["access-20231116.log"] = "c\n";
  }
  CHECK(files == expected);
}

TEST_CASE("A name without an extension is renewed as well") {
  Log log(ByTime(Roll::kDaily), "access");
  log.Append("a\n");
  log.Advance(hours(24));
  log.Append("b\n");
  CHECK(log.Files() == Files{{"access-20231114", "a\n"}, {"access", "b\n"}});
}

TEST_CASE("After somebody else has renamed the file, Reopen makes a new one") {
  Log log(ByTime(Roll::kSighup));
  log.Append("a\n");
  std::filesystem::rename(log.dir() / "access.log", log.dir() / "access.log.1");
  log.Append("b\n");
  REQUIRE(log.file().Reopen().ok());
  log.Append("c\n");
  CHECK(log.Files() == Files{{"access.log.1", "a\nb\n"}, {"access.log", "c\n"}});
}

std::string OpenError(const std::string& path) {
  AccessLogConfig config;
  config.path = path;
  const FakeClock clock;
  const auto file = LogFile::Open(config, clock);
  REQUIRE_FALSE(file.ok());
  return std::string(file.status().message());
}

TEST_CASE("What cannot be opened says which file, why, and what to do") {
  const TempDir dir;
  CHECK(OpenError(dir / "no/access.log") == absl::StrCat("cannot open the access log ", dir.path().string(),
                                                         "/no/access.log: No such file or directory; create "
                                                         "the directory first"));
  CHECK(absl::EndsWith(OpenError(dir.path()), ": Is a directory; name a file in it"));
  const std::string pipe = dir / "pipe";
  REQUIRE(mkfifo(pipe.c_str(), 0600) == 0);
  CHECK(absl::StrContains(OpenError(pipe), "cannot open the access log"));
}

TEST_CASE("A device or a pipe takes the lines and is never renewed") {
  AccessLogConfig config = ByTime(Roll::kSize);
  config.roll_bytes = 1;
  config.path = "/dev/null";
  const FakeClock clock;
  const auto file = LogFile::Open(config, clock);
  REQUIRE(file.ok());
  size_t written = 0;
  CHECK((*file)->Append("one\ntwo\n", &written).ok());
  CHECK(written == 8);
  CHECK(std::filesystem::is_character_file("/dev/null"));
}

TEST_CASE("A full disk is an error that names the file; writing is tried again") {
  AccessLogConfig config;
  config.path = "/dev/full";
  const FakeClock clock;
  const auto file = LogFile::Open(config, clock);
  REQUIRE(file.ok());
  for (int i = 0; i < 2; ++i) {
    size_t written = 1;
    CHECK((*file)->Append("one\n", &written).message() ==
          "cannot write the access log /dev/full: No space left on device");
    CHECK(written == 0);
  }
}

}  // namespace
}  // namespace heddle
