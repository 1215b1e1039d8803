// What a user is told, and the exit status, when something is wrong.
#include <catch2/catch.hpp>

#include "tests/unit/namerctl/scripted_namerd.h"

namespace heddle::namerctl {
namespace {

TEST_CASE("namerd's refusals are status 1, with what to do next") {
  ScriptedNamerd namerd;
  namerd.in = "/a => /b";
  namerd.Answer(404, "no such namespace 'x'\n");
  CHECK(namerd.Run({"dtab", "get", "x"}) == kRefused);
  CHECK(namerd.out.empty());
  CHECK(
      namerd.err ==
      "namerctl: no such namespace 'x'\n  See what there is: namerctl dtab list; namerctl dtab history x\n");
  namerd.Answer(409);
  CHECK(namerd.Run({"dtab", "create", "x", "-"}) == kRefused);
  CHECK(namerd.err == "namerctl: 409 Conflict\n  To change it: namerctl dtab update x FILE\n");
  namerd.Answer(412, "another version");
  CHECK(namerd.Run({"dtab", "update", "x", "-", "--version", "yolo"}) == kRefused);
  CHECK(namerd.err.find("It has changed meanwhile and nothing was stored") != std::string::npos);
  namerd.Answer(507, "the disk is full");
  CHECK(namerd.Run({"dtab", "update", "x", "-"}) == kRefused);
  CHECK(namerd.err == "namerctl: namerd answers 507: the disk is full\n");
}

TEST_CASE("a dtab that does not parse is shown with the place") {
  ScriptedNamerd namerd;
  namerd.in = "/a => /b ;\n\t/svc => host ;\n";
  namerd.Answer(400, R"({"error":"line 2, column 10: expected '/', found 'h'","line":2,"column":10})");
  CHECK(namerd.Run({"dtab", "update", "x", "-"}) == kRefused);
  CHECK(namerd.err ==
        "namerctl: standard input: line 2, column 10: expected '/', found 'h'\n"
        "  2 | \t/svc => host ;\n"
        "    | \t        ^\n"
        "  Nothing was stored.\n");
  namerd.Answer(400, "not a dtab\x1b[2J");
  CHECK(namerd.Run({"dtab", "create", "x", "-"}) == kRefused);
  CHECK(namerd.err == "namerctl: standard input: not a dtab\\x1b[2J\n  Nothing was stored.\n");
}

TEST_CASE("no answer is status 3") {
  ScriptedNamerd namerd;
  CHECK(namerd.Run({"dtab", "list", "--base-url", "http://namerd:4180"}) == kUnreachable);
  CHECK(namerd.err ==
        "namerctl: cannot reach namerd at http://namerd:4180: connection refused\n"
        "  Is namerd running there? Name another place with --base-url or NAMERCTL_BASE_URL.\n");
}

TEST_CASE("the address is told once, a web page not at all") {
  ScriptedNamerd namerd;
  namerd.answers.push_back(absl::UnavailableError("namerd:80: no route to host"));
  CHECK(namerd.Run({"dtab", "list", "--base-url", "http://namerd"}) == kUnreachable);
  CHECK(namerd.err.find("namerctl: cannot reach namerd at http://namerd: no route to host\n") == 0);
  namerd.Answer(409, "<!DOCTYPE HTML>\n<html></html>");
  namerd.in = "/a => /b";
  CHECK(namerd.Run({"dtab", "create", "a", "-"}) == kRefused);
  CHECK(namerd.err.find("namerctl: 409 Conflict, with a web page: is the base URL that of namerd?\n") == 0);
}

TEST_CASE("an answer that is not namerd's is told as such") {
  ScriptedNamerd namerd;
  for (const char* body : {"<html>", "{}", "[1]", ""}) {
    namerd.Answer(200, body);
    CHECK(namerd.Run({"dtab", "list"}) == kRefused);
    CHECK(namerd.err.find("is the base URL right?") != std::string::npos);
    namerd.Answer(200, body);
    CHECK(namerd.Run({"dtab", "get", "x"}) == kRefused);
    namerd.Answer(200, body);
    CHECK(namerd.Run({"dtab", "history", "x"}) == kRefused);
  }
}

TEST_CASE("usage") {
  ScriptedNamerd namerd;
  const std::vector<std::vector<std::string>> wrong{
      {"dtab", "get"},        {"dtab", "get", "a", "b"},
      {"dtab", "delete", ""}, {"dtab", "create", "a"},
      {"dtab", "list", "x"},  {"dtab", "nonsense"},
      {"--nonsense"},         {"dtab", "history", "a", "-n", "0"}};
  for (const auto& args : wrong) {
    CHECK(namerd.Run(args) == kUsage);
    CHECK(namerd.err.find("namerctl: ") == 0);
    CHECK(namerd.err.find("--help") != std::string::npos);
    CHECK(namerd.requests.empty());
  }
  for (const auto& args : {std::vector<std::string>{}, {"--help"}, {"dtab"}, {"dtab", "update", "--help"}}) {
    CHECK(namerd.Run(args) == kDone);
    CHECK(namerd.out.find("Usage: namerctl") != std::string::npos);
  }
  CHECK(namerd.Run({"--version"}) == kDone);
  CHECK(namerd.out.find("namerctl ") == 0);
}

}  // namespace
}  // namespace heddle::namerctl
