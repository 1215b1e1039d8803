#include "namerctl/client/settings.h"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/temp_dir.h"
#include "tests/unit/namerctl/scripted_namerd.h"

namespace heddle::namerctl {
namespace {

namespace fs = std::filesystem;

struct Folder {
  Folder() { fs::create_directories(path / "a/b"); }
  void Write(const std::string& name, const std::string& text) { std::ofstream(path / name) << text; }
  const TempDir dir;
  const fs::path path = dir.path();
};

TEST_CASE("base URLs") {
  const auto url = BaseUrl::Parse("http://namerd.example.com:4180/mesh/");
  REQUIRE(url.ok());
  CHECK(url->host == "namerd.example.com");
  CHECK(url->port == 4180);
  CHECK(url->path == "/mesh");
  CHECK(url->Authority() == "namerd.example.com:4180");
  CHECK(BaseUrl::Parse("http://h")->port == 80);
  CHECK(BaseUrl::Parse("http://h")->Authority() == "h");
  CHECK(BaseUrl::Parse("HTTP://[::1]:80/")->host == "::1");
  CHECK(BaseUrl::Parse("http://[::1]:81")->Authority() == "[::1]:81");
  CHECK(BaseUrl::Parse("http://h?x=/y")->path.empty());
  for (const char* wrong :
       {"", "h:1", "https://h", "http://", "http://:80", "http://h:", "http://h:0", "http://h:65536",
        "http://h:x", "http://[::1", "http://u@h", "http://h h", "http://h/a\nb"}) {
    INFO(wrong);
    CHECK(BaseUrl::Parse(wrong).status().code() == absl::StatusCode::kInvalidArgument);
  }
}

TEST_CASE("the flag wins over the environment, that over a file, that over the default") {
  Folder folder;
  folder.Write(".namerctl.yaml", "base-url: http://file:1\n");
  ScriptedNamerd namerd;
  namerd.folder = folder.path / "a/b";
  namerd.env["NAMERCTL_BASE_URL"] = "http://env:2";
  const auto place = [&](std::vector<std::string> flags) {
    flags.insert(flags.end(), {"dtab", "ls"});
    namerd.Answer(200, "[]");
    CHECK(namerd.Run(flags) == kDone);
    return namerd.connected_to;
  };
  CHECK(place({"--base-url", "http://flag:3"}) == "http://flag:3");
  CHECK(place({"--base-url=http://flag:3"}) == "http://flag:3");
  CHECK(place({}) == "http://env:2");
  namerd.env.clear();
  CHECK(place({}) == "http://file:1");
  folder.Write("a/.namerctl.json", "{\"base-url\": \"http://nearer:4\"}");
  CHECK(place({}) == "http://nearer:4");
  folder.Write("other.yaml", "base-url: http://other:5\n");
  CHECK(place({"--config", folder.path / "other.yaml"}) == "http://other:5");
  fs::remove(folder.path / "a/.namerctl.json");
  fs::remove(folder.path / ".namerctl.yaml");
  CHECK(place({}) == kDefaultBaseUrl);
}

TEST_CASE("a wrong setting is told with its place") {
  Folder folder;
  ScriptedNamerd namerd;
  namerd.folder = folder.path;
  folder.Write(".namerctl.yaml", "base_url: http://h\n");
  CHECK(namerd.Run({"dtab", "ls"}) == kUsage);
  CHECK(namerd.err.find(".namerctl.yaml:1:1: base_url: unknown key; did you mean 'base-url'?") !=
        std::string::npos);
  CHECK(namerd.Run({"dtab", "ls", "--config", "/nonexistent.yaml"}) == kUsage);
  namerd.env["NAMERCTL_BASE_URL"] = "namerd:4180";
  CHECK(namerd.Run({"dtab", "ls"}) == kUsage);
  CHECK(namerd.err.find("NAMERCTL_BASE_URL: invalid base URL 'namerd:4180'") != std::string::npos);
  CHECK(namerd.requests.empty());
}

}  // namespace
}  // namespace heddle::namerctl
