// What only a store on disk has to withstand: restarts, crashes, a second process, a disk that refuses.
#include <fcntl.h>
#include <rocksdb/env.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>

#include "tests/unit/store/store_fixture.h"

namespace heddle::namerd {
namespace {

// A file system whose log files stop taking bytes, or stop syncing them.
class FailingEnv : public rocksdb::EnvWrapper {
 public:
  enum class Mode { kGood, kFull, kFailSync };
  FailingEnv() : EnvWrapper(rocksdb::Env::Default()) {}

  rocksdb::Status NewWritableFile(const std::string& name, std::unique_ptr<rocksdb::WritableFile>* file,
                                  const rocksdb::EnvOptions& options) override {
    if (mode == Mode::kFull) return rocksdb::Status::NoSpace("no room for", name);
    const rocksdb::Status made = EnvWrapper::NewWritableFile(name, file, options);
    if (made.ok()) *file = std::make_unique<File>(std::move(*file), *this);
    return made;
  }

  std::atomic<Mode> mode{Mode::kGood};

 private:
  class File : public rocksdb::WritableFileWrapper {
   public:
    File(std::unique_ptr<rocksdb::WritableFile> file, FailingEnv& env)
        : WritableFileWrapper(file.get()), file_(std::move(file)), env_(env) {}
    // Half of what was to be written stays in the file, as when a disk runs full.
    rocksdb::Status Append(const rocksdb::Slice& data) override {
      if (env_.mode != Mode::kFull) return WritableFileWrapper::Append(data);
      const rocksdb::Status half = WritableFileWrapper::Append(rocksdb::Slice(data.data(), data.size() / 2));
      return half.ok() ? rocksdb::Status::NoSpace("the disk is full") : half;
    }
    rocksdb::Status Sync() override {
      if (env_.mode == Mode::kFailSync) return rocksdb::Status::IOError("the disk does not answer");
      return WritableFileWrapper::Sync();
    }

   private:
    std::unique_ptr<rocksdb::WritableFile> file_;
    FailingEnv& env_;
  };
};

TEST_CASE("After a restart every version is there and the counting goes on") {
  StoreFixture store;
  const uint64_t epoch = store->epoch();
  REQUIRE(epoch != 0);
  REQUIRE(store.Put("web", "a", {}, {"ann", "why", "::1"}).ok());
  REQUIRE(store.Put("a/b", "x").ok());
  REQUIRE(store.Put("gone", "y").ok());
  REQUIRE(store.Delete("gone").ok());
  const Version web = *store.Put("web", "b");

  store.Reopen();
  CHECK(store->epoch() == epoch);
  CHECK(store->WatchKeys(kDtab)->Get() == std::vector<std::string>{"a/b", "web"});
  CHECK(*store.Get("web") == web);
  CHECK(store->WatchDocument(kDtab, "web")->Get() == web);
  CHECK(store.HistoryText("web") == "2:b 1:a");
  CHECK(store.GetVersion("web", 1)->change == Change{"ann", "why", "::1"});
  CHECK(store.HistoryText("gone") == "2:- 1:y");
  CHECK(store.Put("gone", "z")->number == 3);
  CHECK(store.Get("gone")->revision == 6);
}

TEST_CASE("Two stores never share an epoch") {
  StoreFixture one, other, memory("memory");
  CHECK(one->epoch() != other->epoch());
  CHECK(one->epoch() != memory->epoch());
}

// A test case as a process of its own, with the store's path in kPathVariable, and its standard input and
// output. Not a mere fork: what RocksDB has started here has threads, which a fork lacks.
constexpr char kPathVariable[] = "HEDDLE_STORE_TEST_PATH";
pid_t StartProcess(const char* test_case, const std::string& path, int in, int out) {
  const pid_t child = ::fork();
  if (child != 0) return child;
  ::setenv(kPathVariable, path.c_str(), 1);
  ::dup2(in, STDIN_FILENO);
  ::dup2(out, STDOUT_FILENO);
  ::execl("/proc/self/exe", "store_test", test_case, nullptr);
  ::_exit(127);
}

TEST_CASE("process: writes and ends", "[.]") {
  Loop loop;
  auto store = OpenRocksdbStore(loop, std::getenv(kPathVariable));
  if (!store.ok()) ::_exit(2);
  int done = 0;
  for (int i = 1; i <= 20; ++i) {
    (*store)->Put(kDtab, "web", std::to_string(i), {}, {}, [&](const absl::StatusOr<Version>& r) {
      if (!r.ok()) ::_exit(3);
      if (++done == 20) ::_exit(0);  // no destructor runs: nothing is flushed or closed
    });
  }
  loop.Run();
}

TEST_CASE("What a process acknowledged is there after its sudden end") {
  TempDir dir;
  const std::string path = dir / "data";
  const pid_t child = StartProcess("process: writes and ends", path, STDIN_FILENO, STDERR_FILENO);
  REQUIRE(child >= 0);
  int status = 0;
  REQUIRE(::waitpid(child, &status, 0) == child);
  REQUIRE(WIFEXITED(status));
  REQUIRE(WEXITSTATUS(status) == 0);

  Loop loop;
  auto store = OpenRocksdbStore(loop, path);
  REQUIRE(store.ok());
  const auto latest = (*store)->WatchDocument(kDtab, "web")->Get();
  REQUIRE(latest.has_value());
  CHECK(latest->value == "20");
  CHECK(latest->number == 20);
  CHECK(latest->revision == 20);
}

// Says so when it holds the store, and lets go of it at the end of its input.
TEST_CASE("process: holds the store", "[.]") {
  Loop loop;
  const auto store = OpenRocksdbStore(loop, std::getenv(kPathVariable));
  if (!store.ok() || ::write(STDOUT_FILENO, "x", 1) != 1) ::_exit(2);
  char byte = 0;
  ::_exit(::read(STDIN_FILENO, &byte, 1) == 0 ? 0 : 3);
}

TEST_CASE("A store in use by another process is refused with its number and a way out") {
  TempDir dir;
  const std::string path = dir / "data";
  int ready[2], release[2];
  REQUIRE(::pipe2(ready, O_CLOEXEC) == 0);
  REQUIRE(::pipe2(release, O_CLOEXEC) == 0);
  const pid_t child = StartProcess("process: holds the store", path, release[0], ready[1]);
  REQUIRE(child >= 0);
  char byte = 0;
  ::close(release[0]);
  ::close(ready[1]);
  REQUIRE(::read(ready[0], &byte, 1) == 1);
  Loop loop;
  const absl::Status refused = OpenRocksdbStore(loop, path).status();
  ::close(release[1]);
  REQUIRE(::waitpid(child, nullptr, 0) == child);
  ::close(ready[0]);

  CHECK(absl::IsFailedPrecondition(refused));
  const std::string text(refused.message());
  CHECK_THAT(text, Catch::Contains(path));
  CHECK_THAT(text, Catch::Contains("in use by another process " + std::to_string(child)));
  CHECK_THAT(text, Catch::Contains("storage.path"));
  CHECK(OpenRocksdbStore(loop, path).ok());
}

TEST_CASE("A store opened twice by one process is refused") {
  StoreFixture store;
  const absl::Status refused = OpenRocksdbStore(store.loop(), store.path()).status();
  CHECK(absl::IsFailedPrecondition(refused));
  CHECK_THAT(std::string(refused.message()), Catch::Contains("in use by this process already"));
}

TEST_CASE("A directory that cannot be made is refused with its name") {
  Loop loop;
  const absl::Status refused = OpenRocksdbStore(loop, "/proc/heddle/data").status();
  CHECK(absl::IsUnavailable(refused));
  CHECK_THAT(std::string(refused.message()), Catch::Contains("/proc/heddle/data"));
}

TEST_CASE("A full disk refuses the write, keeps the old value, and is forgiven once there is room") {
  FailingEnv env;
  StoreFixture store("rocksdb", &env);
  REQUIRE(store.Put("web", "a").ok());
  const auto watched = store->WatchDocument(kDtab, "web");

  env.mode = FailingEnv::Mode::kFull;
  for (int i = 0; i < 3; ++i) {
    const auto refused = store.Put("web", "b");
    INFO(refused.status());
    CHECK(absl::IsResourceExhausted(refused.status()));
    CHECK_THAT(std::string(refused.status().message()), Catch::Contains(store.path()));
  }
  CHECK(absl::IsResourceExhausted(store.Put("other", "b").status()));
  CHECK(watched->Get()->value == "a");
  CHECK(store.Get("web")->value == "a");
  CHECK(store.HistoryText("web") == "1:a");

  env.mode = FailingEnv::Mode::kGood;
  const auto written = store.Put("web", "c", Expect::At(1));
  INFO(written.status());
  REQUIRE(written.ok());
  CHECK(written->number == 2);
  CHECK(written->revision == 2);
  store.Reopen();
  CHECK(store.HistoryText("web") == "2:c 1:a");
  CHECK(store.HistoryText("other") == "NOT_FOUND");
}

TEST_CASE("A refused write that reached the file all the same is taken back") {
  FailingEnv env;
  StoreFixture store("rocksdb", &env);
  REQUIRE(store.Put("web", "a").ok());

  env.mode = FailingEnv::Mode::kFailSync;
  CHECK(absl::IsUnavailable(store.Put("web", "b").status()));
  CHECK(absl::IsUnavailable(store.Put("new", "b").status()));
  CHECK(store.Get("web")->value == "a");
  CHECK(store.HistoryText("web") == "1:a");
  CHECK(absl::IsNotFound(store.GetVersion("web", 2).status()));
  CHECK(absl::IsNotFound(store.Get("new").status()));

  env.mode = FailingEnv::Mode::kGood;
  CHECK(store.Put("other", "x")->revision == 2);
  store.Reopen();
  CHECK(store.HistoryText("web") == "1:a");
  CHECK(store.HistoryText("new") == "NOT_FOUND");
  CHECK(store.Put("web", "c")->number == 2);
}

TEST_CASE("A group of writes that the disk refuses is refused as a whole") {
  FailingEnv env;
  StoreFixture store("rocksdb", &env);
  REQUIRE(store.Put("web", "0").ok());
  env.mode = FailingEnv::Mode::kFailSync;
  int refused = 0;
  for (int i = 0; i < 10; ++i) {
    store->Put(kDtab, "web", "x", {}, {}, [&](const auto& r) { refused += r.ok() ? 0 : 1; });
  }
  store.RunUntil([&] { return refused == 10; });
  env.mode = FailingEnv::Mode::kGood;
  CHECK(store.Put("web", "1")->number == 2);
  CHECK(store.HistoryText("web") == "2:1 1:0");
}

}  // namespace
}  // namespace heddle::namerd
