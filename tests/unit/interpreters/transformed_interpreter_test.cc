// Transformers after what another process has bound.
#include "lib/interpreters/transformed_interpreter.h"

#include <catch2/catch.hpp>
#include <fstream>
#include <nlohmann/json.hpp>

#include "lib/interpreters/transformed_explanation.h"
#include "tests/unit/interpreters/support.h"

namespace heddle {
namespace {

using nlohmann::ordered_json;
using Endpoints = std::shared_ptr<Source<Addr>>;

// Binds every path to one source, and explains it with one text.
class ScriptedInterpreter : public Interpreter {
 public:
  std::shared_ptr<Watch<Activity<Binding>>> Bind(const Dtab&, const Path&) override { return binding; }
  Subscription Explain(const Dtab&, const Path&, ExplainDetail,
                       std::function<void(absl::StatusOr<std::string>)> done) override {
    done(explanation);
    return Subscription();
  }
  const std::shared_ptr<Source<Activity<Binding>>> binding =
      std::make_shared<Source<Activity<Binding>>>(Activity<Binding>::Pending());
  absl::StatusOr<std::string> explanation = absl::UnavailableError("namerd is away");
};

struct Fixture {
  Endpoints At(const std::string& address) {
    return std::make_shared<Source<Addr>>(
        Addr::Bound({{SocketAddress::ParseHostPort(address).value(), 1, {}}}));
  }
  BoundTree Leaf(const std::string& id, const Endpoints& addr) {
    return BoundTree::Leaf({Path{"#", id}, addr, Path()});
  }
  void Follow(const std::string& transformers) {
    interpreter = std::make_shared<TransformedInterpreter>(inner, MakeListed(transformers));
    subscription =
        interpreter->Bind(Dtab(), Path{"svc"})->Subscribe([this](const Activity<Binding>& binding) {
          last = binding;
          ++changes;
        });
  }
  std::string Tree() const {
    return ShowTree<BoundName>(last.value->tree, [](const BoundName& client) { return client.id.Show(); });
  }

  std::shared_ptr<ScriptedInterpreter> inner = std::make_shared<ScriptedInterpreter>();
  std::shared_ptr<TransformedInterpreter> interpreter;
  Activity<Binding> last;
  int changes = 0;
  Subscription subscription;
};

constexpr char kOneHost[] = "[{kind: io.l5d.specificHost, host: 10.0.0.1, prefix: /h}]";

TEST_CASE_METHOD(Fixture, "Bound trees are transformed; version, waiting and errors are passed on") {
  Follow("[{kind: io.l5d.port, port: 1}, {kind: io.l5d.specificHost, host: 10.0.0.1}]");
  CHECK(last.pending());
  inner->binding->Set(Activity<Binding>::Ok({Leaf("a", At("10.0.0.1:80")), {7, 3}}));
  CHECK(Tree() == "/%/io.l5d.specificHost/%/io.l5d.port/1/#/a");
  CHECK(last.value->version == DtabVersion{7, 3});
  inner->binding->Set(Activity<Binding>::Failed(absl::UnavailableError("away"), last.value));
  CHECK(last.error.message() == "away");
  inner->binding->Set(Activity<Binding>::Ok({BoundTree::Neg(), {7, 4}}));
  CHECK(last.value->tree.is_neg());
  subscription.Cancel();
  CHECK_FALSE(inner->binding->has_subscribers());
}

TEST_CASE_METHOD(Fixture,
                 "A member of a union that a filter leaves without endpoints is left out, and comes back") {
  const Endpoints a = At("10.0.0.1:80"), b = At("10.0.0.2:80");
  Follow(kOneHost);
  inner->binding->Set(Activity<Binding>::Ok({BoundTree::Union({{9, Leaf("a", a)}, {1, Leaf("b", b)}}), {}}));
  CHECK(Tree() == "/%/h/#/a");
  b->Set(Addr::Bound({{SocketAddress::Parse("10.0.0.1", 81).value(), 1, {}}}));
  CHECK(Tree() == "9.00*/%/h/#/a & /%/h/#/b");
  const int before = changes;
  b->Set(Addr::Bound({{SocketAddress::Parse("10.0.0.1", 82).value(), 1, {}}}));
  CHECK(changes == before);  // the tree is the same
  a->Set(Addr::Absent());
  CHECK(Tree() == "/%/h/#/b");
  b->Set(Addr::Absent());  // nobody is left: the tree stands as it was written
  CHECK(Tree() == "9.00*/%/h/#/a & /%/h/#/b");
  subscription.Cancel();
  CHECK_FALSE(a->has_subscribers());
}

TEST_CASE_METHOD(Fixture,
                 "A member that is drained by its weight does not stand in for one that is filtered out") {
  Follow(kOneHost);
  inner->binding->Set(Activity<Binding>::Ok(
      {BoundTree::Union({{0, Leaf("a", At("10.0.0.1:80"))}, {1, Leaf("b", At("10.0.0.2:80"))}}), {}}));
  CHECK(Tree() == "0.00*/%/h/#/a & /%/h/#/b");
}

TEST_CASE_METHOD(Fixture, "A new tree takes the place of the old without letting go of what both have") {
  const Endpoints a = At("10.0.0.1:80"), b = At("10.0.0.1:81"), c = At("10.0.0.1:82");
  Follow(kOneHost);
  inner->binding->Set(Activity<Binding>::Ok({BoundTree::Union({{1, Leaf("a", a)}, {1, Leaf("b", b)}}), {}}));
  inner->binding->Set(Activity<Binding>::Ok({BoundTree::Union({{1, Leaf("c", c)}, {1, Leaf("b", b)}}), {}}));
  CHECK_FALSE(a->has_subscribers());
  CHECK(b->has_subscribers());
  CHECK(Tree() == "/%/h/#/c & /%/h/#/b");
}

std::string Explained(Fixture& f) {
  std::string text;
  f.interpreter
      ->Explain(Dtab(), Path{"svc"}, ExplainDetail::kPlain,
                [&text](absl::StatusOr<std::string> json) {
                  text = json.ok() ? *json : "error: " + std::string(json.status().message());
                })
      .Cancel();
  return text;
}

TEST_CASE_METHOD(Fixture, "An explanation that namerd cannot give, or that is none, is an error") {
  Follow(kOneHost);
  CHECK(Explained(*this) == "error: namerd is away");
  for (const char* text : {"", "{", "[]", "{}", R"({"type":"leaf"})", R"({"type":"delegate","path":"/a"})"}) {
    inner->explanation = text;
    INFO(text);
    CHECK(Explained(*this).rfind("error: the explanation that came is none", 0) == 0);
  }
}

TEST_CASE("The recorded explanation of a transformed client") {
  std::ifstream file(HEDDLE_VECTORS "/delegate.json");
  int checked = 0;
  for (const ordered_json& vector : ordered_json::parse(file)) {
    if (vector["op"] != "delegate_transform_json") continue;
    const ordered_json& expected = vector["expect"]["json"];
    // Before the transformer: its tree, on the way it came, with what it was bound to.
    ordered_json plain = expected;
    const ordered_json& step = expected["delegate"];
    plain["delegate"] = {{"type", "leaf"},
                         {"path", step["path"]},
                         {"dentry", step["tree"]["dentry"]},
                         {"bound", step["bound"]}};
    const auto transformed =
        TransformExplanation(MakeListed("[" + vector["transformer"].dump() + "]"), plain.dump());
    REQUIRE(transformed.ok());
    CHECK(nlohmann::json::parse(*transformed) == nlohmann::json::parse(expected.dump()));
    ++checked;
  }
  CHECK(checked == 1);
}

std::string LeafJson(const std::string& more = "") {
  return R"({"type":"leaf","path":"/#/a")" + more +
         R"(,"bound":{"addr":{"type":"bound","addrs":[{"ip":"10.0.0.1","port":80,"meta":{"endpoint_addr_weight":0.5}},)"
         R"({"ip":"::1","port":81,"meta":{"nodeName":"n"}}],"meta":{"authority":"x"}},"id":"/#/a","path":"/r"}})";
}

TEST_CASE("Every leaf of every branch is transformed, details included") {
  const auto transformers =
      MakeListed("[{kind: io.l5d.port, port: 7}, {kind: io.l5d.specificHost, host: '::1'}]");
  const std::string tree = R"({"type":"alt","path":"/svc","alt":[{"type":"neg","path":"/x"},)"
                           R"({"type":"union","path":"/y","union":[{"weight":0.25,"tree":)" +
                           LeafJson(R"(,"share":0.25,"why":"so")") + "}]}]}";
  const auto json = TransformExplanation(transformers, tree);
  REQUIRE(json.ok());
  const auto root = ordered_json::parse(*json);
  CHECK(root["alt"][0] == ordered_json::parse(R"({"type":"neg","path":"/x"})"));
  const ordered_json& first = root["alt"][1]["union"][0]["tree"];
  CHECK(root["alt"][1]["union"][0]["weight"] == 0.25);
  CHECK(first["type"] == "transformation");
  CHECK(first["name"] == "DelegatingNameTreeTransformer$");
  CHECK(first["share"] == 0.25);
  const ordered_json& second = first["tree"];
  CHECK(second["type"] == "transformation");
  CHECK(second["path"] == "/%/io.l5d.port/7/#/a");
  CHECK(second["bound"]["addr"]["addrs"][0]["meta"]["endpoint_addr_weight"] == 0.5);
  const ordered_json& leaf = second["tree"];
  CHECK(leaf["type"] == "leaf");
  CHECK(leaf["why"] == "so");
  CHECK(leaf["bound"]["id"] == "/%/io.l5d.specificHost/%/io.l5d.port/7/#/a");
  CHECK(leaf["bound"]["path"] == "/r");
  CHECK(
      leaf["bound"]["addr"].dump() ==
      R"({"type":"bound","addrs":[{"ip":"::1","port":7,"meta":{"nodeName":"n"}}],"meta":{"authority":"x"}})");
}

TEST_CASE("The share of a client that is filtered out goes to the others, unless nobody is left") {
  const auto client = [](const std::string& ip, const std::string& share) {
    return R"({"type":"leaf","path":"/a","bound":{"addr":{"type":"bound","addrs":[{"ip":")" + ip +
           R"(","port":1,"meta":{}}],"meta":{}},"id":"/#/a","path":"/"},"share":)" + share + "}";
  };
  const auto shares = [&client](const std::string& host) {
    const std::string json =
        R"({"type":"delegate","path":"/svc","share":1,"delegate":{"type":"union","path":"/x",)"
        R"("share":1,"union":[{"weight":6,"tree":)" +
        client("10.0.0.1", "0.6") + R"(},{"weight":2,"tree":)" + client("10.0.0.2", "0.2") +
        R"(},{"weight":2,"tree":)" + client("10.0.0.2", "0.2") + "}]}}";
    const auto text =
        TransformExplanation(MakeListed("[{kind: io.l5d.specificHost, host: " + host + "}]"), json);
    REQUIRE(text.ok());
    return ordered_json::parse(*text);
  };
  const auto some = shares("10.0.0.2");
  CHECK(some["share"] == Approx(1));
  CHECK(some["delegate"]["share"] == Approx(1));
  const auto& members = some["delegate"]["union"];
  CHECK(members[0]["tree"]["share"] == 0);
  CHECK(members[0]["tree"]["tree"]["why"] == "the transformers leave none of its endpoints");
  CHECK(members[1]["tree"]["share"] == Approx(0.5));
  CHECK(members[2]["tree"]["tree"]["share"] == Approx(0.5));
  const auto none = shares("10.0.0.3");
  CHECK(none["delegate"]["union"][0]["tree"]["share"] == 0.6);
  CHECK_FALSE(none["delegate"]["union"][0]["tree"].contains("why"));
}

TEST_CASE("What a constant takes the place of is shown to lead there, ~ as well") {
  const auto constant = MakeListed("[{kind: io.l5d.const, path: /$/inet/127.0.0.1/9}]");
  const auto after = [&constant](const std::string& json) {
    const auto text = TransformExplanation(constant, json);
    REQUIRE(text.ok());
    return ordered_json::parse(*text);
  };
  const auto leaf = after(LeafJson());
  CHECK(leaf["name"] == "ConstTransformer");
  CHECK(leaf["tree"]["path"] == "/%/io.l5d.const/$/inet/127.0.0.1/9");
  CHECK(leaf["tree"]["bound"]["path"] == "/");
  const auto none = after(R"({"type":"neg","path":"/svc","dentry":{"prefix":"/svc","dst":"~"}})");
  CHECK(none["type"] == "delegate");
  CHECK(none["path"] == "/svc");
  CHECK(none["delegate"]["type"] == "leaf");
  CHECK(none["delegate"]["bound"]["id"] == "/%/io.l5d.const/$/inet/127.0.0.1/9");
  const auto nil = TransformExplanation(MakeListed("[{kind: io.l5d.replace, path: /$/nil}]"), LeafJson());
  CHECK(ordered_json::parse(*nil)["tree"]["type"] == "empty");
}

}  // namespace
}  // namespace heddle
