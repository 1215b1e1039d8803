// fs_file: the text of an address file; fs_lookup: a name in a directory tree. Both through the real namer.
#include <algorithm>
#include <chrono>

#include "lib/naming/delegate_json.h"
#include "tests/conformance/case_namers.h"
#include "tests/conformance/cases.h"

namespace heddle::conformance {
namespace {

// The addresses as a set.
Json Sorted(const Json& addrs) {
  std::vector<std::string> shown;
  for (const Json& addr : addrs) shown.push_back(nlohmann::json(addr).dump());
  std::sort(shown.begin(), shown.end());
  return shown;
}

}  // namespace

void RunFsFile(const Json& test, Verdict* verdict) {
  CaseNamers namers(test);
  const Json& expect = test.at("expect");
  const auto namer = namers.MakeFsNamer({{"file", test.at("content")}}, Path{"#", "fs"});
  const auto lookup = namer->Lookup(Path{"file"});
  const Subscription following = lookup->Subscribe([](const auto&) {});
  const auto& answer = lookup->Get();
  if (!answer.value.has_value() || !answer.value->is_leaf()) return verdict->Fail("the file is not found");
  const auto addr = std::get<BoundName>(answer.value->leaf()).addr;
  const Subscription endpoints = addr->Subscribe([](const Addr&) {});
  for (int i = 0; i < 50 && addr->Get().state == AddrState::kPending; ++i) namers.loop().RunOnce(Millis(20));
  const Json ours = Json::parse(AddrToJson(addr->Get()));
  verdict->Check("type", expect.at("type"), ours["type"]);
  if (expect.contains("addrs") && ours.contains("addrs")) {
    verdict->Check("addrs", Sorted(expect["addrs"]), Sorted(ours["addrs"]));
  }
}

void RunFsLookup(const Json& test, Verdict* verdict) {
  CaseNamers namers(test);
  const auto path = PathOf(test.at("path"), verdict);
  if (!path.has_value()) return;
  const auto lookup = namers.all().back().namer->Lookup(*path);
  const Subscription following = lookup->Subscribe([](const auto&) {});
  verdict->Check("answer", test.at("expect"), AnswerToJson(lookup->Get()));
}

}  // namespace heddle::conformance
