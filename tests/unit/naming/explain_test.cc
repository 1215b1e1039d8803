#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "lib/naming/delegate_json.h"
#include "tests/unit/naming/fixture.h"

namespace heddle {
namespace {

using nlohmann::json;

// An explanation asked for.
struct Explained {
  Explained(Naming& naming, absl::string_view path, const Dtab& local = Dtab())
      : subscription(naming.interpreter.Explain(local, P(path), ExplainDetail::kPlain,
                                                [this](absl::StatusOr<std::string> json) {
                                                  ++calls;
                                                  answer = std::move(json);
                                                })) {}
  json Tree() const {
    REQUIRE(answer.has_value());
    REQUIRE(answer->ok());
    return json::parse(**answer);
  }

  int calls = 0;
  std::optional<absl::StatusOr<std::string>> answer;
  Subscription subscription;
};

TEST_CASE("An explanation waits for the dtab, the namers and the endpoints, and is given once") {
  Naming naming;
  naming.namer->Set("web", Answer::Pending());
  Explained explained(naming, "/svc/web");
  CHECK(explained.calls == 0);
  naming.Rules("/svc => /#/t");
  CHECK(explained.calls == 0);
  naming.namer->Know("web", Addr::Pending());
  CHECK(explained.calls == 0);
  naming.namer->AddrOf("web")->Set(Endpoints(1));
  CHECK(explained.calls == 1);
  const json leaf = explained.Tree()["delegate"];
  CHECK(leaf["bound"]["addr"]["addrs"][0]["ip"] == "127.0.0.1");
  CHECK(leaf["dentry"]["dst"] == "/#/t");
  naming.Rules("/svc => ~");
  naming.namer->AddrOf("web")->Set(Endpoints(2));
  CHECK(explained.calls == 1);
  CHECK(naming.namer->followed() == 0);
}

TEST_CASE("An explanation that is cancelled is not given") {
  Naming naming;
  Explained explained(naming, "/svc/web");
  explained.subscription.Cancel();
  naming.Rules("/svc => /#/t");
  CHECK(explained.calls == 0);
  CHECK_FALSE(naming.dtab->has_subscribers());
}

TEST_CASE("The receiver may end the subscription while it is told") {
  Naming naming;
  std::optional<Subscription> subscription;
  int calls = 0;
  subscription = naming.interpreter.Explain(Dtab(), P("/svc/web"), ExplainDetail::kPlain,
                                            [&](const absl::StatusOr<std::string>&) {
                                              ++calls;
                                              subscription.reset();
                                            });
  naming.Rules("/svc => /#/t");
  CHECK(calls == 1);
}

TEST_CASE("Every branch is shown, the request's own rules first") {
  Naming naming("/svc => /#/t");
  naming.namer->Know("web", Endpoints(1));
  const json tree = Explained(naming, "/svc/web", D("/svc/web => ! ")).Tree();
  CHECK(tree["type"] == "alt");
  CHECK(tree["alt"][0] ==
        json::parse(R"({"type":"fail","path":"!","dentry":{"prefix":"/svc/web","dst":"!"}})"));
  CHECK(tree["alt"][1]["type"] == "leaf");
  CHECK(tree["alt"][1]["bound"]["id"] == "/#/t/web");
}

TEST_CASE("A circle is an error by itself, and a branch among alternates") {
  Naming naming("/a => /b ; /b => /a ; /c => /a | /#/t/web");
  naming.namer->Know("web", Endpoints(1));
  Explained alone(naming, "/a");
  REQUIRE(alone.answer.has_value());
  CHECK(alone.answer->status().code() == absl::StatusCode::kFailedPrecondition);
  const json tree = Explained(naming, "/c").Tree();
  CHECK(tree["alt"][0]["type"] == "exception");
  CHECK(tree["alt"][1]["type"] == "leaf");
}

TEST_CASE("An explanation that would never end is an error that names the rules") {
  Naming naming("/a => /a | /a");
  Explained explained(naming, "/a");
  REQUIRE(explained.answer.has_value());
  CHECK(std::string(explained.answer->status().message()).find("/a=>/a | /a") != std::string::npos);
}

TEST_CASE("A tree nested without end is refused with the limit, one within it is explained") {
  Naming naming("/svc => /#/t");
  naming.namer->Know("web", Endpoints(1));
  const auto explain = [&](int depth) {
    NameTree<Path> tree = NameTree<Path>::Leaf(P("/svc/web"));
    for (int i = 0; i < depth; ++i) tree = NameTree<Path>::Alt({std::move(tree), NameTree<Path>::Neg()});
    absl::StatusOr<DelegateTree> answer = absl::UnknownError("");
    const Subscription subscription = naming.interpreter.Delegate(
        Dtab(), tree, [&](absl::StatusOr<DelegateTree> t) { answer = std::move(t); });
    return answer;
  };
  CHECK(explain(90).ok());
  const absl::StatusOr<DelegateTree> deep = explain(600);
  REQUIRE(deep.ok());  // the branch that goes too deep says so
  CHECK(DelegateTreeToJson(*deep).find("nests more than 500 alternates and unions") != std::string::npos);
}

TEST_CASE("An explanation does not grow without end by what is written down of each rule") {
  const auto explained = [](int members) {
    std::string dst = "/#/t/0";
    for (int i = 1; i < members; ++i) absl::StrAppend(&dst, " & /#/t/", i);
    Naming naming(absl::StrCat("/svc => ", dst));
    return Explained(naming, "/svc").answer.value().status();
  };
  CHECK(explained(200).ok());
  Naming naming;
  std::string dst = "~";
  for (int i = 1; i < 4000; ++i) dst += " | ~";
  naming.Rules(absl::StrCat("/svc => ", dst, " | /", std::string(10000, 'x')));
  const Explained long_one(naming, "/svc");
  REQUIRE(long_one.answer.has_value());
  CHECK(long_one.answer->status().code() == absl::StatusCode::kResourceExhausted);
}

TEST_CASE("A tree can be explained as a value") {
  Naming naming("/svc => /#/t");
  naming.namer->Know("web", Addr::Pending());  // not waited for
  std::optional<DelegateTree> tree;
  const Subscription subscription =
      naming.interpreter.Delegate(Dtab(), *ParseNameTree("/svc/web & ~"),
                                  [&](absl::StatusOr<DelegateTree> answer) { tree = *std::move(answer); });
  REQUIRE(tree.has_value());
  const auto* all = std::get_if<DelegateTree::Union>(&tree->node);
  REQUIRE(all != nullptr);
  CHECK(all->trees[0].tree.path == "/svc/web");
  CHECK(std::holds_alternative<DelegateTree::Neg>(all->trees[1].tree.node));
  CHECK(all->trees[1].tree.dentry == nullptr);
}

TEST_CASE("Addresses are shown in each state") {
  Addr addr =
      Addr::Bound({{*SocketAddress::Parse("::1", 8080), 0.5, {{"nodeName", "n1"}}}}, {{"authority", "a:b"}});
  CHECK(
      AddrToJson(addr) ==
      R"({"type":"bound","addrs":[{"ip":"::1","port":8080,"meta":{"nodeName":"n1","endpoint_addr_weight":0.5}}],)"
      R"("meta":{"authority":"a:b"}})");
  CHECK(AddrToJson(Addr::Absent()) == R"({"type":"neg"})");
  CHECK(AddrToJson(Addr::Pending()) == R"({"type":"pending"})");
  CHECK(json::parse(AddrToJson(Addr::Failed(absl::UnavailableError("no \xff"))))["type"] == "failed");
}

}  // namespace
}  // namespace heddle
