// Transformers on a namer.
#include <catch2/catch.hpp>

#include "tests/unit/transformers/support.h"

namespace heddle {
namespace {

using Answer = Activity<NameTree<Name>>;
using Tree = NameTree<Name>;

// Answers every path with one source.
class ScriptedNamer : public Namer {
 public:
  std::shared_ptr<Watch<Answer>> Lookup(const Path&) override { return answer; }
  std::shared_ptr<Watch<std::vector<Path>>> Enumerate() override { return ids; }
  std::string StateJson() const override { return R"({"own":1})"; }
  const std::shared_ptr<Source<Answer>> answer = std::make_shared<Source<Answer>>(Answer::Pending());
  const std::shared_ptr<Source<std::vector<Path>>> ids =
      std::make_shared<Source<std::vector<Path>>>(std::vector<Path>{Path{"#", "a"}, Path{"#", "b"}});
};

std::string Show(const Answer& answer) {
  if (!answer.value.has_value()) return answer.failed() ? "failed" : "pending";
  return (answer.failed() ? "stale " : "") + ShowTree<Name>(*answer.value, [](const Name& name) {
           if (const Path* path = std::get_if<Path>(&name)) return "path " + path->Show();
           return std::get<BoundName>(name).id.Show();
         });
}

struct Fixture {
  std::shared_ptr<ScriptedNamer> own = std::make_shared<ScriptedNamer>();
  std::shared_ptr<Namer> With(const std::string& list) {
    const ReadList read(list);
    REQUIRE(read.errors.empty());
    return TransformNamer(own, MakeTransformers(read.configs, {std::make_shared<FakeInet>()}));
  }
  Tree Client(const std::string& id) {
    return Tree::Leaf(BoundName{Path{"#", id}, Constant(BoundAddr("10.0.0.1:80")), Path()});
  }
};

constexpr char kPort[] = "[{kind: io.l5d.port, port: 1}]";

TEST_CASE_METHOD(Fixture, "A namer without transformers is itself") { CHECK(With("[]") == own); }

TEST_CASE_METHOD(Fixture, "What a namer answers is transformed, and its errors and waiting are passed on") {
  const auto namer = With(kPort);
  const auto watch = namer->Lookup(Path{"x"});
  CHECK_FALSE(own->answer->has_subscribers());
  std::vector<std::string> seen;
  const auto follow = watch->Subscribe([&seen](const Answer& answer) { seen.push_back(Show(answer)); });
  own->answer->Set(Answer::Ok(Client("a")));
  own->answer->Set(Answer::Failed(absl::UnavailableError("away"), Client("a")));
  own->answer->Set(
      Answer::Ok(Tree::Alt({Client("a"), Tree::Union({{0.5, Client("b")}, {0.5, Tree::Neg()}})})));
  own->answer->Set(Answer::Ok(Tree::Neg()));
  CHECK(seen == std::vector<std::string>{"pending", "/%/io.l5d.port/1/#/a", "stale /%/io.l5d.port/1/#/a",
                                         "/%/io.l5d.port/1/#/a | 0.50*/%/io.l5d.port/1/#/b & 0.50*~", "~"});
  CHECK(namer->Lookup(Path{"x"}) == watch);
  CHECK(namer->Lookup(Path{"y"}) != watch);
  CHECK(namer->StateJson() == R"({"own":1})");
}

TEST_CASE_METHOD(Fixture, "An answer with a path in it is looked up again before anything is transformed") {
  const auto watch = With(kPort)->Lookup(Path{"x"});
  own->answer->Set(Answer::Ok(Tree::Alt({Client("a"), Tree::Leaf(Path{"svc", "b"})})));
  std::string seen;
  const auto follow = watch->Subscribe([&seen](const Answer& answer) { seen = Show(answer); });
  CHECK(seen == "/#/a | path /svc/b");
}

TEST_CASE_METHOD(Fixture, "A constant takes the place of every answer that is known") {
  const auto watch = With("[{kind: io.l5d.const, path: /$/inet/127.0.0.1/1}]")->Lookup(Path{"x"});
  std::string seen;
  const auto follow = watch->Subscribe([&seen](const Answer& answer) { seen = Show(answer); });
  CHECK(seen == "pending");
  own->answer->Set(Answer::Ok(Tree::Neg()));
  CHECK(seen == "/%/io.l5d.const/$/inet/127.0.0.1/1");
}

TEST_CASE_METHOD(Fixture, "The clients a namer lists have the ids under which they are bound") {
  const auto shown = [](const std::shared_ptr<Namer>& namer) {
    std::string text;
    namer->Enumerate()
        ->Subscribe([&text](const auto& ids) {
          for (const Path& id : ids) text += id.Show() + " ";
        })
        .Cancel();
    return text;
  };
  CHECK(shown(With(kPort)) == "/%/io.l5d.port/1/#/a /%/io.l5d.port/1/#/b ");
  CHECK(shown(With("[{kind: io.l5d.replace, path: /$/inet/127.0.0.1/1}]")) ==
        "/%/io.l5d.replace/$/inet/127.0.0.1/1 ");
}

TEST_CASE_METHOD(Fixture, "A lookup outlives the namer it came from") {
  auto namer = With(kPort);
  const auto watch = namer->Lookup(Path{"x"});
  namer.reset();
  std::string seen;
  const auto follow = watch->Subscribe([&seen](const Answer& answer) { seen = Show(answer); });
  own->answer->Set(Answer::Ok(Client("a")));
  CHECK(seen == "/%/io.l5d.port/1/#/a");
}

}  // namespace
}  // namespace heddle
