// A store of either backend, with calls that wait for their answer.
#ifndef HEDDLE_TESTS_UNIT_STORE_STORE_FIXTURE_H_
#define HEDDLE_TESTS_UNIT_STORE_STORE_FIXTURE_H_

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lib/event/loop.h"
#include "namerd/store/memory_store.h"
#include "namerd/store/rocksdb_store.h"
#include "namerd/store/store.h"
#include "tests/support/temp_dir.h"

namespace heddle::namerd {

inline constexpr DocumentKind kDtab = DocumentKind::kDtab;

class StoreFixture {
 public:
  explicit StoreFixture(const std::string& backend = "rocksdb", rocksdb::Env* env = nullptr)
      : backend_(backend), env_(env) {
    Reopen();
  }
  ~StoreFixture() { Close(); }

  Store& operator*() { return *store_; }
  Store* operator->() { return store_.get(); }
  Loop& loop() { return loop_; }
  std::string path() const { return dir_ / "data"; }

  void Close() { store_.reset(); }
  // REQUIRES: the backend keeps its data, or this is the first time.
  void Reopen() {
    Close();
    if (backend_ == "memory") {
      store_ = MakeMemoryStore(loop_);
      return;
    }
    auto opened = OpenRocksdbStore(loop_, path(), env_);
    INFO(opened.status());
    REQUIRE(opened.ok());
    store_ = *std::move(opened);
  }

  absl::StatusOr<Version> Put(const std::string& key, const std::string& value,
                              Expect expect = Expect::Anything(), Change change = {}) {
    return Wait<Version>([&](auto done) { store_->Put(kDtab, key, value, expect, change, std::move(done)); });
  }
  absl::StatusOr<Version> Delete(const std::string& key, Expect expect = Expect::Anything()) {
    return Wait<Version>([&](auto done) { store_->Delete(kDtab, key, expect, {}, std::move(done)); });
  }
  absl::StatusOr<Version> Get(const std::string& key) {
    return Wait<Version>([&](auto done) { store_->Get(kDtab, key, std::move(done)); });
  }
  absl::StatusOr<Version> GetVersion(const std::string& key, VersionNumber number) {
    return Wait<Version>([&](auto done) { store_->GetVersion(kDtab, key, number, std::move(done)); });
  }
  absl::StatusOr<std::vector<Version>> History(const std::string& key, size_t limit = 100,
                                               VersionNumber before = 0) {
    return Wait<std::vector<Version>>(
        [&](auto done) { store_->History(kDtab, key, limit, before, std::move(done)); });
  }
  // "3:c 2:- 1:a": the numbers and values of the history, newest first.
  std::string HistoryText(const std::string& key, size_t limit = 100, VersionNumber before = 0) {
    std::string text;
    const auto history = History(key, limit, before);
    if (!history.ok()) return std::string(absl::StatusCodeToString(history.status().code()));
    for (const Version& version : *history) {
      text += (text.empty() ? "" : " ") + std::to_string(version.number) + ":" +
              (version.deleted ? "-" : version.value);
    }
    return text;
  }

  // Runs the loop until `ready`; a minute without it is a failure.
  void RunUntil(const std::function<bool()>& ready) {
    for (int i = 0; i < 600 && !ready(); ++i) loop_.RunOnce(Millis(100));
    REQUIRE(ready());
  }

 private:
  template <class T>
  absl::StatusOr<T> Wait(const std::function<void(Store::Done<T>)>& call) {
    std::optional<absl::StatusOr<T>> result;
    call([&result](absl::StatusOr<T> r) {
      REQUIRE_FALSE(result.has_value());
      result = std::move(r);
    });
    CHECK_FALSE(result.has_value());  // never inside the call
    RunUntil([&] { return result.has_value(); });
    return *std::move(result);
  }

  TempDir dir_;
  Loop loop_;
  const std::string backend_;
  rocksdb::Env* const env_;
  std::unique_ptr<Store> store_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_TESTS_UNIT_STORE_STORE_FIXTURE_H_
