#include "lib/naming/shares.h"

#include <catch2/catch.hpp>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <random>
#include <string>

#include "absl/strings/str_cat.h"
#include "tests/unit/naming/random_naming.h"
#include "tests/unit/naming/transformer_doubles.h"

namespace heddle {
namespace {

using nlohmann::json;

std::optional<json> Explained(LocalInterpreter& interpreter, absl::string_view path) {
  absl::StatusOr<std::string> text = absl::UnknownError("pending");
  const Subscription subscription =
      interpreter.Explain(Dtab(), P(path), ExplainDetail::kFull,
                          [&](absl::StatusOr<std::string> answer) { text = std::move(answer); });
  if (!text.ok()) return std::nullopt;
  return json::parse(*text);
}

json Explained(Naming& naming, absl::string_view path) { return Explained(naming.interpreter, path).value(); }

const double kHalf = 0.5;

TEST_CASE("A way that is taken has its share, and a way that is not says why") {
  Naming naming("/svc => /#/t/gone | /#/t/empty | /#/t/web | /#/t/spare | ! ; /old => /svc");
  naming.namer->Know("empty", Endpoints(0));
  naming.namer->Know("web", Endpoints(1));
  naming.namer->Know("spare", Endpoints(1));
  const json tree = Explained(naming, "/old");
  CHECK(tree["share"] == 1.0);
  CHECK_FALSE(tree.contains("why"));
  const json alt = tree["delegate"]["alt"];
  CHECK(alt[0]["why"] == "no rule and no namer has /#/t/gone");
  CHECK(alt[1]["why"] == "its endpoints are known and none");
  CHECK(alt[2]["share"] == 1.0);
  CHECK_FALSE(alt[2].contains("why"));
  CHECK(alt[3]["why"] == "not taken: an earlier alternative has endpoints");
  CHECK(alt[4]["why"] == "! ends the search");
  for (const int i : {0, 1, 3, 4}) CHECK(alt[i]["share"] == 0.0);
}

TEST_CASE("A union's shares are those of the members that can serve") {
  Naming naming("/svc => 2*/#/t/a & 1*/#/t/b & 1*/#/t/gone & 4*/#/t/empty & 0*/#/t/off & 1*$");
  for (const char* name : {"a", "b", "off"}) naming.namer->Know(name, Endpoints(1));
  naming.namer->Know("empty", Endpoints(0));
  const json all = Explained(naming, "/svc")["union"];
  CHECK(all[0]["tree"]["share"] == kHalf);
  CHECK(all[1]["tree"]["share"] == 0.25);
  CHECK(all[2]["tree"]["why"] == "no rule and no namer has /#/t/gone");
  CHECK(all[3]["tree"]["why"] == "its endpoints are known and none");
  CHECK(all[3]["tree"]["share"] == 0.0);
  CHECK(all[4]["tree"]["why"] == "weight 0");
  // Requests do go there, and fail.
  CHECK(all[5]["tree"]["share"] == 0.25);
  CHECK(all[5]["tree"]["why"] == "$: the name exists, and nobody serves it");
}

TEST_CASE("Weights that are all 0 are equal, as they are to requests") {
  Naming naming("/svc => 0*/#/t/a & 0*/#/t/b");
  for (const char* name : {"a", "b"}) naming.namer->Know(name, Endpoints(1));
  const json all = Explained(naming, "/svc")["union"];
  for (const int i : {0, 1}) {
    CHECK(all[i]["tree"]["share"] == kHalf);
    CHECK_FALSE(all[i]["tree"].contains("why"));
  }
}

TEST_CASE("What ends the search is told apart") {
  Naming naming(
      "/fail => ~ | ! | /#/t/web ; /void => $ | /#/t/web ; /error => /#/t/broken | /#/t/web ;"
      "/none => /#/t/empty | /#/t/less | ! | /#/t/web");
  naming.namer->Know("web", Endpoints(1));
  naming.namer->Know("empty", Endpoints(0));
  naming.namer->Know("less", Addr::Absent());
  naming.namer->Set("broken", Answer::Failed(absl::UnavailableError("the watch broke")));
  json alt = Explained(naming, "/fail")["alt"];
  CHECK(alt[0]["why"] == "~: there is no such name");
  CHECK(alt[1]["share"] == 1.0);
  CHECK(alt[2]["why"] == "not reached: an earlier alternative is !, which ends the search");
  alt = Explained(naming, "/void")["alt"];
  CHECK(alt[0]["share"] == 1.0);
  CHECK(alt[1]["why"] == "not reached: an earlier alternative is $, which exists");
  const json error = Explained(naming, "/error");
  CHECK(error["share"] == 0.0);
  CHECK(error["why"] == "the watch broke");
  CHECK(error["alt"][0]["why"] == "the watch broke");
  CHECK(error["alt"][1]["why"] == "not reached: an earlier alternative is in error");
  alt = Explained(naming, "/none")["alt"];
  CHECK(alt[0]["share"] == 1.0);
  CHECK(alt[0]["why"] == "its endpoints are known and none");
  CHECK(alt[1]["why"] == "its endpoints are known to be absent");
  CHECK(alt[3]["why"] == "not reached: the search ends at an earlier alternative");
}

TEST_CASE("A circle among alternates names its rules") {
  Naming naming("/a => /b ; /b => /a ; /c => /#/t/web | /a");
  naming.namer->Know("web", Endpoints(1));
  const json alt = Explained(naming, "/c")["alt"];
  CHECK(alt[0]["share"] == 1.0);
  const std::string why = alt[1]["why"];
  CHECK(why.find("/b=>/a") != std::string::npos);
  CHECK(why.find("lead in a circle") != std::string::npos);
}

TEST_CASE("A namer that answers in spite of a rule that says ~ is shown") {
  Naming naming("/#/t => ~");
  naming.namer->Know("web", Endpoints(1));
  CHECK(Bound(naming.interpreter, "/#/t/web").now() == "/#/t/web");
  const json alt = Explained(naming, "/#/t/web")["alt"];
  CHECK(alt[0]["type"] == "neg");
  CHECK(alt[1]["share"] == 1.0);
}

TEST_CASE("Endpoints that are not known are told where the requests go all the same") {
  Naming naming("/svc => /#/t/web | /$/io.buoyant.http.status/503");
  naming.namer->Know("web", Addr::Failed(absl::UnavailableError("no DNS")));
  json alt = Explained(naming, "/svc")["alt"];
  CHECK(alt[0]["share"] == 1.0);
  CHECK(alt[0]["why"] == "its endpoints are not known: no DNS");
  naming.namer->AddrOf("web")->Set(Endpoints(0));
  alt = Explained(naming, "/svc")["alt"];
  CHECK(alt[1]["share"] == 1.0);
  CHECK_FALSE(alt[1].contains("why"));
}

using ByClient = std::map<std::string, double>;

// As a proxy spreads requests over a bound tree.
void AddShares(const BoundTree& tree, double share, ByClient* out) {
  if (tree.is_leaf()) (*out)[tree.leaf().id.Show()] += share;
  if (!tree.is_union()) return;
  double sum = 0;
  for (const auto& member : tree.members()) sum += member.weight;
  for (const auto& member : tree.members()) {
    // As a proxy takes them (proxy/route).
    const double part = sum > 0 ? member.weight / sum : 1.0 / static_cast<double>(tree.members().size());
    if (part > 0) AddShares(member.tree, share * part, out);
  }
}

// The same by an explanation; checks on the way that whoever gets nothing says why.
void AddShares(const json& node, ByClient* out) {
  const double share = node.at("share");
  if (share == 0) CHECK_FALSE(node.value("why", "").empty());
  const std::string type = node.at("type");
  if (type == "leaf" && share > 0) (*out)[node["bound"]["id"]] += share;
  if (type == "delegate") AddShares(node["delegate"], out);
  if (type == "transformation") AddShares(node["tree"], out);
  if (type == "alt") {
    for (const json& branch : node["alt"]) AddShares(branch, out);
  }
  if (type == "union") {
    for (const json& member : node["union"]) AddShares(member["tree"], out);
  }
}

TEST_CASE("The shares of an explanation are those of the tree that the name is bound to") {
  int compared = 0;
  int several = 0;
  for (unsigned seed = 1; seed <= 220; ++seed) {
    RandomNaming random(seed);
    Naming naming(seed % 3 == 0 ? Transformers{AtLeast(2)} : Transformers());
    naming.Rules(random.Rules());
    for (const char* label : {"x", "y", "z"}) naming.namer->Know(label, Endpoints(2));
    for (int i = 0; i < 2; ++i) random.ChangeNamer(*naming.namer, /*pending=*/false);
    for (const char* path : RandomNaming::kPaths) {
      const auto tree = Explained(naming.interpreter, path);
      const Bound bound(naming.interpreter, path);
      if (!tree.has_value()) continue;  // a limit was reached
      INFO("seed " << seed << ", " << path << " is " << bound.now() << "\n"
                   << naming.dtab->Get().value->dtab->Show());
      ByClient expected;
      if (bound.Get().value.has_value()) AddShares(bound.Get().value->tree, 1, &expected);
      ByClient ours;
      AddShares(*tree, &ours);
      REQUIRE(ours.size() == expected.size());
      for (const auto& [client, share] : expected) CHECK(ours[client] == Approx(share));
      ++compared;
      several += expected.size() > 1 ? 1 : 0;
    }
  }
  CHECK(compared > 400);
  CHECK(several > 40);
}

}  // namespace
}  // namespace heddle
