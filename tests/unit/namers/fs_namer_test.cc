#include "lib/namers/fs_namer.h"

#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/base/log.h"
#include "tests/support/dns_server.h"
#include "tests/unit/namers/temp_tree.h"

namespace heddle {
namespace {

using Tree = NameTree<Name>;
using Lookups = Activity<Tree>;

std::string ShowAddr(const Addr& addr) {
  switch (addr.state) {
    case AddrState::kPending:
      return "pending";
    case AddrState::kAbsent:
      return "absent";
    case AddrState::kFailed:
      return "failed";
    case AddrState::kBound:
      break;
  }
  std::vector<std::string> parts;
  for (const Endpoint& e : *addr.endpoints) {
    parts.push_back(absl::StrCat(e.address.ToString(), e.weight == 1 ? "" : absl::StrCat("*", e.weight)));
  }
  return absl::StrJoin(parts, " ");
}

// Follows a path and the addresses it leads to, and shows both as one line: "/#/fs/web /rest 10.0.0.1:80".
struct Following {
  Following(Namer& namer, const std::string& path) : watch(namer.Lookup(*Path::Parse(path))) {
    subscription = watch->Subscribe([this](const Lookups& value) { Take(value); });
  }
  void Take(const Lookups& value) {
    ++changes;
    failed = value.failed();
    if (!value.value.has_value()) {
      leaf = value.failed() ? "failed" : "pending";
      addr_subscription = Subscription();
    } else if (!value.value->is_leaf()) {
      leaf = value.value->is_neg() ? "~" : "?";
      addr_subscription = Subscription();
    } else {
      const auto& bound = std::get<BoundName>(value.value->leaf());
      leaf = bound.id.Show() + " " + bound.residual.Show() + " ";
      addr_subscription = bound.addr->Subscribe([this](const Addr& a) {
        history.push_back(ShowAddr(a));
        addr = history.back();
      });
      return;
    }
    addr.clear();
  }
  std::string Show() const { return leaf + addr; }

  std::shared_ptr<Watch<Lookups>> watch;
  std::string leaf;
  std::string addr;
  std::vector<std::string> history;
  int changes = 0;
  bool failed = false;
  Subscription addr_subscription;
  Subscription subscription;
};

struct Fixture {
  Fixture() { tree.MakeDirectory("disco"); }
  void Until(const std::function<bool()>& done) {
    while (!done()) loop.RunOnce(std::chrono::seconds(10));
  }
  void UntilShows(const Following& following, const std::string& text) {
    Until([&] { return following.Show() == text; });
  }
  // All changes made so far have been told.
  void Settle() {
    Following marker(namer, "/zz-marker");
    tree.Replace("disco/zz-marker", "127.0.0.1 1\n");
    Until([&] { return marker.leaf != "~"; });
    tree.Remove("disco/zz-marker");
    Until([&] { return marker.leaf == "~"; });
  }

  TempTree tree;
  Loop loop;
  DnsServer dns{loop};
  std::shared_ptr<HostAddrs> hosts =
      std::make_shared<HostAddrs>(loop, DnsResolver::Options{dns.address(), Millis(200), 1});
  FsNamer namer{loop, tree.root() + "/disco", Path{"#", "fs"}, hosts};
};

TEST_CASE("a file is a service; what follows its name is the residual", "[namers]") {
  Fixture f;
  f.tree.Write("disco/web", "127.0.0.1 8080\n127.0.0.2 8080 * 0.5\n10.0.0.1 80 * 0\n");
  f.tree.MakeDirectory("disco/dir");
  f.tree.Write("disco/dir/inner", "10.0.0.1 80");
  f.tree.Write("secret", "10.0.0.9 80");
  REQUIRE(Following(f.namer, "/web").Show() == "/#/fs/web / 127.0.0.1:8080 127.0.0.2:8080*0.5");
  REQUIRE(Following(f.namer, "/web/a/b").Show() == "/#/fs/web /a/b 127.0.0.1:8080 127.0.0.2:8080*0.5");
  REQUIRE(Following(f.namer, "/dir/inner/z").Show() == "/#/fs/dir/inner /z 10.0.0.1:80");
  for (const char* none : {"/", "/dir", "/dir/none", "/nosuch", "/../secret", "/./web", "/dir/../web",
                           "/\\x2e\\x2e\\x2fsecret", "/web\\x00"}) {
    CAPTURE(none);
    REQUIRE(Following(f.namer, none).Show() == "~");
  }
}

TEST_CASE("a file may appear, be rewritten, replaced and removed", "[namers]") {
  Fixture f;
  Following web(f.namer, "/web/rest");
  REQUIRE(web.Show() == "~");
  f.tree.Write("disco/web", "10.0.0.1 80\n");
  f.UntilShows(web, "/#/fs/web /rest 10.0.0.1:80");
  f.tree.Write("disco/web", "10.0.0.2 80\n");
  f.UntilShows(web, "/#/fs/web /rest 10.0.0.2:80");
  f.tree.Replace("disco/web", "10.0.0.3 80\n");
  f.UntilShows(web, "/#/fs/web /rest 10.0.0.3:80");
  f.tree.Remove("disco/web");
  f.UntilShows(web, "~");
  f.tree.Replace("disco/web", "10.0.0.4 80\n");
  f.UntilShows(web, "/#/fs/web /rest 10.0.0.4:80");
  f.tree.Move("disco/web", "disco/old");
  f.UntilShows(web, "~");
  f.tree.Write("disco/web", "");
  f.UntilShows(web, "/#/fs/web /rest ");  // known, and empty
  for (const auto& seen : web.history)
    REQUIRE((seen == "" || seen == "absent" || seen.find(":80") != seen.npos));
}

TEST_CASE("a new file is read as soon as its writer has closed it", "[namers]") {
  TempTree tree;
  FakeClock clock;  // which stands still: nothing waits for time to pass
  Loop loop(clock);
  FsNamer namer(loop, tree.root(), Path{"#", "fs"},
                std::make_shared<HostAddrs>(loop, DnsResolver::Options()));
  Following web(namer, "/web");
  REQUIRE(web.Show() == "~");
  std::ofstream file(tree.At("web"));
  file << "10.0.0.1 80\n" << std::flush;
  loop.RunReady();
  REQUIRE(web.Show() == "~");
  file.close();
  loop.RunReady();
  REQUIRE(web.Show() == "/#/fs/web / 10.0.0.1:80");
}

TEST_CASE("a rewrite in place is read when it is whole", "[namers]") {
  Fixture f;
  f.tree.Write("disco/web", "10.0.0.1 80\n");
  Following web(f.namer, "/web");
  {
    std::ofstream file(f.tree.At("disco/web"));  // truncated now
    f.loop.RunReady();
    file << "10.0.0.2 80\n";
    file.flush();
    f.loop.RunReady();
    file << "10.0.0.3 80\n";
  }
  f.UntilShows(web, "/#/fs/web / 10.0.0.2:80 10.0.0.3:80");
  REQUIRE(web.history == std::vector<std::string>{"10.0.0.1:80", "10.0.0.2:80 10.0.0.3:80"});
}

TEST_CASE("a directory may appear later, go and come back as another", "[namers]") {
  Fixture f;
  Following inner(f.namer, "/a/b/web");
  REQUIRE(inner.Show() == "~");
  f.tree.MakeDirectory("disco/a/b");
  f.tree.Write("disco/a/b/web", "10.0.0.1 80\n");
  f.UntilShows(inner, "/#/fs/a/b/web / 10.0.0.1:80");
  f.tree.Move("disco/a", "disco/old");
  f.UntilShows(inner, "~");
  f.tree.Write("disco/old/b/web", "10.9.9.9 80\n");  // no longer the same name
  f.tree.MakeDirectory("disco/a/b");
  f.tree.Write("disco/a/b/web", "10.0.0.2 80\n");
  f.UntilShows(inner, "/#/fs/a/b/web / 10.0.0.2:80");
  f.tree.Remove("disco/a");
  f.UntilShows(inner, "~");
  f.tree.Write("disco/a", "10.0.0.3 80\n");  // a file where a directory was
  f.UntilShows(inner, "/#/fs/a /b/web 10.0.0.3:80");
}

TEST_CASE("symbolic links are followed, also when a link on the way is swapped", "[namers]") {
  Fixture f;
  f.tree.MakeDirectory("disco/..v1");
  f.tree.Write("disco/..v1/web", "10.0.0.1 80\n");
  f.tree.Link("..v1", "disco/..data");
  f.tree.Link("..data/web", "disco/web");
  f.tree.Link(f.tree.root() + "/elsewhere/api", "disco/api");
  f.tree.Link("loop", "disco/loop");
  Following web(f.namer, "/web");
  Following api(f.namer, "/api");
  REQUIRE(web.Show() == "/#/fs/web / 10.0.0.1:80");
  REQUIRE(api.Show() == "~");
  REQUIRE(Following(f.namer, "/loop").Show() == "failed");
  // As a kubelet updates a mounted ConfigMap.
  f.tree.MakeDirectory("disco/..v2");
  f.tree.Write("disco/..v2/web", "10.0.0.2 80\n");
  f.tree.Link("..v2", "disco/..data_tmp");
  f.tree.Move("disco/..data_tmp", "disco/..data");
  f.UntilShows(web, "/#/fs/web / 10.0.0.2:80");
  f.tree.MakeDirectory("elsewhere");
  f.tree.Write("elsewhere/api", "10.0.0.3 80\n");
  f.UntilShows(api, "/#/fs/api / 10.0.0.3:80");
  f.tree.Write("elsewhere/api", "10.0.0.4 80\n");
  f.UntilShows(api, "/#/fs/api / 10.0.0.4:80");
}

TEST_CASE("a file that turns bad keeps its last known addresses; one that never was good is failed",
          "[namers]") {
  Fixture f;
  f.tree.Write("disco/good", "10.0.0.1 80\n");
  f.tree.Write("disco/bad", "10.0.0.1 80\nbogus\n");
  f.tree.Write("disco/huge", std::string(600'000, '#'));
  SetLogLevel(LogLevel::kError);
  Following good(f.namer, "/good");
  Following bad(f.namer, "/bad");
  Following huge(f.namer, "/huge");
  REQUIRE(bad.Show() == "/#/fs/bad / failed");
  REQUIRE(huge.Show() == "/#/fs/huge / failed");
  f.tree.Replace("disco/good", "10.0.0.1 99999\n");
  f.tree.Replace("disco/bad", "10.0.0.2 80\n");
  f.UntilShows(bad, "/#/fs/bad / 10.0.0.2:80");
  f.Settle();
  REQUIRE(good.Show() == "/#/fs/good / 10.0.0.1:80");
  REQUIRE_THAT(f.namer.StateJson(), Catch::Contains("malformed address: 10.0.0.1 99999"));
  f.tree.Replace("disco/good", "\x1b[31m\xff" + std::string(1000, 'x') + "\n");
  f.Settle();
  const std::string state = f.namer.StateJson();
  REQUIRE_THAT(state, Catch::Contains(R"(malformed address: \\033[31m?xxx)"));
  REQUIRE_THAT(state, !Catch::Contains(std::string(100, 'x')));
  f.tree.Replace("disco/good", "10.0.0.3 80\n");
  f.UntilShows(good, "/#/fs/good / 10.0.0.3:80");
  REQUIRE_THAT(f.namer.StateJson(),
               Catch::Contains(R"("/good":{"addresses":["10.0.0.3:80"],"endpoints":1,"inError":false)"));
  SetLogLevel(LogLevel::kInfo);
}

TEST_CASE("while the root is not there, lookups are in error and keep what they knew", "[namers]") {
  Fixture f;
  f.tree.Write("disco/web", "10.0.0.1 80\n");
  SetLogLevel(LogLevel::kError);
  Following web(f.namer, "/web");
  f.tree.Move("disco", "away");
  f.Until([&] { return web.failed; });
  REQUIRE(web.Show() == "/#/fs/web / 10.0.0.1:80");
  REQUIRE(Following(f.namer, "/other").Show() == "failed");
  f.tree.Move("away", "disco");
  f.Until([&] { return !web.failed; });
  REQUIRE(web.Show() == "/#/fs/web / 10.0.0.1:80");
  SetLogLevel(LogLevel::kInfo);
}

TEST_CASE("hosts may be names", "[namers]") {
  Fixture f;
  f.dns.records["web.example"] = {{"10.1.0.1", "10.1.0.2"}, 60};
  f.tree.Write("disco/web", "web.example. 80 * 0.5\n127.1 81\n");
  Following web(f.namer, "/web");
  f.UntilShows(web, "/#/fs/web / 10.1.0.1:80*0.5 10.1.0.2:80*0.5 127.0.0.1:81");
  f.tree.Replace("disco/web", "nosuch.example. 80\n");
  f.UntilShows(web, "/#/fs/web / ");
}

TEST_CASE("lookups of one path, and leaves of one file, share their watches", "[namers]") {
  Fixture f;
  f.tree.Write("disco/web", "10.0.0.1 80\n");
  Following one(f.namer, "/web/1");
  Following two(f.namer, "/web/2");
  REQUIRE(f.namer.Lookup(*Path::Parse("/web/1")) == one.watch);
  REQUIRE(std::get<BoundName>(one.watch->Get().value->leaf()).addr ==
          std::get<BoundName>(two.watch->Get().value->leaf()).addr);
}

TEST_CASE("changes that concern nobody are not told", "[namers]") {
  Fixture f;
  f.tree.Write("disco/web", "10.0.0.1 80\n");
  Following web(f.namer, "/web");
  f.tree.Write("disco/other", "10.0.0.2 80\n");
  f.tree.Replace("disco/web", "# the same\n10.0.0.1 80\n");
  f.Settle();
  REQUIRE(web.changes == 1);
  REQUIRE(web.history.size() == 1);
}

TEST_CASE("all names are listed, as they come and go", "[namers]") {
  Fixture f;
  f.tree.Write("disco/web", "10.0.0.1 80\n");
  f.tree.Write("disco/.hidden", "");
  std::string names;
  const auto list = f.namer.Enumerate();
  auto subscription = list->Subscribe([&](const std::vector<Path>& paths) {
    names = absl::StrJoin(paths, " ", [](std::string* out, const Path& p) { *out += p.Show(); });
  });
  REQUIRE(names == "/#/fs/web");
  f.tree.MakeDirectory("disco/dir");
  f.tree.Write("disco/dir/inner", "");
  f.Until([&] { return names == "/#/fs/dir/inner /#/fs/web"; });
  f.tree.Remove("disco/web");
  f.Until([&] { return names == "/#/fs/dir/inner"; });
}

TEST_CASE("watches outlive their namer, and an observer may end everything", "[namers]") {
  TempTree tree;
  tree.Write("web", "10.0.0.1 80\n");
  Loop loop;
  auto hosts = std::make_shared<HostAddrs>(loop);
  auto namer = std::make_unique<FsNamer>(loop, tree.root(), Path{"#", "fs"}, hosts);
  auto web = std::make_unique<Following>(*namer, "/web");
  namer.reset();
  tree.Replace("web", "10.0.0.2 80\n");
  while (web->Show() != "/#/fs/web / 10.0.0.2:80") loop.RunOnce(std::chrono::seconds(10));
  auto watch = web->watch;
  web.reset();
  bool called = false;
  Subscription subscription;
  subscription = watch->Subscribe([&](const Lookups& value) {
    if (value.value->is_leaf()) return;
    subscription.Cancel();
    watch.reset();
    called = true;
  });
  tree.Remove("web");
  while (!called) loop.RunOnce(std::chrono::seconds(10));
}

TEST_CASE("names that are not in the root wait for its listing, and cost no watch of their own", "[namers]") {
  Fixture f;
  f.tree.Write("disco/web", "10.0.0.1 80\n");
  std::vector<std::unique_ptr<Following>> unknown;
  for (int i = 0; i < 1000; ++i) {
    unknown.push_back(std::make_unique<Following>(f.namer, absl::StrCat("/host", i, "/x")));
    REQUIRE(unknown.back()->Show() == "~");
  }
  REQUIRE_THAT(f.namer.StateJson(), Catch::Contains(R"("unknownNames":1000)"));
  f.tree.Replace("disco/host7", "10.0.0.7 80\n");
  f.UntilShows(*unknown[7], "/#/fs/host7 /x 10.0.0.7:80");
  REQUIRE_THAT(f.namer.StateJson(), Catch::Contains(R"("unknownNames":999)"));
  for (int i = 0; i < 1000; ++i) REQUIRE(unknown[static_cast<size_t>(i)]->changes == (i == 7 ? 2 : 1));
  SetLogLevel(LogLevel::kError);
  f.tree.Move("disco", "away");
  f.Until([&] { return unknown[0]->failed; });
  f.tree.Move("away", "disco");
  f.Until([&] { return !unknown[0]->failed; });
  REQUIRE(unknown[0]->Show() == "~");
  SetLogLevel(LogLevel::kInfo);
  unknown.clear();
  REQUIRE_THAT(f.namer.StateJson(), Catch::Contains(R"("unknownNames":0)"));
}

TEST_CASE("the root may appear after the namer was made", "[namers]") {
  Fixture f;
  FsNamer namer(f.loop, f.tree.root() + "/later", Path{"#", "fs"}, f.hosts);
  Following web(namer, "/web");
  REQUIRE(web.Show() == "failed");
  f.tree.MakeDirectory("later");
  f.tree.Replace("later/web", "10.0.0.1 80 * 0.5\n");
  f.UntilShows(web, "/#/fs/web / 10.0.0.1:80*0.5");
  REQUIRE(Following(namer, "/nosuch").Show() == "~");
}

}  // namespace
}  // namespace heddle
