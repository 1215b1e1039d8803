// run_vectors DIR [DEVIATIONS]: runs every file of behaviour vectors in DIR that it knows; see README.md.
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <map>
#include <vector>

#include "lib/base/log.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/deviations.h"

namespace heddle::conformance {
namespace {

using RunCase = Verdict (*)(const Json&);

struct Suite {
  const char* file;
  RunCase run;
};
constexpr Suite kSuites[] = {
    {"path.json", RunPathCase},
    {"nametree.json", RunNameTreeCase},
    {"dtab.json", RunDtabCase},
    {"delegate.json", RunDelegateCase},
    {"control_http.json", RunControlHttpCase},
    {"config.json", RunConfigCase},
    {"http_identify.json", RunHttpIdentifyCase},
    {"headers.json", RunHeaderCase},
    {"classifiers.json", RunClassifierCase},
    {"metrics.json", RunMetricsCase},
};

struct Counts {
  int passed = 0;
  int deviating = 0;
  int failed = 0;
  std::map<std::string, int> not_run;  // by the reason

  int NotRun() const {
    int all = 0;
    for (const auto& [why, count] : not_run) all += count;
    return all;
  }
};

Verdict RunGuarded(RunCase run, const Json& test) {
  try {
    return run(test);
  } catch (const Json::exception& e) {
    Verdict verdict;
    verdict.Fail(std::string("the case is not of the form this runner knows: ") + e.what());
    return verdict;
  } catch (const std::exception& e) {
    Verdict verdict;
    verdict.Fail(e.what());
    return verdict;
  }
}

std::string IdOf(const Json& test) {
  return test.is_object() && test.contains("id") && test["id"].is_string() ? test["id"].get<std::string>()
                                                                           : "(no id)";
}

void RunOne(const Suite& suite, const Json& test, const Deviations& deviations, Counts* counts) {
  const std::string id = IdOf(test);
  Verdict verdict = RunGuarded(suite.run, test);
  bool deviates = verdict.kind() == Verdict::Kind::kDeviates;
  if (verdict.kind() == Verdict::Kind::kFailed) {
    if (const auto decided = deviations.Decided(id, test); decided.has_value()) {
      verdict = RunGuarded(suite.run, *decided);
      deviates = true;
    }
  }
  for (const std::string& rule : verdict.rules()) {
    if (!deviations.HasRule(rule))
      verdict.Fail("deviates by " + rule + ", which deviations.json does not list");
  }
  if (verdict.kind() == Verdict::Kind::kNotRun) {
    ++counts->not_run[verdict.not_run()];
  } else if (verdict.kind() == Verdict::Kind::kFailed) {
    ++counts->failed;
    std::cout << "FAILED " << id << ": " << verdict.reason() << "\n";
  } else if (deviates) {
    ++counts->deviating;
    std::cout << "deviates " << id << "\n";
  } else {
    ++counts->passed;
  }
}

std::optional<Json> Load(const std::filesystem::path& file, std::string* problem) {
  std::ifstream in(file);
  try {
    if (in) return Json::parse(in);
    *problem = "cannot be read";
  } catch (const Json::exception& e) {
    *problem = e.what();
  }
  return std::nullopt;
}

Counts RunFile(const std::filesystem::path& file, const Deviations& deviations) {
  const std::string name = file.filename().string();
  Counts counts;
  std::string problem = "is not an array of cases";
  const std::optional<Json> cases = Load(file, &problem);
  if (!cases.has_value() || !cases->is_array()) {
    std::cout << "FAILED " << name << ": " << problem << "\n";
    counts.failed = 1;
    return counts;
  }
  const auto* suite =
      std::find_if(std::begin(kSuites), std::end(kSuites), [&](const Suite& s) { return name == s.file; });
  if (suite == std::end(kSuites)) {
    counts.not_run[name + ": no suite for this file"] = static_cast<int>(cases->size());
  } else {
    for (const Json& test : *cases) RunOne(*suite, test, deviations, &counts);
  }
  std::cout << name << ": " << counts.passed << " passed, " << counts.deviating << " deviate as decided, "
            << counts.failed << " failed, " << counts.NotRun() << " not run\n";
  return counts;
}

int Main(const std::string& dir, const std::string& deviations_file) {
  std::string problem;
  const std::optional<Json> deviations = Load(deviations_file, &problem);
  if (deviations.has_value()) problem = Deviations::MistakeIn(*deviations);
  std::error_code error;
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(dir, error)) {
    if (entry.path().extension() == ".json" && entry.path().filename() != "deviations.json")
      files.push_back(entry.path());
  }
  if (!problem.empty() || error || files.empty()) {
    std::cerr << "run_vectors: "
              << (error           ? dir + ": " + error.message()
                  : files.empty() ? dir + ": no .json files"
                                  : deviations_file + ": " + problem)
              << "\n";
    return 2;
  }
  std::sort(files.begin(), files.end());
  Counts all;
  for (const auto& file : files) {
    const Counts counts = RunFile(file, Deviations(*deviations));
    all.passed += counts.passed;
    all.deviating += counts.deviating;
    all.failed += counts.failed;
    for (const auto& [why, count] : counts.not_run) all.not_run[why] += count;
  }
  for (const auto& [why, count] : all.not_run) std::cout << "not run: " << count << " (" << why << ")\n";
  std::cout << all.deviating << " more deviate as deviations.json says, " << all.NotRun() << " not run\n"
            << all.passed << " passed, " << all.failed << " failed\n";
  return all.failed == 0 ? 0 : 1;
}

}  // namespace
}  // namespace heddle::conformance

int main(int argc, char** argv) {
  if (argc != 2 && argc != 3) {
    std::cerr << "usage: run_vectors DIR [DEVIATIONS]\n";
    return 2;
  }
  heddle::SetLogLevel(heddle::LogLevel::kError);  // the namers warn of the mistakes in the cases
  return heddle::conformance::Main(argv[1], argc == 3 ? argv[2] : HEDDLE_DEVIATIONS_FILE);
}
