// What `namerctl explain` prints, to the character.
#include <catch2/catch.hpp>

#include "namerctl/output/explain_text.h"
#include "tests/unit/namerctl/scripted_namerd.h"

namespace heddle::namerctl {
namespace {

constexpr char kShift[] = R"({"type":"delegate","path":"/svc/world","share":1.0,"delegate":
 {"type":"alt","path":"/host/world","dentry":{"prefix":"/svc","dst":"/host"},"share":1.0,"alt":[
  {"type":"union","path":"/host/world","dentry":{"prefix":"/host/world","dst":"90.00*/srv/v1 & 10.00*/srv/v2"},"share":1.0,"union":[
   {"weight":90.0,"tree":{"type":"delegate","path":"/srv/v1","dentry":{"prefix":"/host/world","dst":"90.00*/srv/v1 & 10.00*/srv/v2"},"share":0.9,"delegate":
    {"type":"leaf","path":"/#/io.l5d.fs/v1","dentry":{"prefix":"/srv","dst":"/#/io.l5d.fs"},"share":0.9,"bound":{"addr":{"type":"bound","addrs":[
      {"ip":"10.0.0.1","port":80,"meta":{}},{"ip":"10.0.0.2","port":80,"meta":{}},{"ip":"10.0.0.3","port":80,"meta":{}},{"ip":"::1","port":80,"meta":{}}],"meta":{}},"id":"/#/io.l5d.fs/v1","path":"/"}}}},
   {"weight":10.0,"tree":{"type":"delegate","path":"/srv/v2","dentry":{"prefix":"/host/world","dst":"90.00*/srv/v1 & 10.00*/srv/v2"},"share":0.1,"delegate":
    {"type":"leaf","path":"/#/io.l5d.fs/v2","dentry":{"prefix":"/srv","dst":"/#/io.l5d.fs"},"share":0.1,"bound":{"addr":{"type":"bound","addrs":[
      {"ip":"::1","port":80,"meta":{}}],"meta":{}},"id":"/#/io.l5d.fs/v2","path":"/"}}}}]},
  {"type":"delegate","path":"/srv/world","dentry":{"prefix":"/host","dst":"/srv"},"share":0.0,"why":"not taken: an earlier alternative has endpoints","delegate":
   {"type":"neg","path":"/#/io.l5d.fs/world","dentry":{"prefix":"/srv","dst":"/#/io.l5d.fs"},"share":0.0,"why":"no rule and no namer has /#/io.l5d.fs/world"}}]}})";

constexpr char kShiftSentence[] =
    "/svc/world leads to 2 clients: 90 % to /#/io.l5d.fs/v1 (4 endpoints), 10 % to /#/io.l5d.fs/v2 (1 "
    "endpoint).\n\n";

constexpr char kAbsent[] =
    R"({"type":"neg","path":"/svc/web","share":0.0,"why":"no rule and no namer has /svc/web"})";

std::string Shown(const std::string& json, const Style& style = {false, true}) {
  const auto text = ExplainText(json, style);
  REQUIRE(text.ok());
  return *text;
}

TEST_CASE("explain draws the way of a name, with shares, rules, endpoints, and why the rest is not taken") {
  CHECK("\n" + Shown(kShift) == std::string("\n") + kShiftSentence +
                                    R"(/svc/world                   100 %
└─ /host/world               100 %  /svc => /host
   ├─ /host/world            100 %  /host/world => 90.00*/srv/v1 & 10.00*/srv/v2
   │  ├─ 90 * /srv/v1         90 %
   │  │  └─ /#/io.l5d.fs/v1   90 %  /srv => /#/io.l5d.fs
   │  │        4 endpoints: 10.0.0.1:80, 10.0.0.2:80, 10.0.0.3:80, ...
   │  └─ 10 * /srv/v2         10 %
   │     └─ /#/io.l5d.fs/v2   10 %  /srv => /#/io.l5d.fs
   │           1 endpoint: [::1]:80
   └─ /srv/world                 –  /host => /srv
      └─ /#/io.l5d.fs/world      –  /srv => /#/io.l5d.fs
            no rule and no namer has /#/io.l5d.fs/world
)");
}

TEST_CASE("explain in ASCII, where a terminal has no more") {
  const std::string text = Shown(kShift, {false, false});
  CHECK(text.find("|- /host/world") != std::string::npos);
  CHECK(text.find("`- /srv/world") != std::string::npos);
  for (const char c : text) CHECK(static_cast<unsigned char>(c) < 0x80);
}

TEST_CASE("explain paints what serves and what is dead, and nothing else changes") {
  std::string text = Shown(kShift, {true, true});
  CHECK(text.find("\033[1m/svc/world leads to 2 clients") == 0);
  CHECK(text.find("\033[32m   │  │  └─ /#/io.l5d.fs/v1\033[0m") != std::string::npos);
  for (size_t at; (at = text.find('\033')) != std::string::npos;) text.erase(at, text.find('m', at) - at + 1);
  CHECK(text == Shown(kShift));
}

TEST_CASE("the first line says the outcome") {
  const auto sentence = [](const std::string& json) { return Shown(json).substr(0, Shown(json).find('\n')); };
  const auto leaf = [](const std::string& addr, const std::string& id = "/#/io.l5d.fs/web") {
    return R"({"type":"leaf","path":"/svc/web","share":1.0,"bound":{"addr":)" + addr + R"(,"id":")" + id +
           R"(","path":"/"}})";
  };
  CHECK(sentence(kAbsent) == "/svc/web leads nowhere: no rule and no namer has /svc/web.");
  CHECK(sentence(leaf(R"({"type":"bound","addrs":[{"ip":"10.0.0.1","port":80,"meta":{}}],"meta":{}})")) ==
        "/svc/web leads to /#/io.l5d.fs/web: 1 endpoint.");
  CHECK(sentence(leaf(R"({"type":"bound","addrs":[],"meta":{}})")) ==
        "/svc/web leads to /#/io.l5d.fs/web: no endpoints.");
  CHECK(sentence(leaf(R"({"type":"pending"})")) ==
        "/svc/web leads to /#/io.l5d.fs/web: endpoints not known yet.");
  CHECK(sentence(leaf(R"({"type":"failed","cause":"no route"})")) ==
        "/svc/web leads to /#/io.l5d.fs/web: discovery fails: no route.");
  CHECK(sentence(leaf(R"({"type":"bound","addrs":[],"meta":{}})", "/$/io.buoyant.http.status/503")) ==
        "/svc/web leads to /$/io.buoyant.http.status/503: answered with status 503.");
  CHECK(sentence(R"({"type":"exception","path":"/svc/web","share":0.0,"message":"Max recursion level"})") ==
        "/svc/web leads nowhere: Max recursion level.");
}

TEST_CASE("an error that is also why a branch is dead is told once") {
  const std::string text = Shown(
      R"({"type":"exception","path":"/svc/web","share":0.0,"why":"Unknown namer: x","message":"Unknown namer: x"})");
  const size_t tree = text.find("\n\n");
  REQUIRE(tree != std::string::npos);
  const size_t first = text.find("Unknown namer: x", tree);
  REQUIRE(first != std::string::npos);
  CHECK(text.find("Unknown namer: x", first + 1) == std::string::npos);
}

TEST_CASE("explain asks namerd in detail; --json gives its answer") {
  ScriptedNamerd namerd;
  namerd.Answer(200, kAbsent);
  CHECK(namerd.Run({"explain", "web", "/svc/web", "--dtab", "/a => /b"}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/delegate/web?path=/svc/web&dtab=/a%20%3D%3E%20/b&detail=full");
  CHECK(namerd.out ==
        "/svc/web leads nowhere: no rule and no namer has /svc/web.\n\n"
        "/svc/web  -\n"
        "   no rule and no namer has /svc/web\n");
  namerd.Answer(200, kAbsent);
  CHECK(namerd.Run({"explain", "web", "/svc/web", "--json"}) == kDone);
  CHECK(namerd.out == std::string(kAbsent) + "\n");
}

TEST_CASE("explain says when the namespace is not there") {
  ScriptedNamerd namerd;
  namerd.Answer(200, kAbsent);
  namerd.Answer(404);
  CHECK(namerd.Run({"explain", "wbe", "/svc/web"}) == kDone);
  CHECK(namerd.Asked(1) == "GET /api/1/dtabs/wbe");
  CHECK(namerd.err == "namerctl: there is no dtab 'wbe'\n  See what there is: namerctl dtab list\n");
  namerd.Answer(200, kAbsent);
  namerd.Answer(200, "[]");
  CHECK(namerd.Run({"explain", "web", "/svc/web"}) == kDone);
  CHECK(namerd.err.empty());
}

TEST_CASE("explain fails as the other commands do") {
  ScriptedNamerd namerd;
  CHECK(namerd.Run({"explain", "web"}) == kUsage);
  CHECK(namerd.Run({"explain", "web", "/svc/web"}) == kUnreachable);
  namerd.Answer(400, "{\"error\":\"Invalid path: svc\"}");
  CHECK(namerd.Run({"explain", "web", "svc"}) == kUsage);
  CHECK(namerd.err == "namerctl: Invalid path: svc\n");
  for (const char* body : {"<html>", "[]", "{}", "3", ""}) {
    namerd.Answer(200, body);
    CHECK(namerd.Run({"explain", "web", "/svc/web"}) == kRefused);
  }
  // Of members of other kinds nothing is shown, and nothing breaks.
  namerd.Answer(200,
                R"({"type":7,"path":[],"union":[3,{"weight":"x","tree":4}],"alt":{},"bound":5,"dentry":1})");
  CHECK(namerd.Run({"explain", "web", "/svc/web"}) == kDone);
}

}  // namespace
}  // namespace heddle::namerctl
