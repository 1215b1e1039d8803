// The commands of the Go namerctl 0.8.6, with its arguments and outputs.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/namerctl/scripted_namerd.h"

namespace heddle::namerctl {
namespace {

constexpr char kRules[] = R"([{"prefix":"/yeezy","dst":"/yeezus"}])";
const HeaderList kVersion{{"ETag", "AAAAAAAAAAE="}};

TEST_CASE("list prints a name a line, or JSON") {
  ScriptedNamerd namerd;
  for (const char* name : {"list", "ls"}) {
    namerd.Answer(200, "[\"tlop\",\"yeezus\"]\n");
    CHECK(namerd.Run({"dtab", name}) == kDone);
    CHECK(namerd.Asked(0) == "GET /api/1/dtabs");
    CHECK(*FindHeader(namerd.requests[0].headers, "Accept") == "application/json");
    CHECK(namerd.out == "tlop\nyeezus\n");
  }
  namerd.Answer(200, "[\"tlop\",\"yeezus\"]\n");
  CHECK(namerd.Run({"dtab", "list", "--json"}) == kDone);
  CHECK(namerd.out == "[\"tlop\",\"yeezus\"]\n");
  namerd.Answer(200, "[]");
  CHECK(namerd.Run({"dtab", "list"}) == kDone);
  CHECK(namerd.out.empty());
}

TEST_CASE("get prints the version and the rules, on one line, or as JSON") {
  ScriptedNamerd namerd;
  const auto get = [&](std::vector<std::string> args) {
    namerd.Answer(200, kRules, kVersion);
    CHECK(namerd.Run(args) == kDone);
    CHECK(namerd.Asked(0) == "GET /api/1/dtabs/yeezus");
    return namerd.out;
  };
  CHECK(get({"dtab", "get", "yeezus"}) == "# version AAAAAAAAAAE=\n/yeezy  => /yeezus ;\n");
  CHECK(get({"dtab", "cat", "yeezus", "--pretty"}) == "# version AAAAAAAAAAE=\n/yeezy  => /yeezus ;\n");
  CHECK(get({"dtab", "get", "--pretty=false", "yeezus"}) == "/yeezy=>/yeezus;\n");
  CHECK(get({"dtab", "get", "yeezus", "--json"}) ==
        "{\"version\":\"AAAAAAAAAAE=\",\"dtab\":[{\"prefix\":\"/yeezy\",\"dst\":\"/yeezus\"}]}\n");
  namerd.Answer(200, kRules, kVersion);
  CHECK(namerd.Run({"dtab", "get", "yeezus", "--version", "AAAAAAAAAAE="}) == kDone);
  CHECK(namerd.Asked(0) == "GET /api/1/dtabs/yeezus?version=AAAAAAAAAAE%3D");
}

TEST_CASE("create sends text unchanged and JSON as a list") {
  ScriptedNamerd namerd;
  namerd.in = "/a => /b ;\n";
  namerd.Answer(204);
  CHECK(namerd.Run({"dtab", "create", "n", "-"}) == kDone);
  CHECK(namerd.Asked(0) ==
        "POST /api/1/dtabs/n | Content-Type: application/dtab | Heddle-Author: ada | /a => /b ;\n");
  CHECK(namerd.out == "Created n\n");

  namerd.in = R"({"version": "V", "dtab": [{"prefix": "/a", "dst": "/b"}]})";
  namerd.Answer(201);
  CHECK(namerd.Run({"dtab", "new", "a/b c", "-", "-m", "first\nline", "--author", "ci"}) == kDone);
  CHECK(namerd.Asked(0) ==
        "POST /api/1/dtabs/a/b%20c | Content-Type: application/json | Heddle-Author: ci | Heddle-Message: "
        "first line"
        " | [{\"prefix\":\"/a\",\"dst\":\"/b\"}]");
}

TEST_CASE("update sends the version it is to replace; that of the JSON wins") {
  ScriptedNamerd namerd;
  namerd.in = "/a => /b";
  namerd.Answer(204);
  CHECK(namerd.Run({"dtab", "update", "yeezus", "-", "--version", "AAAAAAAAAAE="}) == kDone);
  CHECK(namerd.Asked(0) ==
        "PUT /api/1/dtabs/yeezus | Content-Type: application/dtab | If-Match: AAAAAAAAAAE= | Heddle-Author: "
        "ada | /a => /b");
  CHECK(namerd.out == "Updated yeezus\n");

  namerd.in = R"({"version":"V2","dtab":[]})";
  namerd.Answer(204);
  CHECK(namerd.Run({"dtab", "up", "yeezus", "-", "--version", "V1"}) == kDone);
  CHECK(namerd.Asked(0) ==
        "PUT /api/1/dtabs/yeezus | Content-Type: application/json | If-Match: V2 | Heddle-Author: ada | []");

  namerd.in = R"([{"prefix":"/a","dst":"/b"}])";
  namerd.Answer(204);
  CHECK(namerd.Run({"dtab", "up", "yeezus", "-"}) == kDone);
  CHECK(namerd.Asked(0) ==
        "PUT /api/1/dtabs/yeezus | Content-Type: application/json | Heddle-Author: ada | " + namerd.in);
}

TEST_CASE("delete by each of its names") {
  ScriptedNamerd namerd;
  for (const char* name : {"delete", "del", "rm"}) {
    namerd.Answer(204);
    CHECK(namerd.Run({"dtab", name, "yeezus"}) == kDone);
    CHECK(namerd.Asked(0) == "DELETE /api/1/dtabs/yeezus | Heddle-Author: ada");
    CHECK(namerd.out == "Deleted yeezus\n");
  }
}

TEST_CASE("a file is read; one that is not there is a mistake of usage") {
  const TempDir dir;
  const std::string path = dir / "rules.dtab";
  std::ofstream(path) << "# why\n/a => /b ;\n";
  ScriptedNamerd namerd;
  namerd.Answer(204);
  CHECK(namerd.Run({"dtab", "create", "n", path}) == kDone);
  CHECK(namerd.requests[0].body == "# why\n/a => /b ;\n");
  std::filesystem::remove(path);
  CHECK(namerd.Run({"dtab", "create", "n", path}) == kUsage);
  CHECK(namerd.err == "namerctl: cannot read " + path + ": No such file or directory\n");
  CHECK(namerd.Run({"dtab", "create", "n", "/"}) == kUsage);
  namerd.in = "{\"a\":1}";
  CHECK(namerd.Run({"dtab", "create", "n", "-"}) == kUsage);
  CHECK(namerd.err.find("standard input: this JSON is no dtab") != std::string::npos);
  CHECK(namerd.requests.empty());
}

}  // namespace
}  // namespace heddle::namerctl
