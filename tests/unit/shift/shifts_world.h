// What the tests of Shifts run in: one memory store, with faults that a test asks for, and namerds over it,
// each with a proxy. Time moves only by Pass.
#ifndef HEDDLE_TESTS_UNIT_SHIFT_SHIFTS_WORLD_H_
#define HEDDLE_TESTS_UNIT_SHIFT_SHIFTS_WORLD_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "lib/event/loop.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/namespaces/namespaces.h"
#include "namerd/shift/shifts.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

// A store whose writes may fail, be cut off by a crash, or be slow.
class FaultyStore : public Store {
 public:
  explicit FaultyStore(std::unique_ptr<Store> inner) : inner_(std::move(inner)) {}

  absl::Status refuse_shifts, refuse_dtabs;  // if not OK: what writes of that kind answer
  // Called before each write, with how many there were before it; false: the write does not happen, and
  // nobody is told.
  std::function<bool(int)> before_write;
  bool hold_dtabs = false;  // writes of dtabs wait for Release
  void Release();
  int writes = 0;                     // that were not refused
  Store& inner() { return *inner_; }  // without faults

  uint64_t epoch() const override { return inner_->epoch(); }
  std::shared_ptr<Watch<std::vector<std::string>>> WatchKeys(DocumentKind kind) override {
    return inner_->WatchKeys(kind);
  }
  std::shared_ptr<Watch<std::optional<Version>>> WatchDocument(DocumentKind kind,
                                                               const std::string& key) override {
    return inner_->WatchDocument(kind, key);
  }
  void Get(DocumentKind kind, const std::string& key, Done<Version> done) override {
    inner_->Get(kind, key, std::move(done));
  }
  void Put(DocumentKind kind, const std::string& key, std::string value, Expect expect, Change change,
           Done<Version> done) override;
  void Delete(DocumentKind kind, const std::string& key, Expect expect, Change change,
              Done<Version> done) override {
    inner_->Delete(kind, key, expect, std::move(change), std::move(done));
  }
  void History(DocumentKind kind, const std::string& key, size_t limit, VersionNumber before,
               Done<std::vector<Version>> done) override {
    inner_->History(kind, key, limit, before, std::move(done));
  }
  void GetVersion(DocumentKind kind, const std::string& key, VersionNumber number,
                  Done<Version> done) override {
    inner_->GetVersion(kind, key, number, std::move(done));
  }

 private:
  std::unique_ptr<Store> inner_;
  std::vector<absl::AnyInvocable<void()>> held_;
};

inline const char* const kNs = "internal";
inline const char* const kPrefix = "/host/world";

// A namerd with one proxy that follows "internal", acknowledges each version at once and has no traffic but
// what Serve says.
class Node {
 public:
  Node(Loop& loop, Namespaces& namespaces, std::string name);

  // As after a SIGKILL: nothing that was under way is heard of again.
  void Kill();
  void Restart();
  bool running() const { return shifts != nullptr; }

  // The proxy's answer to /svc/world from a client ("world-v1").
  void Serve(const std::string& client, uint64_t successes, uint64_t failures, uint64_t latency_us = 5'000);
  void Freeze() { frozen_ = true; }
  void Disconnect() { proxy_.reset(); }
  void Connect();

  std::unique_ptr<Fleet> fleet;
  std::unique_ptr<TrafficBook> traffic;
  std::unique_ptr<Shifts> shifts;

 private:
  void Acknowledge();

  Loop& loop_;
  Namespaces& namespaces_;
  const std::string name_;
  std::unique_ptr<Fleet::Handle> proxy_;
  bool killed_ = false;
  bool frozen_ = false;
  Subscription dtab_, answers_;
};

class World {
 public:
  // The rule stands among comments and odd spacing, which are to survive.
  static constexpr const char* kDtab =
      "# who serves the world\n"
      "/svc  => /host ;\n"
      "/host/world =>  /srv/world-v1  ; # for now\n"
      "/srv  => /#/one ;\n";
  // kDtab with the rule leading to `destination`.
  static std::string DtabWith(const std::string& destination);

  explicit World(const std::string& dtab = kDtab);
  ~World();

  // Two steps: 10 and 100 %; a dwell of 10 s; success rate 0.9 of 20 requests at least.
  static ShiftPlan Plan();
  // Starts it on `node` and waits until it is stored.
  absl::Status Start(ShiftPlan plan) { return Start(std::move(plan), a); }
  absl::Status Start(ShiftPlan plan, Node& node);
  absl::Status Act(ShiftAction action) { return Act(action, a); }
  absl::Status Act(ShiftAction action, Node& node);

  void RunReady();
  // In ticks of 100 ms, each with `each_tick` before it.
  void Pass(Millis time);
  // Until the shift is in `phase`; fails the test if that takes more than `limit`.
  void PassUntil(ShiftPhase phase, Millis limit = std::chrono::minutes(5));
  void PassUntilOver() {
    PassUntil([this] { return IsOver(shift().phase()); });
  }
  void PassUntil(const std::function<bool()>& is_so, Millis limit = std::chrono::minutes(5));
  // 100 requests a second to each side, of which `bad` in 100 fail at world-v2.
  void Load(uint64_t bad = 0, uint64_t latency_us = 5'000);

  // As stored.
  Shift shift(const std::string& prefix = kPrefix);
  // As `node` shows it.
  Shift live(Node& node);
  // "writing 1, converging 1, ...": phases with steps from 1, "end" for the permanent rule, "back" for the
  // original one.
  std::string Path();
  std::string reason() { return shift().now().reason; }

  std::string Dtab();
  void PutDtab(const std::string& text, const std::string& author = "somebody");
  void DeleteDtab();
  // What each version of the dtab had as the rule, the first one left out.
  std::vector<std::string> RulesWritten();
  std::vector<Version> DtabHistory();

  FakeClock clock;
  Loop loop{clock};
  FaultyStore store;
  Namespaces namespaces;
  Node a, b;  // b is not running from the start
  std::function<void()> each_tick;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_TESTS_UNIT_SHIFT_SHIFTS_WORLD_H_
