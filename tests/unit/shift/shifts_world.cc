#include "tests/unit/shift/shifts_world.h"

#include <catch2/catch.hpp>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "lib/naming/namer.h"
#include "lib/stats/histogram.h"
#include "namerd/shift/documents.h"
#include "namerd/shift/edit_rule.h"
#include "namerd/store/memory_store.h"

namespace heddle::namerd {
namespace {

// Knows every name, which is a client of its own.
class AnyNamer : public Namer {
 public:
  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const heddle::Path& path) override {
    Endpoint endpoint;
    endpoint.address = *SocketAddress::Parse("127.0.0.1", 1);
    return Constant(Activity<NameTree<Name>>::Ok(NameTree<Name>::Leaf(Name(BoundName{
        heddle::Path{"#", "one"} + path.Take(1), Constant(Addr::Bound({endpoint})), path.Drop(1)}))));
  }
};

}  // namespace

void FaultyStore::Put(DocumentKind kind, const std::string& key, std::string value, Expect expect,
                      Change change, Done<Version> done) {
  const absl::Status& refuse = kind == DocumentKind::kShift ? refuse_shifts : refuse_dtabs;
  if (!refuse.ok()) {
    // The store answers later, as ever.
    return inner_->Get(kind, key, [refuse, done = std::move(done)](const auto&) mutable { done(refuse); });
  }
  if (before_write && !before_write(writes++)) return;
  auto put = [this, kind, key, value = std::move(value), expect, change = std::move(change),
              done = std::move(done)]() mutable {
    inner_->Put(kind, key, std::move(value), expect, std::move(change), std::move(done));
  };
  if (hold_dtabs && kind == DocumentKind::kDtab) {
    held_.emplace_back(std::move(put));
  } else {
    put();
  }
}

void FaultyStore::Release() {
  hold_dtabs = false;
  for (auto& put : std::exchange(held_, {})) put();
}

Node::Node(Loop& loop, Namespaces& namespaces, std::string name)
    : loop_(loop), namespaces_(namespaces), name_(std::move(name)) {}

void Node::Kill() {
  killed_ = true;
  shifts.reset();
  answers_.Cancel();
  dtab_.Cancel();
  proxy_.reset();
  traffic.reset();
  fleet.reset();
}

void Node::Restart() {
  fleet = std::make_unique<Fleet>(loop_);
  if (killed_) fleet->ExpectReturns(Millis(3'000));  // as namerd does over a store that has been used
  traffic = std::make_unique<TrafficBook>(loop_);
  Connect();
  shifts = std::make_unique<Shifts>(loop_, namespaces_, *fleet, *traffic, name_);
}

void Node::Connect() {
  proxy_ = fleet->Join({.id = "proxy-of-" + name_, .node = "", .version = "", .peer = "", .started_ms = 0});
  proxy_->Follows(kNs);
  answers_ = traffic->Join("proxy-of-" + name_, [this](uint64_t id) {
    loop_.Post([this, id] {
      if (traffic != nullptr && !frozen_) traffic->Answered("proxy-of-" + name_, id);
    });
  });
  dtab_ = namespaces_.store().WatchDocument(DocumentKind::kDtab, kNs)->Subscribe([this](const auto&) {
    loop_.Post([this] { Acknowledge(); });
  });
}

void Node::Acknowledge() {
  const auto dtab = namespaces_.store().WatchDocument(DocumentKind::kDtab, kNs);
  if (frozen_ || proxy_ == nullptr || !dtab->Get().has_value()) return;
  const DtabVersion version{namespaces_.store().epoch(), dtab->Get()->revision};
  proxy_->Synced(kNs, version);
  proxy_->Applied(kNs, version);
}

void Node::Serve(const std::string& client, uint64_t successes, uint64_t failures, uint64_t latency_us) {
  Histogram latency;
  for (uint64_t i = 0; i < successes + failures; ++i) latency.Record(latency_us);
  TrafficRow row{{kNs, "/svc/world", "/#/one/" + client}, {}};
  row.counts.requests = successes + failures;
  row.counts.successes = successes;
  if (failures > 0) row.counts.failures["status 500"] = failures;
  latency.AddTo(row.counts.latency);
  traffic->Add({row});
}

std::string World::DtabWith(const std::string& destination) {
  return absl::StrCat("# who serves the world\n/svc  => /host ;\n/host/world =>  ", destination,
                      "  ; # for now\n/srv  => /#/one ;\n");
}

World::World(const std::string& dtab)
    : store(MakeMemoryStore(loop)),
      namespaces(store, {{heddle::Path{"#", "one"}, std::make_shared<AnyNamer>()}}),
      a(loop, namespaces, "a"),
      b(loop, namespaces, "b") {
  PutDtab(dtab);
  a.Restart();
  RunReady();
}

World::~World() {
  a.Kill();
  b.Kill();
  RunReady();
}

ShiftPlan World::Plan() {
  ShiftPlan plan;
  plan.ns = kNs;
  plan.prefix = kPrefix;
  plan.to = "/srv/world-v2";
  plan.steps = {{10, false}, {100, false}};
  plan.dwell = Millis(10'000);
  plan.gates.min_success_rate = 0.9;
  plan.gates.min_requests = 20;
  return plan;
}

absl::Status World::Start(ShiftPlan plan, Node& node) {
  absl::Status result = absl::UnknownError("no answer");
  node.shifts->Start(std::move(plan), {"ci", "version 2", ""}, [&](const auto& r) { result = r.status(); });
  RunReady();
  return result;
}

absl::Status World::Act(ShiftAction action, Node& node) {
  absl::Status result = absl::UnknownError("no answer");
  node.shifts->Act(kNs, kPrefix, action, {"ann", "", ""}, [&](const auto& r) { result = r.status(); });
  RunReady();
  return result;
}

void World::RunReady() {
  for (int i = 0; i < 30; ++i) loop.RunReady();
}

void World::Pass(Millis time) {
  for (; time > Millis(0); time -= Millis(100)) {
    clock.Advance(Millis(100));
    if (each_tick) each_tick();
    RunReady();
  }
}

void World::PassUntil(ShiftPhase phase, Millis limit) {
  PassUntil([this, phase] { return shift().phase() == phase; }, limit);
}

void World::PassUntil(const std::function<bool()>& is_so, Millis limit) {
  for (; limit > Millis(0) && !is_so(); limit -= Millis(100)) Pass(Millis(100));
  INFO(Path() << "\n" << reason());
  REQUIRE(is_so());
}

void World::Load(uint64_t bad, uint64_t latency_us) {
  each_tick = [this, bad, latency_us, tick = uint64_t{0}]() mutable {
    for (Node* node : {&a, &b}) {
      if (!node->running()) continue;
      const uint64_t failed = (tick % 10 < bad / 10) ? 10 : 0;
      node->Serve("world-v1", 10, 0);
      node->Serve("world-v2", 10 - failed, failed, latency_us);
    }
    ++tick;
  };
}

Shift World::shift(const std::string& prefix) {
  const auto document = store.WatchDocument(DocumentKind::kShift, ShiftKey(kNs, prefix));
  REQUIRE(document->Get().has_value());
  const auto read = ReadShift(*document->Get());
  INFO(read.status());
  REQUIRE(read.ok());
  return **read;
}

Shift World::live(Node& node) {
  const auto watch = node.shifts->Of(kNs, kPrefix);
  REQUIRE(watch->Get() != nullptr);
  return *watch->Get();
}

std::string World::Path() {
  const Shift now = shift();
  bool back = false;
  std::vector<std::string> path;
  for (const ShiftTransition& each : now.transitions) {
    back = back || each.destination == now.original;
    path.push_back(absl::StrCat(PhaseName(each.phase), " ",
                                back                                 ? "back"
                                : each.step >= now.plan.steps.size() ? "end"
                                                                     : absl::StrCat(each.step + 1)));
  }
  return absl::StrJoin(path, ", ");
}

std::string World::Dtab() {
  const auto document = store.WatchDocument(DocumentKind::kDtab, kNs);
  return document->Get().has_value() ? document->Get()->value : "";
}

void World::PutDtab(const std::string& text, const std::string& author) {
  bool done = false;
  store.inner().Put(DocumentKind::kDtab, kNs, text, {}, {author, "", ""},
                    [&](const auto& r) { done = r.ok(); });
  RunReady();
  REQUIRE(done);
}

void World::DeleteDtab() {
  bool done = false;
  store.Delete(DocumentKind::kDtab, kNs, {}, {"somebody", "", ""}, [&](const auto& r) { done = r.ok(); });
  RunReady();
  REQUIRE(done);
}

std::vector<Version> World::DtabHistory() {
  std::vector<Version> history;
  store.History(DocumentKind::kDtab, kNs, 1000, 0, [&](auto r) { history = *std::move(r); });
  RunReady();
  return {history.rbegin(), history.rend()};
}

std::vector<std::string> World::RulesWritten() {
  std::vector<std::string> rules;
  for (const Version& version : DtabHistory()) {
    const auto rule = DestinationOf(version.value, kPrefix);
    rules.push_back(rule.ok() ? *rule : "none");
  }
  rules.erase(rules.begin());
  return rules;
}

}  // namespace heddle::namerd
