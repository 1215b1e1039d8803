#include "lib/config/object_reader.h"

#include <catch2/catch.hpp>

namespace heddle {
namespace {

// Parses `text`, lets `read` read the root, and returns the errors.
template <class Read>
std::string ErrorsOf(absl::string_view text, Read read) {
  ConfigErrors errors;
  const auto document = ConfigDocument::Parse(text, "f.yaml", errors);
  REQUIRE(document != nullptr);
  ObjectReader reader(document->root(), errors);
  read(reader);
  reader.Finish();
  return errors.ToString();
}

TEST_CASE("values of every type are read, defaults stay") {
  uint16_t port = 4140;
  std::string ip = "127.0.0.1", label = "default";
  bool flag = false;
  double rate = 0;
  std::optional<int> limit;
  Millis wait{0}, idle{0};
  std::vector<std::string> one, many;
  std::map<std::string, std::string> tags;
  const std::string text =
      "experimental: true\nport: 65535\nip: 0.0.0.0\nflag: true\nrate: 0.5\nlimit: -3\nwaitMs: 20\nidleSec: "
      "2\n"
      "one: a\nmany: [a, b]\ntags: {x: 1}\nlabel:\n";
  CHECK(ErrorsOf(text, [&](ObjectReader& r) {
          CHECK(r.Required("port", &port));
          CHECK(r.Optional("ip", &ip));
          CHECK(r.Optional("flag", &flag));
          CHECK(r.Optional("rate", &rate, 0, 1));
          CHECK(r.Optional("limit", &limit));
          CHECK(r.OptionalMillis("waitMs", &wait));
          CHECK(r.OptionalSeconds("idleSec", &idle));
          CHECK(r.Optional("one", &one));
          CHECK(r.Optional("many", &many));
          CHECK(r.Optional("tags", &tags));
          CHECK_FALSE(r.Optional("label", &label));
          CHECK_FALSE(r.Optional("absent", &label));
        }).empty());
  CHECK(port == 65535);
  CHECK(ip == "0.0.0.0");
  CHECK(flag);
  CHECK(rate == 0.5);
  CHECK(limit == -3);
  CHECK(wait == Millis(20));
  CHECK(idle == Millis(2000));
  CHECK(one == std::vector<std::string>{"a"});
  CHECK(many == std::vector<std::string>{"a", "b"});
  CHECK(tags == std::map<std::string, std::string>{{"x", "1"}});
  CHECK(label == "default");
}

TEST_CASE("three mistakes are three errors, each with place, key and remedy") {
  uint16_t port = 0;
  bool flag = false;
  std::string dst;
  CHECK(ErrorsOf("prot: 80\nflag: perhaps\nport: 65536\n",
                 [&](ObjectReader& r) {
                   r.Required("port", &port);
                   r.Optional("flag", &flag);
                   r.Required("dst", &dst);
                 }) ==
        "f.yaml:1:1: the key 'dst' is missing; it is required here\n"
        "f.yaml:1:1: prot: unknown key; did you mean 'port'? Accepted: dst, experimental, flag, port\n"
        "f.yaml:2:7: flag: expected true or false, found 'perhaps'\n"
        "f.yaml:3:7: port: expected a whole number from 0 to 65535, found '65536'\n");
  CHECK(port == 0);
}

TEST_CASE("the wrong shape is told") {
  std::string text;
  std::vector<std::string> list;
  CHECK(ErrorsOf("a: {x: 1}\nb: [1, [2]]\nc: 1\nd: []\n",
                 [&](ObjectReader& r) {
                   r.Optional("a", &text);
                   r.Optional("b", &list);
                   CHECK(r.List("c").empty());
                   CHECK(r.RequiredList("d").empty());
                   CHECK(r.RequiredList("e").empty());
                 }) ==
        "f.yaml:1:1: the key 'e' is missing; it is required here\n"
        "f.yaml:1:4: a: expected text, found an object\n"
        "f.yaml:2:8: b[1]: expected text, found a list\n"
        "f.yaml:3:4: c: expected a list, found a value\n"
        "f.yaml:4:4: d: expected at least one element\n");
  CHECK(list.empty());
  CHECK(ErrorsOf("[1]", [&](ObjectReader& r) { r.Required("a", &text); }) ==
        "f.yaml:1:1: expected an object, found a list\n");
}

TEST_CASE("kinds and choices name what is accepted") {
  std::string kind, choice;
  const std::vector<std::string> accepted{"io.l5d.p2c", "io.l5d.ewma"};
  CHECK(ErrorsOf("choice: io.l5d.p2d\n",
                 [&](ObjectReader& r) {
                   CHECK(r.Kind("io.l5d.x") == "io.l5d.x");
                   CHECK(r.Kind().empty());
                   CHECK_FALSE(r.OptionalOneOf("choice", &choice, accepted));
                 }) ==
        "f.yaml:1:1: the key 'kind' is missing; it is required here\n"
        "f.yaml:1:9: choice: unknown value 'io.l5d.p2d'; did you mean 'io.l5d.p2c'? "
        "Accepted: io.l5d.p2c, io.l5d.ewma\n");
  CHECK(choice.empty());
}

TEST_CASE("keys for later are refused with the reason, ignored ones accepted") {
  CHECK(ErrorsOf("tls: {x: 1}\nold: 1\n", [&](ObjectReader& r) {
          r.Later("tls", "TLS is not supported yet; remove it");
          r.Later("absent", "never told");
          r.Ignore("old");
        }) == "f.yaml:1:6: tls: TLS is not supported yet; remove it\n");
}

TEST_CASE("rules that span keys are told at the key, else at the object") {
  CHECK(ErrorsOf("a: 1\n", [&](ObjectReader& r) {
          r.Ignore("a");
          r.AddError("a", "too much with b");
          r.AddError("b", "b is needed with a");
        }) == "f.yaml:1:1: b is needed with a\nf.yaml:1:4: a: too much with b\n");
}

TEST_CASE("many errors are counted, not kept") {
  ConfigErrors errors;
  for (int i = 0; i < 150; ++i) errors.AddAtPlace("f", "wrong");
  CHECK(errors.count() == 150);
  CHECK(errors.Lines().size() == ConfigErrors::kMaxKept + 1);
  CHECK(errors.Lines().back() == "and 50 more");
  CHECK_FALSE(errors.ToStatus().ok());
  CHECK(ConfigErrors().ToStatus().ok());
}

TEST_CASE("the nearest spelling is near or none") {
  CHECK(NearestSpelling("dstprefix", {"dstPrefix", "port"}) == "dstPrefix");
  CHECK(NearestSpelling("x", {"dstPrefix", "port"}).empty());
  CHECK(NearestSpelling("fs", {"io.l5d.dnssrv", "io.l5d.fs"}) == "io.l5d.fs");
  CHECK(NearestSpelling(std::string(1000, 'x'), {std::string(1000, 'x')}).empty());
}

}  // namespace
}  // namespace heddle
