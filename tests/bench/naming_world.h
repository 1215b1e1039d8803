// Names bound in numbers: what the bench times, and the test counts.
#ifndef HEDDLE_TESTS_BENCH_NAMING_WORLD_H_
#define HEDDLE_TESTS_BENCH_NAMING_WORLD_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/strings/str_cat.h"
#include "lib/naming/local_interpreter.h"

namespace heddle::bench {

// Every label is a client with one endpoint.
class EveryName : public Namer {
 public:
  static Path Prefix() { return Path{"#", "bench"}; }

  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) override {
    auto& watch = watches_[path];
    auto live = watch.lock();
    if (live == nullptr) {
      live = Constant(Activity<NameTree<Name>>::Ok(
          NameTree<Name>::Leaf(BoundName{Prefix() + path.Take(1), AddrOf(path[0]), path.Drop(1)})));
      watch = live;
    }
    return live;
  }
  const std::shared_ptr<Source<Addr>>& AddrOf(const std::string& label) {
    auto& addr = addrs_[label];
    if (addr == nullptr) addr = std::make_shared<Source<Addr>>(WithEndpoints(1));
    return addr;
  }
  static Addr WithEndpoints(int count) {
    std::vector<Endpoint> endpoints;
    for (int i = 1; i <= count; ++i)
      endpoints.push_back({*SocketAddress::Parse(absl::StrCat("127.0.0.", i), 80), 1.0, {}});
    return Addr::Bound(std::move(endpoints));
  }

 private:
  absl::flat_hash_map<Path, std::weak_ptr<Watch<Activity<NameTree<Name>>>>> watches_;
  absl::flat_hash_map<std::string, std::shared_ptr<Source<Addr>>> addrs_;
};

inline Path NameOf(size_t i) { return Path{"svc", absl::StrCat("name-", i)}; }

// "/svc => /host ; /host => /#/bench" and rules for hosts until there are `size`; those are for names from
// `first` on.
inline std::vector<Dentry> Rules(size_t size, size_t first = 0) {
  std::vector<Dentry> rules;
  rules.push_back({Prefix(Path{"svc"}), NameTree<Path>::Leaf(Path{"host"})});
  rules.push_back({Prefix(Path{"host"}), NameTree<Path>::Leaf(EveryName::Prefix())});
  for (size_t i = first; rules.size() < size; ++i) {
    const std::string label = absl::StrCat("name-", i);
    rules.push_back({Prefix(Path{"host", label}), NameTree<Path>::Leaf(EveryName::Prefix().Concat(label))});
  }
  return rules;
}

// An interpreter with `names` names bound under `rules`.
class BoundNames {
 public:
  using Binding = Activity<heddle::Binding>;

  BoundNames(size_t names, std::vector<Dentry> rules) {
    SetRules(std::move(rules));
    for (size_t i = 0; i < names; ++i) Bind(NameOf(i));
  }

  void Bind(const Path& path) {
    followed_.push_back(interpreter_.Bind(Dtab(), path)->Subscribe([this](const Binding& binding) {
      updates_ += !binding.pending();
    }));
  }
  void SetRules(std::vector<Dentry> rules) { SetRules(std::make_shared<const Dtab>(std::move(rules))); }
  void SetRules(std::shared_ptr<const Dtab> rules) {
    dtab_->Set(Activity<VersionedDtab>::Ok({{1, ++revision_}, std::move(rules)}));
  }

  LocalInterpreter& interpreter() { return interpreter_; }
  EveryName& namer() { return *namer_; }
  // How many bindings have been told of so far.
  uint64_t updates() const { return updates_; }

 private:
  uint64_t revision_ = 0;
  uint64_t updates_ = 0;
  std::shared_ptr<Source<Activity<VersionedDtab>>> dtab_ =
      std::make_shared<Source<Activity<VersionedDtab>>>(Activity<VersionedDtab>::Pending());
  std::shared_ptr<EveryName> namer_ = std::make_shared<EveryName>();
  LocalInterpreter interpreter_{dtab_, {{EveryName::Prefix(), namer_}}};
  std::vector<Subscription> followed_;  // last: let go first
};

}  // namespace heddle::bench

#endif  // HEDDLE_TESTS_BENCH_NAMING_WORLD_H_
