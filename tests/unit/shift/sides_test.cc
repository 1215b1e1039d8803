// Which side a client is on, over namers that answer what the test says, and over files.
#include "namerd/shift/sides.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "absl/strings/str_cat.h"
#include "lib/namers/fs_namer.h"
#include "namerd/store/memory_store.h"
#include "tests/support/temp_dir.h"

namespace heddle::namerd {
namespace {

using LookupTree = Activity<NameTree<Name>>;

// /#/fs/<name> with the endpoints it was given: as many; -1: an error, -2: pending. Others are absent.
class FixedNamer : public Namer {
 public:
  explicit FixedNamer(std::map<std::string, int> known) : known_(std::move(known)) {}
  std::shared_ptr<Watch<LookupTree>> Lookup(const Path& path) override {
    const auto found = known_.find(path.empty() ? "" : path[0]);
    if (found == known_.end()) return Constant(LookupTree::Ok(NameTree<Name>::Neg()));
    if (found->second == -1) return Constant(LookupTree::Failed(absl::UnavailableError("no answer")));
    if (found->second == -2) return Constant(LookupTree::Pending());
    std::vector<Endpoint> endpoints;
    for (int i = 0; i < found->second; ++i) {
      endpoints.push_back({*SocketAddress::Parse("10.0.0.1", 1000 + static_cast<uint32_t>(i)), 1.0, {}});
    }
    return Constant(LookupTree::Ok(NameTree<Name>::Leaf(BoundName{
        Path{"#", "fs"} + path.Take(1), Constant(Addr::Bound(std::move(endpoints))), path.Drop(1)})));
  }

 private:
  const std::map<std::string, int> known_;
};

TrafficCounts Requests(uint64_t requests) {
  TrafficCounts counts;
  counts.requests = counts.successes = requests;
  return counts;
}

struct Fixture {
  explicit Fixture(std::map<std::string, int> known = {{"v1", 1}, {"v2", 1}, {"world", 1}, {"other", 1}})
      : namespaces(*store, {{Path{"#", "fs"}, std::make_shared<FixedNamer>(std::move(known))}}) {}

  // Rows with 1, 2, 4, ... requests: what is counted on each side says which.
  std::string Split(const std::string& prefix, const std::string& from, const std::string& to,
                    const std::string& dtab,
                    const std::vector<std::pair<std::string, std::string>>& clients) {
    ShiftPlan plan;
    plan.ns = "internal";
    plan.prefix = prefix;
    plan.from = from;
    plan.to = to;
    TrafficBook::Rows rows;
    for (size_t i = 0; i < clients.size(); ++i) rows[clients[i]] = Requests(uint64_t{1} << i);
    std::optional<SideCounts> counts;
    const Subscription split =
        SplitBySide(loop, namespaces, plan, dtab, rows, Millis(500), [&](SideCounts c) {
          REQUIRE_FALSE(counts.has_value());
          counts = std::move(c);
        });
    CHECK_FALSE(counts.has_value());
    for (int turn = 0; turn < 200 && !counts.has_value(); ++turn) loop.RunReady();
    at_once = counts.has_value();
    clock.Advance(Millis(500));
    loop.RunReady();
    REQUIRE(counts.has_value());
    return absl::StrCat(counts->from.requests, ":", counts->to.requests);
  }

  FakeClock clock;
  Loop loop{clock};
  std::unique_ptr<Store> store = MakeMemoryStore(loop);
  Namespaces namespaces;
  bool at_once = false;
};

constexpr char kWeb[] = R"(
  /svc => /host ; /host => /srv ; /srv => /#/fs ;
  /host/world => 90 * /srv/v1 & 10 * /srv/v2 ;)";

TEST_CASE("The clients of a name are told apart; other names and clients are on neither side") {
  Fixture f;
  CHECK(f.Split("/host/world", "/srv/v1", "/srv/v2", kWeb,
                {{"/svc/world", "/#/fs/v1"},
                 {"/svc/world", "/#/fs/v2"},
                 {"/svc/world", "/#/fs/world"},
                 {"/svc/other", "/#/fs/v1"},
                 {"/svc/other", "/#/fs/v2"},
                 {"/svc/other", "/#/fs/other"}}) == "1:2");
  CHECK(f.at_once);
}

TEST_CASE("What is in force makes no difference, nor how the destinations are written") {
  Fixture f;
  for (const char* rule : {"/srv/v2 | /srv/v1", "/srv/v2", "~", "!"}) {
    const std::string dtab = absl::StrCat("/svc => /host;/srv=>/#/fs;/host/world => ", rule);
    CHECK(f.Split("/h\\x6fst/world", "(/srv/v1) # old", "0.5 * /srv/v2 & .5 * /srv/v2", dtab,
                  {{"/svc/world", "/#/fs/v1"}, {"/svc/world", "/#/fs/v2"}}) == "1:2");
  }
}

TEST_CASE("Unions on both sides: a client that both have is neither") {
  Fixture f({{"a", 1}, {"b", 1}, {"c", 1}, {"d", 0}});
  CHECK(f.Split("/host/world", "/srv/a & /srv/b", "/srv/b & 0.5 * /srv/c & /srv/d | /srv/a", kWeb,
                {{"/svc/world", "/#/fs/a"},
                 {"/svc/world", "/#/fs/b"},
                 {"/svc/world", "/#/fs/c"},
                 {"/svc/world", "/#/fs/d"}}) == "1:12");
  CHECK(f.Split("/host/world", "/srv/a", "/#/fs/a", kWeb, {{"/svc/world", "/#/fs/a"}}) == "0:0");
}

TEST_CASE("A prefix stands for all names below it, with wildcards, too") {
  Fixture f({{"v1-web", 1}, {"v2-web", 1}, {"web", 1}, {"api", 1}, {"old", 1}, {"new", 1}});
  const std::string dtab = "/old => /#/fs ; /new => /#/fs ; /svc => /host ; /host => /old";
  CHECK(f.Split("/host", "/old", "/new", dtab, {{"/svc/web", "/#/fs/web"}}) == "0:0");
  const std::string by_version = "/svc => /#/fs ; /svc/*/x => /#/fs/old";
  CHECK(f.Split("/svc/*/x", "/#/fs/old", "/#/fs/new", by_version,
                {{"/svc/a/x", "/#/fs/old"},
                 {"/svc/b/x/y", "/#/fs/new"},
                 {"/svc/web", "/#/fs/web"},
                 {"/svc/b/z", "/#/fs/new"},
                 {"/svc/c/x", "/#/fs/old"}}) == "17:2");
}

TEST_CASE("What is left of a name does not matter") {
  Fixture f({{"a", 1}, {"b", 1}});
  CHECK(f.Split("/host", "/#/fs/a", "/#/fs/b", "/svc => /host ; /host => /#/fs/a",
                {{"/svc/a/b", "/#/fs/a"}, {"/svc/a/b", "/#/fs/b"}, {"/svc", "/#/fs/b"}}) == "1:6");
}

TEST_CASE("Where a later rule takes the name, its clients are on neither side") {
  Fixture f;
  const std::string dtab = absl::StrCat(kWeb, " /host => /srv");
  CHECK(f.Split("/host/world", "/srv/v1", "/srv/v2", dtab,
                {{"/svc/world", "/#/fs/v1"}, {"/svc/world", "/#/fs/v2"}, {"/svc/world", "/#/fs/world"}}) ==
        "0:0");
}

TEST_CASE("A version whose endpoints have all gone is still on its side, and so is what takes its place") {
  Fixture f({{"v1", 1}, {"v2", 0}, {"v3", 1}, {"world", 1}});
  CHECK(f.Split("/host/world", "/srv/v1", "/srv/v2 | /srv/v3", kWeb,
                {{"/svc/world", "/#/fs/v1"}, {"/svc/world", "/#/fs/v2"}, {"/svc/world", "/#/fs/v3"}}) ==
        "1:6");
}

TEST_CASE("Clients are told apart behind the transformers of proxies") {
  Fixture f;
  CHECK(f.Split("/host/world", "/srv/v1", "/srv/v2", kWeb,
                {{"/svc/world", "/%/io.l5d.port/4140/#/fs/v1"}, {"/svc/world", "/%/x/y/#/fs/v2"}}) == "1:2");
}

TEST_CASE("A name that only a proxy's own rules lead to the rule is told apart by the rule's own name") {
  Fixture f;
  const std::string dtab = "/srv => /#/fs ; /host/world => /srv/v1";
  CHECK(f.Split("/host/world", "/srv/v1", "/srv/v2", dtab,
                {{"/http/1.1/GET/world", "/#/fs/v1"},
                 {"/http/1.1/GET/world", "/#/fs/v2"},
                 {"/http/1.1/GET/world", "/#/fs/other"}}) == "1:2");
}

TEST_CASE("What discovery does not answer for in time is left out; the rest is told all the same") {
  Fixture f({{"v1", 1}, {"v2", 1}, {"later", -2}, {"broken", -1}});
  const std::string dtab = absl::StrCat(kWeb,
                                        " /host/slow => /srv/later | /host/world ; "
                                        "/host/down => /srv/broken");
  CHECK(f.Split("/host/world", "/srv/v1", "/srv/v2", dtab,
                {{"/svc/world", "/#/fs/v1"},
                 {"/svc/slow", "/#/fs/v1"},
                 {"/svc/world", "/#/fs/v2"},
                 {"/svc/broken", "/#/fs/broken"}}) == "1:4");
  CHECK_FALSE(f.at_once);
}

TEST_CASE("Names and clients that are none are left out, and without a rule nothing is told apart") {
  Fixture f;
  CHECK(f.Split("/host/world", "/srv/v1", "/srv/v2", kWeb,
                {{"world", "/#/fs/v1"}, {"/svc/world", "fs v1"}, {"", ""}, {"/svc/world", "/#/fs/v2"}}) ==
        "0:8");
  CHECK(f.Split("/host/world", "/srv/v1", "/srv/v2", kWeb, {}) == "0:0");
  CHECK(f.Split("/host/none", "/srv/v1", "/srv/v2", kWeb, {{"/svc/world", "/#/fs/v1"}}) == "0:0");
  CHECK(f.Split("/host/world", "/srv/v1", "/srv/v2", "no dtab", {{"/svc/world", "/#/fs/v1"}}) == "0:0");
  CHECK(f.Split("/host/world", "v1", "/srv/v2", kWeb, {{"/svc/world", "/#/fs/v1"}}) == "0:0");
}

TEST_CASE("Hundreds of names take several turns, and latencies and failures are added up") {
  Fixture f;
  ShiftPlan plan;
  plan.prefix = "/host/world";
  plan.from = "/srv/v1";
  plan.to = "/srv/v2";
  TrafficBook::Rows rows;
  for (int i = 0; i < 1000; ++i) {
    TrafficCounts counts = Requests(1);
    counts.failures["io.Error"] = 2;
    counts.latency.AddBucket(7, 1);
    rows[{absl::StrCat("/svc/world/", i), i % 2 == 0 ? "/#/fs/v1" : "/#/fs/v2"}] = counts;
  }
  std::optional<SideCounts> counts;
  Subscription split = SplitBySide(f.loop, f.namespaces, plan, kWeb, rows, Millis(500),
                                   [&](SideCounts c) { counts = std::move(c); });
  f.loop.RunReady();
  CHECK_FALSE(counts.has_value());
  for (int turn = 0; turn < 200; ++turn) f.loop.RunReady();
  REQUIRE(counts.has_value());
  CHECK(counts->from.requests == 500);
  CHECK(counts->to.failures.at("io.Error") == 1000);
  CHECK(counts->to.latency.count() == 500);
}

TEST_CASE("Whoever does not want the answer any more is not called, and may go while it is told") {
  Fixture f;
  ShiftPlan plan;
  plan.prefix = "/host/world";
  plan.from = "/srv/v1";
  plan.to = "/srv/v2";
  const TrafficBook::Rows rows{{{"/svc/world", "/#/fs/v1"}, Requests(1)}};
  Subscription dropped = SplitBySide(f.loop, f.namespaces, plan, kWeb, rows, Millis(500),
                                     [&](const SideCounts&) { FAIL("called"); });
  dropped.Cancel();
  int calls = 0;
  std::unique_ptr<Subscription> own;
  own = std::make_unique<Subscription>(
      SplitBySide(f.loop, f.namespaces, plan, kWeb, rows, Millis(500), [&](const SideCounts&) {
        ++calls;
        own.reset();
      }));
  for (int turn = 0; turn < 20; ++turn) f.loop.RunReady();
  f.clock.Advance(Millis(1000));
  f.loop.RunReady();
  CHECK(calls == 1);
}

TEST_CASE("Over files: a version is on its side while its file is there") {
  const TempDir disco;
  for (const char* name : {"v1", "v2", "world"}) std::ofstream(disco / name) << "127.0.0.1 80\n";
  FakeClock clock;
  Loop loop{clock};
  const auto store = MakeMemoryStore(loop);
  const Path prefix{"#", "io.l5d.fs"};
  Namespaces namespaces(*store, {{prefix, std::make_shared<FsNamer>(loop, disco.path().string(), prefix,
                                                                    std::make_shared<HostAddrs>(loop))}});
  ShiftPlan plan;
  plan.prefix = "/host/world";
  plan.from = "/srv/v1";
  plan.to = "/srv/v2";
  const std::string dtab = "/svc => /host ; /host => /srv ; /srv => /#/io.l5d.fs ; /host/world => /srv/v1";
  const TrafficBook::Rows rows{{{"/svc/world", "/#/io.l5d.fs/v1"}, Requests(1)},
                               {{"/svc/world", "/#/io.l5d.fs/v2"}, Requests(2)},
                               {{"/svc/world", "/#/io.l5d.fs/world"}, Requests(4)}};
  const auto split = [&] {
    std::optional<SideCounts> counts;
    const Subscription splitting = SplitBySide(loop, namespaces, plan, dtab, rows, Millis(500),
                                               [&](SideCounts c) { counts = std::move(c); });
    for (int turn = 0; turn < 20; ++turn) loop.RunReady();
    REQUIRE(counts.has_value());
    return absl::StrCat(counts->from.requests, ":", counts->to.requests);
  };
  CHECK(split() == "1:2");
  std::ofstream(disco / "v2");
  CHECK(split() == "1:6");  // no endpoints: its requests, and those of what serves in its place
}

}  // namespace
}  // namespace heddle::namerd
