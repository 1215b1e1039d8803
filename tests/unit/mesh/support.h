// What the mesh's tests stand on: a namer whose endpoints are the test's, and a namerd in this process.
#ifndef HEDDLE_TESTS_UNIT_MESH_SUPPORT_H_
#define HEDDLE_TESTS_UNIT_MESH_SUPPORT_H_

#include <catch2/catch.hpp>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/event/loop.h"
#include "lib/naming/interpreter.h"
#include "lib/naming/namer.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/namespaces/namespaces.h"
#include "namerd/store/memory_store.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

inline Path P(absl::string_view text) { return Path::Parse(text).value(); }
inline Dtab D(absl::string_view text) { return Dtab::Parse(text).value(); }

inline Endpoint At(const std::string& host_port, double weight = 1.0) {
  Endpoint endpoint;
  endpoint.address = SocketAddress::ParseHostPort(host_port).value();
  endpoint.weight = weight;
  return endpoint;
}

inline Addr Bound(const std::vector<std::string>& host_ports) {
  std::vector<Endpoint> endpoints;
  for (const std::string& host_port : host_ports) endpoints.push_back(At(host_port));
  return Addr::Bound(std::move(endpoints));
}

// Knows every name of one label; the endpoints of /#/t/<label> are pending until the test sets them. Names
// under "slow" are looked up until the test answers.
class TestNamer : public Namer {
 public:
  static Path Prefix() { return Path{"#", "t"}; }

  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) override {
    if (path.empty()) return Constant(Activity<NameTree<Name>>::Ok(NameTree<Name>::Neg()));
    if (path[0] == "slow") return slow_;
    return Constant(Leaf(path));
  }
  void Answer(const std::string& label) { slow_->Set(Leaf(Path{label})); }
  std::shared_ptr<Source<Addr>> SetOf(const std::string& label) {
    auto& source = sets_[label];
    if (!source) source = std::make_shared<Source<Addr>>(Addr::Pending());
    return source;
  }

 private:
  using Answered = Activity<NameTree<Name>>;
  Answered Leaf(const Path& path) {
    return Answered::Ok(
        NameTree<Name>::Leaf(Name(BoundName{Prefix() + path.Take(1), SetOf(path[0]), path.Drop(1)})));
  }

  std::map<std::string, std::shared_ptr<Source<Addr>>> sets_;
  std::shared_ptr<Source<Answered>> slow_ = std::make_shared<Source<Answered>>(Answered::Pending());
};

// All of namerd but its ports.
struct TestNamerd {
  explicit TestNamerd(Loop& on_loop, const std::map<std::string, std::string>& dtabs = {})
      : loop(on_loop), store(MakeMemoryStore(on_loop, dtabs)) {}

  void Put(const std::string& ns, const std::string& dtab) {
    bool done = false;
    store->Put(DocumentKind::kDtab, ns, dtab, {}, {}, [&](const auto& result) { done = result.ok(); });
    while (!done) loop.RunOnce(Millis(1000));
  }

  Loop& loop;
  std::unique_ptr<Store> store;
  std::shared_ptr<TestNamer> namer = std::make_shared<TestNamer>();
  Namespaces namespaces{*store, {{TestNamer::Prefix(), namer}}};
  Fleet fleet{loop};
  NamesInUse names_in_use{};
  TrafficBook traffic{loop};
};

// Runs the loop until `condition` holds; false after a minute, which only a defect
// takes (the thread sanitizer is slow).
inline bool RunUntil(Loop& loop, const std::function<bool()>& condition) {
  const Nanos end = Clock::Real().Now() + std::chrono::seconds(60);
  while (!condition()) {
    if (Clock::Real().Now() > end) return false;
    loop.RunOnce(Millis(1000));
  }
  return true;
}

inline std::string Shown(const BoundTree& tree) {
  const std::function<std::string(const BoundName&)> show = [](const BoundName& name) {
    return name.id.Show();
  };
  return ShowTree(tree, show);
}

// "~", "/#/t/a", "pending", "failed: ...", "/#/t/a (failed: ...)".
inline std::string Shown(const Activity<Binding>& now) {
  if (now.pending()) return "pending";
  const std::string error = now.failed() ? "failed: " + std::string(now.error.message()) : "";
  if (!now.value) return error;
  return now.failed() ? Shown(now.value->tree) + " (" + error + ")" : Shown(now.value->tree);
}

// "pending", "absent", "failed", or the addresses with commas between them.
inline std::string Shown(const Addr& addr) {
  switch (addr.state) {
    case AddrState::kPending:
      return "pending";
    case AddrState::kAbsent:
      return "absent";
    case AddrState::kFailed:
      return "failed";
    case AddrState::kBound:
      break;
  }
  std::string text;
  for (const Endpoint& endpoint : *addr.endpoints) {
    text += (text.empty() ? "" : ",") + endpoint.address.ToString();
    if (endpoint.weight != 1.0) text += "*" + std::to_string(static_cast<int>(endpoint.weight));
  }
  return text;
}

}  // namespace heddle::namerd

#endif  // HEDDLE_TESTS_UNIT_MESH_SUPPORT_H_
