// Endpoint sets that transformers change: lazy, shared, and true to what they follow.
#include <catch2/catch.hpp>

#include "tests/unit/transformers/support.h"

namespace heddle {
namespace {

std::shared_ptr<Transformer> Make(const std::string& entry, const TransformerContext& context) {
  const ReadList read("[" + entry + "]");
  REQUIRE(read.errors.empty());
  return MakeTransformers(read.configs, context).at(0);
}

struct Fixture {
  std::shared_ptr<FakeInet> inet = std::make_shared<FakeInet>();
  std::shared_ptr<Source<Addr>> own = std::make_shared<Source<Addr>>(Addr::Pending());
  TransformerContext context{inet, [this] { return local; }};
  absl::StatusOr<std::vector<SocketAddress>> local = std::vector<SocketAddress>{Ip("127.0.0.1")};

  std::shared_ptr<Watch<Addr>> Transform(Transformer& transformer) {
    return transformer.TransformClient({Path{"#", "a"}, own, Path()}).leaf().addr;
  }
};

// The values that an observer of `watch` sees.
struct Seen {
  explicit Seen(const std::shared_ptr<Watch<Addr>>& watch)
      : subscription(watch->Subscribe([this](const Addr& addr) { values.push_back(ShowAddr(addr)); })) {}
  std::vector<std::string> values;
  Subscription subscription;
};

TEST_CASE_METHOD(Fixture, "An endpoint set on another port follows the client's own, each state as it is") {
  const auto port = Make("{kind: io.l5d.port, port: 4140}", context);
  const auto watch = Transform(*port);
  CHECK_FALSE(own->has_subscribers());
  {
    const Seen seen(watch);
    CHECK(own->has_subscribers());
    own->Set(BoundAddr("10.0.0.1:80 10.0.0.2:81"));
    own->Set(BoundAddr("10.0.0.1:80 10.0.0.1:99 10.0.0.2:81"));  // the same hosts: nobody is told
    own->Set(Addr::Absent());
    own->Set(Addr::Failed(absl::UnavailableError("away")));
    own->Set(Addr::Bound({}));
    CHECK(seen.values ==
          std::vector<std::string>{"pending", "10.0.0.1:4140 10.0.0.2:4140", "absent", "failed: away", ""});
  }
  CHECK_FALSE(own->has_subscribers());
  own->Set(BoundAddr("10.0.0.9:80"));
  CHECK(Seen(watch).values == std::vector<std::string>{"10.0.0.9:4140"});
}

TEST_CASE_METHOD(Fixture, "Weights and metadata stay with their endpoints") {
  Endpoint endpoint{SocketAddress::Parse("10.0.0.1", 80).value(), 0.25, {{"nodeName", "n1"}}};
  own->Set(Addr::Bound({endpoint}, {{"authority", "web"}}));
  for (const std::string entry :
       {"{kind: io.l5d.port, port: 80}", "{kind: io.l5d.specificHost, host: 10.0.0.1}"}) {
    const auto watch = Transform(*Make(entry, context));
    const Seen seen(watch);
    CHECK(watch->Get() == own->Get());
  }
}

TEST_CASE_METHOD(Fixture, "The same client gives the same watch while that is held") {
  const auto port = Make("{kind: io.l5d.port, port: 4140}", context);
  const auto watch = Transform(*port);
  CHECK(Transform(*port) == watch);
  const auto other = std::make_shared<Source<Addr>>(Addr::Pending());
  CHECK(port->TransformClient({Path{"#", "b"}, other, Path()}).leaf().addr != watch);
}

TEST_CASE_METHOD(Fixture, "A watch outlives its transformer") {
  auto port = Make("{kind: io.l5d.port, port: 4140}", context);
  const auto watch = Transform(*port);
  port.reset();
  const Seen seen(watch);
  own->Set(BoundAddr("10.0.0.1:80"));
  CHECK(seen.values.back() == "10.0.0.1:4140");
}

TEST_CASE_METHOD(Fixture, "A filter that leaves nobody makes the set absent, so that an alternate is tried") {
  const auto localhost = Make("{kind: io.l5d.localhost}", context);
  const auto watch = Transform(*localhost);
  const Seen seen(watch);
  own->Set(BoundAddr("127.0.0.1:80 10.0.0.1:80"));
  own->Set(BoundAddr("10.0.0.1:80"));
  own->Set(BoundAddr(""));  // nobody to begin with: that is the namer's word
  CHECK(seen.values == std::vector<std::string>{"pending", "127.0.0.1:80", "absent", ""});
}

TEST_CASE_METHOD(Fixture, "A host that does not tell its addresses makes a set fail, not empty") {
  local = absl::UnavailableError("the addresses of this host: Operation not permitted");
  const auto localhost = Make("{kind: io.l5d.localhost}", context);
  own->Set(BoundAddr("127.0.0.1:80"));
  CHECK(Seen(Transform(*localhost)).values ==
        std::vector<std::string>{"failed: the addresses of this host: Operation not permitted"});
}

TEST_CASE_METHOD(Fixture, "A specific host may be a name, whose addresses are followed") {
  const auto host = Make("{kind: io.l5d.specificHost, host: node-1.example}", context);
  own->Set(BoundAddr("10.0.0.1:80 10.0.0.2:80 10.0.0.2:81"));
  const auto watch = Transform(*host);
  const auto name = inet->At("node-1.example", 1);
  CHECK_FALSE(name->has_subscribers());
  const Seen seen(watch);
  name->Set(BoundAddr("10.0.0.2:1"));
  name->Set(BoundAddr("10.0.0.1:1 10.0.0.2:1"));
  name->Set(Addr::Absent());
  name->Set(Addr::Failed(absl::UnavailableError("SERVFAIL")));
  CHECK(seen.values == std::vector<std::string>{"pending", "10.0.0.2:80 10.0.0.2:81",
                                                "10.0.0.1:80 10.0.0.2:80 10.0.0.2:81", "absent",
                                                "failed: SERVFAIL"});
}

TEST_CASE_METHOD(Fixture, "Replaced clients share the endpoints of the one that takes their place") {
  const auto replace = Make("{kind: io.l5d.replace, path: /$/inet/10.9.9.9/4140}", context);
  const auto tree = BoundTree::Union({{1, BoundTree::Leaf({Path{"#", "a"}, own, Path{"x"}})},
                                      {3, BoundTree::Leaf({Path{"#", "b"}, own, Path()})}});
  const auto replaced = TransformTree({replace}, tree);
  CHECK(ShowBound(replaced) ==
        "/%/io.l5d.replace/$/inet/10.9.9.9/4140 & 3.00*/%/io.l5d.replace/$/inet/10.9.9.9/4140");
  replaced.ForEachLeaf([this](const BoundName& client) { CHECK(client.addr == inet->At("10.9.9.9", 4140)); });
  CHECK(TransformTree({replace}, BoundTree::Fail()).is_fail());
}

}  // namespace
}  // namespace heddle
