// One battery over every backend.
#include "tests/unit/store/store_fixture.h"

namespace heddle::namerd {
namespace {

#define OVER_BACKENDS(fixture)                                                  \
  const std::string backend = GENERATE(as<std::string>(), "memory", "rocksdb"); \
  INFO("backend " << backend);                                                  \
  StoreFixture fixture(backend)

TEST_CASE("A document is created, read, changed and removed") {
  OVER_BACKENDS(store);
  REQUIRE(absl::IsNotFound(store.Get("web").status()));

  const auto created = store.Put("web", "/a=>/b", Expect::Absent(), {"ann", "first", "127.0.0.1:1"});
  REQUIRE(created.ok());
  CHECK(created->number == 1);
  CHECK(created->value == "/a=>/b");
  CHECK(created->change == Change{"ann", "first", "127.0.0.1:1"});
  CHECK(created->time_ms > 1'600'000'000'000);
  CHECK(*store.Get("web") == *created);

  REQUIRE(store.Put("web", "/a=>/c", Expect::Exists()).ok());
  CHECK(store.Get("web")->value == "/a=>/c");
  CHECK(store.Get("web")->number == 2);

  const auto removed = store.Delete("web", Expect::At(2));
  REQUIRE(removed.ok());
  CHECK(removed->deleted);
  CHECK(removed->number == 3);
  CHECK(absl::IsNotFound(store.Get("web").status()));
}

TEST_CASE("A write that expects something else changes nothing and says what is there") {
  OVER_BACKENDS(store);
  REQUIRE(store.Put("web", "a").ok());

  const auto exists = store.Put("web", "b", Expect::Absent());
  CHECK(absl::IsAlreadyExists(exists.status()));
  CHECK_THAT(std::string(exists.status().message()), Catch::Contains("\"web\" exists already, at version 1"));
  const auto stale = store.Put("web", "b", Expect::At(7));
  CHECK(absl::IsFailedPrecondition(stale.status()));
  CHECK_THAT(std::string(stale.status().message()), Catch::Contains("is at version 1 and no longer at 7"));
  CHECK(absl::IsFailedPrecondition(store.Put("web", "b", Expect::At(0)).status()));
  CHECK(absl::IsFailedPrecondition(store.Delete("web", Expect::At(2)).status()));
  CHECK(absl::IsNotFound(store.Put("other", "b", Expect::Exists()).status()));
  CHECK(absl::IsNotFound(store.Put("other", "b", Expect::At(1)).status()));
  CHECK(absl::IsNotFound(store.Delete("other").status()));

  CHECK(store.HistoryText("web") == "1:a");
  CHECK(store.HistoryText("other") == "NOT_FOUND");
  CHECK((*store).WatchKeys(kDtab)->Get() == std::vector<std::string>{"web"});
}

TEST_CASE("A version's number is never used twice, also not after a removal") {
  OVER_BACKENDS(store);
  CHECK(store.Put("web", "a")->number == 1);
  CHECK(store.Delete("web")->number == 2);
  CHECK(store.Put("web", "b", Expect::Absent())->number == 3);
  CHECK(absl::IsFailedPrecondition(store.Put("web", "c", Expect::At(1)).status()));
  CHECK(store.Put("web", "b")->number == 4);  // the same content is a version too
  CHECK(store.HistoryText("web") == "4:b 3:b 2:- 1:a");
}

TEST_CASE("Each document counts its own versions; revisions count the store's writes") {
  OVER_BACKENDS(store);
  CHECK(store.Put("a", "x")->revision == 1);
  const auto other = store.Put("b", "x");
  CHECK(other->revision == 2);
  CHECK(other->number == 1);
  CHECK(absl::IsNotFound(store.Delete("c").status()));  // refused: no revision
  CHECK(store.Delete("a")->revision == 3);
}

TEST_CASE("The history comes in pages, newest first, and single versions by number") {
  OVER_BACKENDS(store);
  for (const char* value : {"a", "b", "c", "d", "e"}) REQUIRE(store.Put("web", value).ok());
  REQUIRE(store.Delete("web").ok());

  CHECK(store.HistoryText("web", 2) == "6:- 5:e");
  CHECK(store.HistoryText("web", 3, 5) == "4:d 3:c 2:b");
  CHECK(store.HistoryText("web", 3, 2) == "1:a");
  CHECK(store.HistoryText("web", 3, 1).empty());
  CHECK(store.HistoryText("web", 1, 99) == "6:-");
  CHECK(store.GetVersion("web", 2)->value == "b");
  CHECK(absl::IsNotFound(store.GetVersion("web", 7).status()));
  CHECK(absl::IsNotFound(store.GetVersion("web", 0).status()));
  CHECK(absl::IsNotFound(store.GetVersion("other", 1).status()));
}

TEST_CASE("A page of the history has a limit in bytes") {
  OVER_BACKENDS(store);
  const std::string big(Store::kMaxValueBytes, 'x');
  for (int i = 0; i < 6; ++i) REQUIRE(store.Put("web", big).ok());
  CHECK(store.History("web")->size() == Store::kMaxPageBytes / Store::kMaxValueBytes);
}

TEST_CASE("Names hold any bytes; limits are kept") {
  OVER_BACKENDS(store);
  const std::string nul("a\0b", 3);
  for (const std::string& key :
       {std::string("a"), std::string("a/b"), std::string("a/"), nul, std::string("\xff\xfe")}) {
    REQUIRE(store.Put(key, "of " + key).ok());
    REQUIRE(store.Put(key, "of " + key).ok());
  }
  CHECK(store.Get(nul)->value == "of " + nul);
  CHECK(store.History("a")->size() == 2);
  CHECK((*store).WatchKeys(kDtab)->Get() == std::vector<std::string>{"a", nul, "a/", "a/b", "\xff\xfe"});

  CHECK(store.Put(std::string(Store::kMaxKeyBytes, 'k'), "x").ok());
  CHECK(absl::IsInvalidArgument(store.Put("", "x").status()));
  CHECK(absl::IsInvalidArgument(store.Put(std::string(Store::kMaxKeyBytes + 1, 'k'), "x").status()));
  CHECK(absl::IsInvalidArgument(store.Put("big", std::string(Store::kMaxValueBytes + 1, 'x')).status()));
  CHECK(absl::IsInvalidArgument(
      store.Put("who", "x", {}, {"", std::string(Store::kMaxChangeBytes + 1, 'm'), ""}).status()));
}

TEST_CASE("Kinds of documents do not meet") {
  OVER_BACKENDS(store);
  REQUIRE(store.Put("web", "a").ok());
  CHECK((*store).WatchKeys(DocumentKind::kShift)->Get().empty());
  CHECK_FALSE((*store).WatchDocument(DocumentKind::kShift, "web")->Get().has_value());
}

TEST_CASE("Watches show the latest state before a write is acknowledged") {
  OVER_BACKENDS(store);
  std::vector<std::string> seen;
  std::vector<size_t> counts;
  auto document = store->WatchDocument(kDtab, "web");
  const Subscription on_document = document->Subscribe([&](const std::optional<Version>& v) {
    seen.push_back(!v.has_value() ? "none" : v->deleted ? "deleted" : v->value);
  });
  const Subscription on_keys =
      store->WatchKeys(kDtab)->Subscribe([&](const auto& keys) { counts.push_back(keys.size()); });
  CHECK(store->WatchDocument(kDtab, "web") == document);

  REQUIRE(store.Put("web", "a").ok());
  CHECK(seen == std::vector<std::string>{"none", "a"});
  REQUIRE(store.Put("web", "b").ok());
  REQUIRE_FALSE(store.Put("web", "c", Expect::Absent()).ok());
  REQUIRE(store.Put("other", "x").ok());
  REQUIRE(store.Delete("web").ok());
  REQUIRE(store.Put("web", "d").ok());
  CHECK(seen == std::vector<std::string>{"none", "a", "b", "deleted", "d"});
  CHECK(counts == std::vector<size_t>{0, 1, 2, 1, 2});
}

TEST_CASE("Of writes that expect the same version exactly one wins") {
  OVER_BACKENDS(store);
  REQUIRE(store.Put("web", "0").ok());
  std::vector<absl::StatusOr<Version>> results;
  for (int i = 1; i <= 50; ++i) {
    store->Put(kDtab, "web", std::to_string(i), Expect::At(1), {},
               [&](absl::StatusOr<Version> r) { results.push_back(std::move(r)); });
  }
  store.RunUntil([&] { return results.size() == 50; });
  size_t won = 0;
  for (const auto& result : results) {
    won += result.ok() ? 1 : 0;
    if (!result.ok()) CHECK(absl::IsFailedPrecondition(result.status()));
  }
  CHECK(won == 1);
  CHECK(results[0].ok());  // in the order of the calls
  CHECK(store.HistoryText("web") == "2:1 1:0");
}

TEST_CASE("Calls take effect in their order") {
  OVER_BACKENDS(store);
  std::vector<std::string> order;
  const auto note = [&order](const char* what) {
    return [&order, what](absl::StatusOr<Version> r) {
      order.push_back(std::string(what) + (r.ok() ? "+" : "-"));
    };
  };
  store->Get(kDtab, "web", note("get"));
  store->Put(kDtab, "web", "a", Expect::Absent(), {}, note("put"));
  store->Get(kDtab, "web", note("get"));
  store->Delete(kDtab, "web", Expect::At(1), {}, note("delete"));
  store->Put(kDtab, "web", "b", Expect::Absent(), {}, note("put"));
  store->GetVersion(kDtab, "web", 3, note("version"));
  store.RunUntil([&] { return order.size() == 6; });
  CHECK(order == std::vector<std::string>{"get-", "put+", "get+", "delete+", "put+", "version+"});
}

TEST_CASE("Destroying the store with writes under way calls nobody") {
  OVER_BACKENDS(store);
  bool called = false;
  for (int i = 0; i < 20; ++i) {
    store->Put(kDtab, "web", "a", {}, {}, [&](const auto&) { called = true; });
  }
  store.Close();
  store.loop().RunReady();
  CHECK_FALSE(called);
}

TEST_CASE("An acknowledgement may destroy the store") {
  OVER_BACKENDS(store);
  int called = 0;
  for (int i = 0; i < 5; ++i) {
    store->Put(kDtab, "web", "a", {}, {}, [&](const auto&) {
      ++called;
      store.Close();
    });
  }
  store.RunUntil([&] { return called == 1; });
  store.loop().RunReady();
  CHECK(called == 1);
}

}  // namespace
}  // namespace heddle::namerd
