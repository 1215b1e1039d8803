// A namer and a dtab that a test holds in its hands.
#ifndef HEDDLE_TESTS_UNIT_NAMING_FIXTURE_H_
#define HEDDLE_TESTS_UNIT_NAMING_FIXTURE_H_

#include <catch2/catch.hpp>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/naming/local_interpreter.h"

namespace heddle {

using Answer = Activity<NameTree<Name>>;

inline Path P(absl::string_view text) {
  const auto path = Path::Parse(text);
  REQUIRE(path.ok());
  return *path;
}

inline Dtab D(absl::string_view text) {
  const auto dtab = Dtab::Parse(text);
  REQUIRE(dtab.ok());
  return *dtab;
}

inline Addr Endpoints(int count) {
  std::vector<Endpoint> endpoints;
  for (int i = 1; i <= count; ++i) {
    endpoints.push_back({*SocketAddress::Parse("127.0.0." + std::to_string(i), 80), 1.0, {}});
  }
  return Addr::Bound(std::move(endpoints));
}

// Knows the names it is told; counts who follows what.
class TestNamer : public Namer {
 public:
  explicit TestNamer(absl::string_view prefix) : prefix_(P(prefix)) {}

  // `path`'s first label becomes a client with `endpoints`; the rest of a longer path is the residual.
  void Know(const std::string& label, Addr endpoints) {
    const auto addr = AddrOf(label);
    addr->Set(std::move(endpoints));
    known_[label] = Answer::Ok(NameTree<Name>::Leaf(BoundName{prefix_.Concat(label), addr, Path()}));
    Tell(label);
  }
  void Forget(const std::string& label) { Set(label, Answer::Ok(NameTree<Name>::Neg())); }
  void Set(const std::string& label, Answer answer) {
    known_[label] = std::move(answer);
    Tell(label);
  }
  std::shared_ptr<Source<Addr>> AddrOf(const std::string& label) {
    auto& addr = addrs_[label];
    if (addr == nullptr) addr = std::make_shared<Source<Addr>>(Addr::Pending());
    return addr;
  }
  // How many lookups are being followed.
  int followed() const {
    int count = 0;
    for (const auto& [path, watch] : watches_) {
      if (const auto live = watch.lock(); live != nullptr && live->has_subscribers()) ++count;
    }
    return count;
  }
  PrefixedNamer Prefixed(const std::shared_ptr<TestNamer>& self) const { return {prefix_, self}; }

  std::shared_ptr<Watch<Answer>> Lookup(const Path& path) override {
    auto& weak = watches_[path];
    auto watch = weak.lock();
    if (watch == nullptr) weak = watch = std::make_shared<Source<Answer>>(AnswerTo(path));
    return watch;
  }

 private:
  Answer AnswerTo(const Path& path) const {
    const auto at = path.empty() ? known_.end() : known_.find(path[0]);
    if (at == known_.end()) return Answer::Ok(NameTree<Name>::Neg());
    Answer answer = at->second;
    if (answer.value.has_value()) {
      answer.value = answer.value->Map([&](const Name& name) -> Name {
        if (const BoundName* bound = std::get_if<BoundName>(&name))
          return BoundName{bound->id, bound->addr, path.Drop(1)};
        return name;
      });
    }
    return answer;
  }
  void Tell(const std::string& label) {
    const auto watches = watches_;
    for (const auto& [path, weak] : watches) {
      if (path.empty() || path[0] != label) continue;
      if (const auto watch = weak.lock()) watch->Set(AnswerTo(path));
    }
  }

  const Path prefix_;
  std::map<std::string, Answer> known_;
  std::map<std::string, std::shared_ptr<Source<Addr>>> addrs_;
  std::map<Path, std::weak_ptr<Source<Answer>>> watches_;
};

// An interpreter over a dtab that the test changes and one namer, /#/t.
struct Naming {
  explicit Naming(absl::string_view rules, Transformers transformers = {}) : Naming(std::move(transformers)) {
    Rules(rules);
  }
  explicit Naming(Transformers transformers = {})
      : interpreter(dtab, {namer->Prefixed(namer)}, std::move(transformers)) {}

  void Rules(absl::string_view rules) { Rules(D(rules)); }
  void Rules(Dtab rules) {
    dtab->Set(Activity<VersionedDtab>::Ok({{1, ++revision}, std::make_shared<const Dtab>(std::move(rules))}));
  }

  uint64_t revision = 0;
  std::shared_ptr<Source<Activity<VersionedDtab>>> dtab =
      std::make_shared<Source<Activity<VersionedDtab>>>(Activity<VersionedDtab>::Pending());
  std::shared_ptr<TestNamer> namer = std::make_shared<TestNamer>("/#/t");
  LocalInterpreter interpreter;
};

// A binding that is followed, and what it looked like each time it changed.
class Bound {
 public:
  Bound(LocalInterpreter& interpreter, absl::string_view path, const Dtab& local = Dtab())
      : watch_(interpreter.Bind(local, P(path))),
        subscription_(watch_->Subscribe([this](const Activity<Binding>& b) { seen.push_back(Show(b)); })) {}
  Bound(const Bound&) = delete;
  Bound& operator=(const Bound&) = delete;

  // "0.50*/#/t/a & /#/t/b" (a residual after ':'), "pending", "error: ..."; a tree that is kept in error ends
  // in "?".
  static std::string Show(const Activity<Binding>& binding) {
    if (binding.pending()) return "pending";
    if (!binding.value.has_value()) return "error: " + std::string(binding.error.message());
    const std::string tree = ShowTree<BoundName>(binding.value->tree, [](const BoundName& leaf) {
      return leaf.id.Show() + (leaf.residual.empty() ? "" : ":" + leaf.residual.Show());
    });
    return tree + (binding.failed() ? "?" : "");
  }
  std::string now() const { return Show(watch_->Get()); }
  const Activity<Binding>& Get() const { return watch_->Get(); }
  void Stop() { subscription_.Cancel(); }

  std::vector<std::string> seen;

 private:
  std::shared_ptr<Watch<Activity<Binding>>> watch_;
  Subscription subscription_;
};

using Seen = std::vector<std::string>;

}  // namespace heddle

#endif  // HEDDLE_TESTS_UNIT_NAMING_FIXTURE_H_
