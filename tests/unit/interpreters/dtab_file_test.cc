// Rules in a file, edited live in all the ways that people and programs do it.
#include "lib/interpreters/dtab_file.h"

#include <catch2/catch.hpp>
#include <functional>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/interpreters/kinds.h"
#include "tests/unit/namers/temp_tree.h"

namespace heddle {
namespace {

struct Fixture {
  Fixture() { SetLogLevel(LogLevel::kError); }
  ~Fixture() { SetLogLevel(LogLevel::kInfo); }

  void Follow(const std::string& name = "dtab") {
    file = std::make_shared<DtabFile>(loop, tree.At(name).string());
    subscription = file->Subscribe([this](const Activity<VersionedDtab>& dtab) {
      last = dtab;
      history.push_back(Show());
    });
  }
  // "1: /a=>/b", "2: /a=>/b !" in error, "pending", or "!".
  std::string Show() const {
    std::string text = last.pending() ? "pending" : "";
    if (last.value) text = absl::StrCat(last.value->version.revision, ": ", last.value->dtab->Show());
    return absl::StrCat(text, last.failed() ? " !" : "");
  }
  void Until(const std::string& shown) {
    while (Show() != shown) loop.RunOnce(std::chrono::seconds(10));
  }
  std::string error() const { return std::string(last.error.message()); }

  TempTree tree;
  Loop loop;
  std::shared_ptr<DtabFile> file;
  Activity<VersionedDtab> last;
  std::vector<std::string> history;
  Subscription subscription;
};

TEST_CASE_METHOD(Fixture, "A dtab file is read at once, and again whenever it is edited") {
  tree.Write("dtab", "# the web\n/svc => /a ;\n");
  Follow();
  CHECK(Show() == "1: /svc=>/a");
  CHECK(last.value->version == DtabVersion{1, 1});
  tree.Write("dtab", "/svc => /b");
  Until("2: /svc=>/b");
  tree.Replace("dtab", "/svc => /c");
  Until("3: /svc=>/c");
  tree.Write("dtab", "# nothing any more\n");
  Until("4: ");  // no rules: that is what the file says
  CHECK(last.error.ok());
  tree.Write("dtab", "");
  loop.RunReady();
  CHECK(last.error.ok());
}

TEST_CASE_METHOD(Fixture, "A file that becomes empty keeps its rules, as one that is being written does") {
  tree.Write("dtab", "");
  Follow();
  CHECK(Show() == "1: ");
  tree.Write("dtab", "/svc => /a");
  Until("2: /svc=>/a");
  tree.Write("dtab", " \n");
  Until("2: /svc=>/a !");
  CHECK(absl::StrContains(error(), "has become empty; a file that is to have no rules says so"));
  tree.Write("dtab", "/svc => /b");
  Until("3: /svc=>/b");
}

TEST_CASE_METHOD(Fixture, "A malformed file keeps the last rules, and tells the line") {
  tree.Write("dtab", "/svc => /a");
  Follow();
  tree.Replace("dtab", "/svc => /b ;\n/svc => k\n");
  Until("1: /svc=>/a !");
  CHECK(absl::StartsWith(error(), absl::StrCat(tree.At("dtab").string(), ": line 2, column 9: expected")));
  tree.Replace("dtab", "/svc => /b");
  Until("2: /svc=>/b");
}

TEST_CASE_METHOD(Fixture,
                 "A file that goes keeps its rules until it is back; the same rules are no new version") {
  tree.Write("dtab", "/svc => /a");
  Follow();
  tree.Remove("dtab");
  Until("1: /svc=>/a !");
  CHECK(error() == tree.At("dtab").string() + " does not exist");
  tree.Write("dtab", "/svc => /a ;  # again");
  Until("1: /svc=>/a");
  tree.Move("dtab", "old");
  Until("1: /svc=>/a !");
  tree.MakeDirectory("dtab");
  while (!absl::StrContains(error(), "is a directory")) loop.RunOnce(std::chrono::seconds(10));
  tree.Remove("dtab");
  tree.Move("old", "dtab");
  Until("1: /svc=>/a");
}

TEST_CASE_METHOD(Fixture, "A file that is not there yet is in error until it appears") {
  Follow("later/dtab");
  CHECK(Show() == " !");
  tree.MakeDirectory("later");
  tree.Write("later/dtab", "/svc => /a");
  Until("1: /svc=>/a");
}

TEST_CASE_METHOD(Fixture, "Rules too large to be rules are refused, and a file of any bytes is no harm") {
  tree.Write("dtab", std::string(600'000, '#'));
  Follow();
  CHECK(absl::StrContains(error(), "has more than 500000 bytes"));
  std::string bytes;
  for (int i = 0; i < 256; ++i) bytes.push_back(static_cast<char>(i));
  tree.Replace("dtab", bytes);
  while (!absl::StrContains(error(), "line 1")) loop.RunOnce(std::chrono::seconds(10));
  tree.Replace("dtab", "/svc => /a");
  Until("1: /svc=>/a");
}

TEST_CASE_METHOD(Fixture, "A mounted ConfigMap is followed through its links") {
  tree.MakeDirectory("mount/..2026_1");
  tree.Write("mount/..2026_1/dtab", "/svc => /a");
  tree.Link("..2026_1", "mount/..data");
  tree.Link("..data/dtab", "mount/dtab");
  Follow("mount/dtab");
  CHECK(Show() == "1: /svc=>/a");
  // As the kubelet does it: a new directory, a link beside, renamed over, the old directory removed.
  tree.MakeDirectory("mount/..2026_2");
  tree.Write("mount/..2026_2/dtab", "/svc => /b");
  tree.Link("..2026_2", "mount/..data_tmp");
  tree.Move("mount/..data_tmp", "mount/..data");
  tree.Remove("mount/..2026_1");
  Until("2: /svc=>/b");
  for (const std::string& seen : history) CHECK_FALSE(absl::StrContains(seen, "!"));
}

TEST_CASE_METHOD(Fixture, "What happened while nobody followed is seen at the next look") {
  tree.Write("dtab", "/svc => /a");
  Follow();
  subscription.Cancel();
  tree.Write("dtab", "/svc => /b");
  loop.RunReady();
  CHECK(Show() == "1: /svc=>/a");
  subscription = file->Subscribe([this](const Activity<VersionedDtab>& dtab) { last = dtab; });
  CHECK(Show() == "2: /svc=>/b");
}

TEST_CASE_METHOD(Fixture, "Names are bound by the rules of the file, then by the router's own") {
  tree.Write("dtab", "/svc => /$/nil ; /x => /$/nil");
  file = std::make_shared<DtabFile>(loop, tree.At("dtab").string());
  const auto interpreter = MakeFileInterpreter(file, *Dtab::Parse("/x => /$/fail"), {});
  const auto follow = [&](const Path& path, Activity<Binding>* to) {
    return interpreter->Bind(Dtab(), path)->Subscribe([to](const auto& binding) { *to = binding; });
  };
  Activity<Binding> web, other;
  const Subscription subscriptions[] = {follow(Path{"svc"}, &web), follow(Path{"x"}, &other)};
  REQUIRE(web.value);
  CHECK(web.value->tree.is_empty());
  CHECK(web.value->version == DtabVersion{1, 1});
  CHECK(other.value->tree.is_fail());
  tree.Replace("dtab", "/svc => /$/fail");
  while (!web.value->tree.is_fail()) loop.RunOnce(std::chrono::seconds(10));
  CHECK(web.value->version == DtabVersion{1, 2});
  // Malformed: what was bound stays bound, and what is new is bound by the last rules.
  tree.Replace("dtab", "/svc => ");
  while (web.error.ok()) loop.RunOnce(std::chrono::seconds(10));
  CHECK(web.value->tree.is_fail());
  Activity<Binding> late;
  const Subscription third = follow(Path{"svc", "late"}, &late);
  REQUIRE(late.value);
  CHECK(late.value->tree.is_fail());
}

}  // namespace
}  // namespace heddle
