#include "namerd/namespaces/namespaces.h"

#include <catch2/catch.hpp>

#include "lib/event/loop.h"
#include "lib/naming/local_interpreter.h"
#include "lib/transformers/transform.h"
#include "namerd/namespaces/weak_cache.h"
#include "namerd/store/memory_store.h"

namespace heddle::namerd {
namespace {

// Knows every path; its endpoints are the test's.
class OneSetNamer : public Namer {
 public:
  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) override {
    return Constant(Activity<NameTree<Name>>::Ok(
        NameTree<Name>::Leaf(Name(BoundName{Path{"#", "one"} + path.Take(1), addr, path.Drop(1)}))));
  }
  std::shared_ptr<Source<Addr>> addr = std::make_shared<Source<Addr>>(Addr::Pending());
};

struct Fixture {
  FakeClock clock;
  Loop loop{clock};
  std::unique_ptr<Store> store = MakeMemoryStore(loop);
  std::shared_ptr<OneSetNamer> namer = std::make_shared<OneSetNamer>();
  Namespaces namespaces{*store, {{Path{"#", "one"}, namer}}};

  void Put(const std::string& ns, const std::string& dtab) {
    bool done = false;
    store->Put(DocumentKind::kDtab, ns, dtab, {}, {}, [&](const auto& r) { done = r.ok(); });
    loop.RunReady();
    REQUIRE(done);
  }
  void Delete(const std::string& ns) {
    store->Delete(DocumentKind::kDtab, ns, {}, {}, [](const auto& r) { REQUIRE(r.ok()); });
    loop.RunReady();
  }
};

std::string TreeText(const Activity<Binding>& binding) {
  if (binding.failed()) return "failed";
  if (binding.pending()) return "pending";
  return ShowTree<BoundName>(binding.value->tree, [](const BoundName& name) { return name.id.Show(); });
}

Addr OneEndpoint() {
  Endpoint endpoint;
  endpoint.address = *SocketAddress::Parse("127.0.0.1", 1);
  return Addr::Bound({endpoint});
}

TEST_CASE("A namespace that does not exist has an empty dtab until it is created, and after it is removed") {
  Fixture f;
  f.namer->addr->Set(OneEndpoint());
  std::vector<std::string> seen;
  const auto interpreter = f.namespaces.InterpreterOf("web");
  const Subscription s =
      interpreter->Bind({}, Path{"svc"})->Subscribe([&](const auto& b) { seen.push_back(TreeText(b)); });
  f.Put("web", "/svc => /#/one/a");
  f.Put("web", "/svc => /#/one/b");
  f.Delete("web");
  CHECK(seen == std::vector<std::string>{"~", "/#/one/a", "/#/one/b", "~"});
}

TEST_CASE("The version of a binding is the revision that made it, removals included") {
  Fixture f;
  const auto dtab = f.namespaces.DtabOf("web");
  CHECK_FALSE(dtab->Get().pending());
  CHECK_FALSE(dtab->Get().value->has_value());
  f.Put("other", "/a => /b");
  f.Put("web", "/svc => /#/one/a");
  const DtabVersion first{f.store->epoch(), 2};
  CHECK((*dtab->Get().value)->version == first);

  const auto interpreter = f.namespaces.InterpreterOf("web");
  const auto bound = interpreter->Bind({}, Path{"svc"});
  const Subscription s = bound->Subscribe([](const auto&) {});
  CHECK(bound->Get().value->version == first);
  f.Delete("web");
  CHECK_FALSE(dtab->Get().value->has_value());
  CHECK(bound->Get().value->version == DtabVersion{f.store->epoch(), 3});
}

TEST_CASE("Those who follow the dtab are told after its bindings have followed") {
  Fixture f;
  f.Put("web", "/svc => /#/one/a");
  const auto interpreter = f.namespaces.InterpreterOf("web");
  std::vector<std::string> order;
  // Subscribed first, and yet told last.
  const Subscription on_dtab =
      f.namespaces.DtabOf("web")->Subscribe([&](const auto&) { order.push_back("dtab"); });
  const Subscription on_bound =
      interpreter->Bind({}, Path{"svc"})->Subscribe([&](const auto&) { order.push_back("bound"); });
  order.clear();
  f.Put("web", "/svc => /#/one/b");
  CHECK(order == std::vector<std::string>{"bound", "dtab"});
}

TEST_CASE("One interpreter and one watch a namespace while somebody holds them") {
  Fixture f;
  const auto interpreter = f.namespaces.InterpreterOf("web");
  CHECK(f.namespaces.InterpreterOf("web") == interpreter);
  CHECK(f.namespaces.InterpreterOf("other") != interpreter);
  const auto dtab = f.namespaces.DtabOf("web");
  CHECK(f.namespaces.DtabOf("web") == dtab);
}

TEST_CASE("A binding goes on when its interpreter is dropped") {
  Fixture f;
  f.namer->addr->Set(OneEndpoint());
  auto bound = f.namespaces.InterpreterOf("web")->Bind({}, Path{"svc"});
  std::string last;
  const Subscription s = bound->Subscribe([&](const auto& b) { last = TreeText(b); });
  f.Put("web", "/svc => /#/one/a");
  CHECK(last == "/#/one/a");
  const auto another = f.namespaces.InterpreterOf("web");
  f.Put("web", "/svc => /#/one/b");
  CHECK(last == "/#/one/b");
}

TEST_CASE("What is stored and is no dtab is an error that keeps the last good one") {
  Fixture f;
  f.Put("web", "/svc => /#/one/a");
  const auto dtab = f.namespaces.DtabOf("web");
  f.Put("web", "no dtab");
  CHECK(dtab->Get().failed());
  CHECK_THAT(std::string(dtab->Get().error.message()), Catch::Contains("\"web\""));
  CHECK((*dtab->Get().value)->dtab->Show() == "/svc=>/#/one/a");
  f.Put("web", "/svc => /x");
  CHECK_FALSE(dtab->Get().failed());
}

TEST_CASE("A bound id resolves to its endpoints, and those are followed while somebody does") {
  Fixture f;
  const auto addr = f.namespaces.Resolve(Path{"#", "one", "a"});
  CHECK(f.namespaces.Resolve(Path{"#", "one", "a"}) == addr);
  std::vector<AddrState> seen;
  {
    const Subscription s = addr->Subscribe([&](const Addr& now) { seen.push_back(now.state); });
    f.namer->addr->Set(OneEndpoint());
    f.namer->addr->Set(Addr::Absent());
    f.namer->addr->Set(Addr::Failed(absl::UnavailableError("x")));
  }
  CHECK(seen == std::vector<AddrState>{AddrState::kPending, AddrState::kBound, AddrState::kAbsent,
                                       AddrState::kFailed});
  CHECK_FALSE(f.namer->addr->has_subscribers());

  const auto state_of = [&](const Path& id) {
    const auto watch = f.namespaces.Resolve(id);
    const Subscription s = watch->Subscribe([](const Addr&) {});
    return watch->Get();
  };
  CHECK(state_of(Path{"#", "unknown", "a"}).state == AddrState::kAbsent);
  CHECK(absl::IsFailedPrecondition(state_of(Path{"$", "fail"}).error));
}

// Puts every endpoint on another port, under an id that says so.
class OtherPort : public Transformer {
 public:
  const std::string& name() const override { return name_; }
  BoundTree TransformClient(const BoundName& client) override {
    return BoundTree::Leaf({Path{"%", "io.l5d.port", "2"} + client.id, addr, client.residual});
  }
  std::shared_ptr<Source<Addr>> addr = std::make_shared<Source<Addr>>(Addr::Pending());

 private:
  const std::string name_ = "port";
};

TEST_CASE("An id of a namer with transformers resolves to what they make of its endpoints") {
  FakeClock clock;
  Loop loop{clock};
  const std::unique_ptr<Store> store = MakeMemoryStore(loop);
  const auto namer = std::make_shared<OneSetNamer>();
  const auto port = std::make_shared<OtherPort>();
  const auto transformed = TransformNamer(namer, {port});
  Namespaces namespaces{*store, {{Path{"#", "one"}, transformed}, {Path{"#", "plain"}, namer}}};
  namer->addr->Set(OneEndpoint());
  port->addr->Set(Addr::Bound({}));
  const auto endpoints_of = [&](const Path& id) {
    const auto watch = namespaces.Resolve(id);
    const Subscription s = watch->Subscribe([](const Addr&) {});
    return watch->Get();
  };
  CHECK(endpoints_of(*Path::Parse("/%/io.l5d.port/2/#/one/a")) == Addr::Bound({}));
  // The prefix is of a transformer that a proxy has, not the namer.
  CHECK(endpoints_of(*Path::Parse("/%/io.l5d.port/9/#/plain/a")) == OneEndpoint());
  CHECK(endpoints_of(*Path::Parse("/%/io.l5d.port/2/#/unknown/a")).state == AddrState::kAbsent);
}

TEST_CASE("A cache of names from strangers forgets what nobody holds") {
  WeakCache<int, int> cache;
  const auto held = cache.GetOrMake(-1, [] { return std::make_shared<int>(7); });
  for (int i = 0; i < 10'000; ++i) cache.GetOrMake(i, [] { return std::make_shared<int>(0); });
  CHECK(cache.size() <= 64);
  CHECK(cache.GetOrMake(-1, [] { return std::make_shared<int>(8); }) == held);
}

}  // namespace
}  // namespace heddle::namerd
