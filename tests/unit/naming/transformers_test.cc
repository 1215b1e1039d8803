#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>

#include "tests/unit/naming/transformer_doubles.h"

namespace heddle {
namespace {

using nlohmann::json;

json Explained(Naming& naming, absl::string_view path, ExplainDetail detail = ExplainDetail::kPlain) {
  std::string text;
  const Subscription subscription = naming.interpreter.Explain(
      Dtab(), P(path), detail, [&](const absl::StatusOr<std::string>& answer) { text = answer.value(); });
  return json::parse(text);
}

TEST_CASE("Every client is transformed, whatever it is found by; the last transformer is the outermost") {
  Naming naming("/svc => /#/t ; /both => 0.9*/#/t/a & 0.1*/#/t/b ; /none => ~",
                {Renamer("one"), Renamer("two")});
  naming.namer->Know("a", Endpoints(1));
  naming.namer->Know("b", Endpoints(1));
  CHECK(Bound(naming.interpreter, "/svc/a/x").now() == "/%/two/%/one/#/t/a:/x");
  CHECK(Bound(naming.interpreter, "/both").now() == "0.90*/%/two/%/one/#/t/a & 0.10*/%/two/%/one/#/t/b");
  CHECK(Bound(naming.interpreter, "/none").now() == "~");
}

TEST_CASE(
    "An alternate is tried when a filter leaves nothing, and the first again when it leaves something") {
  Naming naming("/svc => /#/t/a | /#/t/b ; /both => /#/t/a & /#/t/b", {AtLeast(2)});
  naming.namer->Know("a", Endpoints(1));
  naming.namer->Know("b", Endpoints(2));
  Bound svc(naming.interpreter, "/svc");
  Bound both(naming.interpreter, "/both");
  CHECK(svc.now() == "/%/atleast/#/t/b");
  CHECK(both.now() == "/%/atleast/#/t/b");
  naming.namer->AddrOf("a")->Set(Endpoints(2));
  CHECK(svc.now() == "/%/atleast/#/t/a");
  CHECK(both.now() == "/%/atleast/#/t/a & /%/atleast/#/t/b");
  // What no choice depends on changes nothing.
  const uint64_t before = naming.interpreter.evaluations();
  naming.namer->AddrOf("a")->Set(Endpoints(3));
  CHECK(naming.interpreter.evaluations() == before);
}

TEST_CASE("A client can become a tree, which is chosen from like any other") {
  const BoundTree tree =
      BoundTree::Alt({ClientLeaf("/#/x/empty", Endpoints(0)), BoundTree::Neg(), ClientLeaf("/#/x/full")});
  Naming naming("/svc => /#/t", {std::make_shared<TreeTransformer>("replace", tree, false), Renamer("one")});
  naming.namer->Know("a", Endpoints(1));
  CHECK(Bound(naming.interpreter, "/svc/a").now() == "/%/one/#/x/full");
  CHECK(Bound(naming.interpreter, "/svc/b").now() == "~");
}

TEST_CASE("What replaces whole trees replaces every known one, and only transformers after it matter") {
  const auto whole = std::make_shared<TreeTransformer>("const", ClientLeaf("/#/x"), true);
  Naming naming("/svc => /#/t ; /stop => ! ; /circle => /circle", {AtLeast(9), whole, Renamer("one")});
  naming.namer->Know("a", Endpoints(1));
  naming.namer->Set("later", Answer::Pending());
  for (const char* path : {"/svc/a", "/svc/nosuch", "/stop"}) {
    CHECK(Bound(naming.interpreter, path).now() == "/%/one/#/x");
  }
  CHECK(Bound(naming.interpreter, "/svc/later").now() == "pending");
  CHECK(Bound(naming.interpreter, "/circle").now().find("error: ") == 0);
}

TEST_CASE("An explanation shows a client before and after each transformer") {
  Naming naming("/svc => /#/t", {Renamer("one"), AtLeast(2)});
  naming.namer->Know("a", Endpoints(1));
  const json tree = Explained(naming, "/svc/a");
  CHECK(tree["type"] == "delegate");
  const json one = tree["delegate"];
  CHECK(one["type"] == "transformation");
  CHECK(one["path"] == "/#/t/a");
  CHECK(one["name"] == "one");
  CHECK_FALSE(one.contains("dentry"));
  CHECK(one["bound"]["id"] == "/#/t/a");
  const json two = one["tree"];
  CHECK(two["path"] == "/%/one/#/t/a");
  CHECK(two["name"] == "AtLeast");
  const json leaf = two["tree"];
  CHECK(leaf["type"] == "leaf");
  CHECK(leaf["path"] == "/%/atleast/%/one/#/t/a");
  CHECK(leaf["dentry"]["prefix"] == "/svc");
  CHECK(leaf["bound"]["addr"]["type"] == "neg");
  CHECK(Explained(naming, "/svc/b")["delegate"]["type"] == "neg");
}

TEST_CASE("An explanation shows what replaces a dead end, too") {
  const auto whole = std::make_shared<TreeTransformer>("const", ClientLeaf("/#/x"), true);
  Naming naming("/svc => /#/t ; /stop => !", {whole});
  naming.namer->Know("a", Endpoints(1));
  CHECK(Explained(naming, "/svc/a")["delegate"]["tree"]["bound"]["id"] == "/#/x");
  const json stopped = Explained(naming, "/stop", ExplainDetail::kFull);
  CHECK(stopped["delegate"]["path"] == "!");
  CHECK(stopped["delegate"]["delegate"]["bound"]["id"] == "/#/x");
  CHECK(stopped["delegate"]["delegate"]["share"] == 1.0);
}

}  // namespace
}  // namespace heddle
