#include "namerd/check/checker.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "namerd/check/find_absent.h"

namespace heddle::namerd {
namespace {

// Different sets of rules that followers have of their own; of more, the findings may say too much.
constexpr size_t kMaxLocal = 1000;

Surroundings SurroundingsOf(const std::vector<PrefixedNamer>& namers,
                            const std::vector<NameToCompare>& names) {
  Surroundings surroundings;
  for (const PrefixedNamer& namer : namers) {
    surroundings.namers.push_back(namer.prefix);
    surroundings.namers_lead_on = surroundings.namers_lead_on || namer.namer->LeadsOn();
  }
  std::vector<Dentry> rules;
  std::set<std::string> known;  // the followers of one router have the same rules
  for (const NameToCompare& name : names) {
    surroundings.names.push_back(name.path);
    if (name.local.empty() || known.size() == kMaxLocal || !known.insert(name.local.Show()).second) continue;
    rules.insert(rules.end(), name.local.begin(), name.local.end());
  }
  surroundings.local = Dtab(std::move(rules));
  return surroundings;
}

}  // namespace

struct Checker::Run {
  uint64_t id;
  CheckReport report;
  Done done;
  Nanos begun{};
  std::vector<NameToCompare> names;
  std::unique_ptr<NameComparer> comparer;
  std::unique_ptr<AbsentFinder> finder;
};

bool CheckReport::ok() const {
  return comparison.count(Effect::kLost) == 0 &&
         std::none_of(problems.findings.begin(), problems.findings.end(),
                      [](const Finding& finding) { return finding.severity == Severity::kError; });
}

Checker::Checker(Loop& loop, Namespaces& namespaces, const NamesInUse& in_use)
    : loop_(loop), namespaces_(namespaces), in_use_(in_use) {}

Checker::~Checker() = default;

Subscription Checker::Check(const CheckRequest& request, Done done) {
  auto dtab = Dtab::Parse(request.dtab);
  absl::Status refused = dtab.status();
  if (refused.ok() && runs_.size() >= kMaxUnderWay) {
    refused = absl::UnavailableError(
        absl::StrCat("namerd checks ", kMaxUnderWay, " dtabs already; repeat the request in a moment"));
  }
  auto run = std::make_unique<Run>();
  const uint64_t id = run->id = ++last_id_;
  run->done = std::move(done);
  if (!refused.ok()) {
    const auto held = std::make_shared<std::unique_ptr<Run>>(std::move(run));
    loop_.Post([weak = std::weak_ptr(held), refused] {
      if (const auto waiting = weak.lock()) (*waiting)->done(refused);
    });
    return Subscription([held] {});
  }
  CheckReport& report = run->report;
  report.ns = request.ns;
  report.dtab = *std::move(dtab);
  if (request.has_places) report.places = FindRulePlaces(request.dtab);
  if (report.places.size() != report.dtab.size()) report.places.clear();

  Dtab stored;
  const auto latest = namespaces_.store().WatchDocument(DocumentKind::kDtab, request.ns)->Get();
  if (latest.has_value() && !latest->deleted) {
    report.version = latest->number;
    stored = Dtab::Parse(latest->value).value_or(Dtab());
  }
  std::vector<NameToCompare> names;
  for (const NamesInUse::Name& name : in_use_.Of(request.ns)) {
    names.push_back({name.path, name.local, name.followers});
  }
  for (const Path& path : request.paths) {
    const bool known = std::any_of(names.begin(), names.end(), [&](const NameToCompare& name) {
      return name.path == path && name.local.empty();
    });
    if (!known) names.push_back({path, Dtab(), 0});
  }
  report.names = names.size();
  report.problems = FindProblems(report.dtab, SurroundingsOf(namespaces_.namers(), names));

  run->begun = loop_.Now();
  if (request.find_absent) run->names = names;
  const auto at = runs_.insert(runs_.end(), std::move(run));
  (*at)->comparer = std::make_unique<NameComparer>(
      loop_, stored, report.dtab, namespaces_.namers(), std::move(names), kLimit,
      [this, checker = std::weak_ptr<bool>(alive_), id](Comparison comparison) {
        if (checker.expired()) return;
        const auto found = Find(id);
        if (found == runs_.end()) return;  // given up a moment ago
        (*found)->report.comparison = std::move(comparison);
        FindAbsent(found);
      });
  return Subscription([this, checker = std::weak_ptr<bool>(alive_), id] {
    if (checker.expired()) return;
    const auto found = Find(id);
    if (found != runs_.end()) End(found);
  });
}

Checker::RunAt Checker::Find(uint64_t id) {
  return std::find_if(runs_.begin(), runs_.end(), [id](const auto& run) { return run->id == id; });
}

void Checker::FindAbsent(RunAt run) {
  loop_.Defer([ended = std::move((*run)->comparer)] {});  // which is calling
  const Nanos left = (*run)->begun + kLimit - loop_.Now();
  const auto limit = std::min(kLimitOfBranches, std::chrono::duration_cast<Millis>(left));
  if (limit <= Millis(0) || (*run)->names.empty()) return Tell(run);
  Run& at = **run;
  at.finder = std::make_unique<AbsentFinder>(
      loop_, at.report.dtab, namespaces_.namers(), std::move(at.names), limit,
      [this, checker = std::weak_ptr<bool>(alive_), id = at.id](Findings findings, size_t left_out) {
        if (checker.expired()) return;
        const auto found = Find(id);
        if (found == runs_.end()) return;
        (*found)->report.problems.left_out += left_out;
        AddFindings(std::move(findings), (*found)->report.problems);
        Tell(found);
      });
}

void Checker::Tell(RunAt run) {
  const Done then = std::move((*run)->done);
  CheckReport told = std::move((*run)->report);
  End(run);
  then(std::move(told));
}

void Checker::End(RunAt run) {
  loop_.Defer([ended = std::move(*run)] {});  // what is of it may be calling
  runs_.erase(run);
}

}  // namespace heddle::namerd
