// naming_bench [--json FILE]: what naming costs as names and rules grow. Each figure is the median of rounds
// in which every case runs once, so that whatever else the machine does falls on all of them alike.
#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <fstream>
#include <functional>
#include <iostream>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/bench/naming_world.h"

namespace heddle::bench {
namespace {

constexpr int kRounds = 15;

// Runs a batch and says how many operations it was.
struct Case {
  std::string group;
  size_t size;  // of what the group varies
  std::function<int()> run;
  std::vector<double> microseconds = {};  // of CPU time an operation, a round each

  double Median() {
    auto middle = microseconds.begin() + static_cast<ptrdiff_t>(microseconds.size() / 2);
    std::nth_element(microseconds.begin(), middle, microseconds.end());
    return *middle;
  }
};

double CpuMicroseconds() {
  timespec now{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

void RunOnce(Case& test) {
  const double start = CpuMicroseconds();
  const int operations = test.run();
  test.microseconds.push_back((CpuMicroseconds() - start) / operations);
}

// Binding names that nobody has asked for yet; `world` has none bound.
Case ColdNames(size_t rules) {
  return {"bind a cold name, by rules", rules, [world = std::make_shared<BoundNames>(0, Rules(rules))] {
            constexpr int kBatch = 500;
            std::vector<Subscription> bound;
            for (int i = 0; i < kBatch; ++i)
              bound.push_back(world->interpreter().Bind(Dtab(), NameOf(i))->Subscribe([](const auto&) {}));
            return kBatch;
          }};
}

Case Explanation(size_t rules) {
  return {"explain a name, by rules", rules, [rules, world = std::make_shared<BoundNames>(0, Rules(rules))] {
            constexpr int kBatch = 200;
            for (int i = 0; i < kBatch; ++i) {
              const auto name = NameTree<Path>::Leaf(NameOf(rules / 2));
              const auto running = world->interpreter().Delegate(Dtab(), name, [](const auto&) {});
            }
            return kBatch;
          }};
}

// A rule for one name comes and goes. The tables are made before: reading them is not naming.
Case RuleChange(std::string group, size_t names, size_t rules) {
  std::vector<Dentry> with = Rules(rules);
  const auto without = std::make_shared<const Dtab>(with);
  with.push_back({Prefix(Path{"host", "name-7"}), NameTree<Path>::Leaf(EveryName::Prefix().Concat("other"))});
  const auto more = std::make_shared<const Dtab>(std::move(with));
  return {std::move(group), names, [=, world = std::make_shared<BoundNames>(names, Rules(rules))] {
            constexpr int kBatch = 50;
            for (int i = 0; i < kBatch; ++i) {
              world->SetRules(more);
              world->SetRules(without);
            }
            return 2 * kBatch;
          }};
}

Case EndpointChange(size_t names) {
  return {"an endpoint comes or goes, by names", names,
          [world = std::make_shared<BoundNames>(names, Rules(10))] {
            constexpr int kBatch = 500;
            const uint64_t evaluations = world->interpreter().evaluations();
            for (int i = 0; i < kBatch; ++i)
              world->namer().AddrOf("name-7")->Set(EveryName::WithEndpoints(1 + i % 2));
            if (world->interpreter().evaluations() != evaluations)
              throw std::logic_error("endpoints were evaluated");
            return kBatch;
          }};
}

size_t ResidentBytes() {
  std::ifstream statm("/proc/self/statm");
  size_t total = 0;
  size_t resident = 0;
  statm >> total >> resident;
  return resident * static_cast<size_t>(sysconf(_SC_PAGESIZE));
}

struct Memory {
  double allocated;  // bytes a name, the namer's share included
  double resident;
};

Memory OfBoundNames() {
  constexpr size_t kNames = 10000;
  const size_t allocated = mallinfo2().uordblks;
  const size_t resident = ResidentBytes();
  const BoundNames world(kNames, Rules(10));
  return {static_cast<double>(mallinfo2().uordblks - allocated) / kNames,
          static_cast<double>(ResidentBytes() - resident) / kNames};
}

std::vector<Case> AllCases() {
  std::vector<Case> cases;
  for (const size_t rules : {10, 100, 1000, 10000}) cases.push_back(ColdNames(rules));
  for (const size_t rules : {10, 100, 1000, 10000}) cases.push_back(Explanation(rules));
  for (const size_t names : {100, 1000, 10000}) {
    cases.push_back(RuleChange("one rule changes in a table of 10, by names", names, 10));
  }
  for (const size_t names : {100, 1000, 10000}) {
    cases.push_back(RuleChange("one rule changes in a table of a rule a name, by names", names, names));
  }
  for (const size_t names : {100, 10000}) cases.push_back(EndpointChange(names));
  return cases;
}

int Run(const std::string& json_file) {
  const Memory memory = OfBoundNames();  // first: the heap is fresh
  std::vector<Case> cases = AllCases();
  for (Case& test : cases) RunOnce(test);  // warms up; not counted
  for (Case& test : cases) test.microseconds.clear();
  for (int round = 0; round < kRounds; ++round) {
    for (Case& test : cases) RunOnce(test);
  }
  nlohmann::ordered_json json = {{"rounds", kRounds}, {"cases", nlohmann::ordered_json::array()}};
  std::printf("naming, CPU time, medians of %d interleaved rounds\n", kRounds);
  double first = 0;
  std::string group;
  for (Case& test : cases) {
    const double median = test.Median();
    if (test.group != group) {
      group = test.group;
      first = median;
      std::printf("%s\n", group.c_str());
    }
    std::printf("  %6zu %10.2f us %10.0f/s   ratio %.2f\n", test.size, median, 1e6 / median, median / first);
    json["cases"].push_back(
        {{"case", group}, {"size", test.size}, {"microseconds", median}, {"ratio", median / first}});
  }
  std::printf("memory of a bound name, of 10,000: %.0f bytes allocated, %.0f resident\n", memory.allocated,
              memory.resident);
  json["bytes_a_bound_name"] = {{"allocated", memory.allocated}, {"resident", memory.resident}};
  if (json_file.empty()) return 0;
  std::ofstream out(json_file);
  out << json.dump(2) << "\n";
  out.close();
  if (out) return 0;
  std::cerr << json_file << ": cannot be written\n";
  return 1;
}

}  // namespace
}  // namespace heddle::bench

int main(int argc, char** argv) {
  const bool to_file = argc == 3 && std::string(argv[1]) == "--json";
  if (argc == 1 || to_file) return heddle::bench::Run(to_file ? argv[2] : "");
  std::cerr << "usage: naming_bench [--json FILE]\n";
  return 64;
}
