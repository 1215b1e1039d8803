#include "lib/dtab/dtab.h"
#include "lib/dtab/dtab_json.h"
#include "tests/conformance/cases.h"

namespace heddle::conformance {
namespace {

// The dtabs a case is given parse; one that does not makes the case fail.
Dtab DtabOf(const Json& text, Verdict* verdict) {
  auto dtab = Dtab::Parse(text.get<std::string>());
  if (!dtab.ok()) verdict->Fail(dtab.status().ToString());
  return dtab.ok() ? *std::move(dtab) : Dtab();
}

Json ElemsToJson(const Prefix& prefix) {
  Json elems = Json::array();
  for (const auto& elem : prefix.elems()) {
    if (elem.has_value()) {
      elems.push_back({{"label", *elem}});
    } else {
      elems.push_back("*");
    }
  }
  return elems;
}

void CheckDentry(const Json& expect, const Dentry& dentry, Verdict* verdict) {
  if (expect.contains("prefix")) verdict->CheckShown("prefix", expect["prefix"], dentry.prefix.Show());
  if (expect.contains("prefix_elems"))
    verdict->Check("prefix_elems", expect["prefix_elems"], ElemsToJson(dentry.prefix));
  if (expect.contains("dst")) verdict->CheckShown("dst", expect["dst"], Show(dentry.dst));
  if (expect.contains("dst_tree")) verdict->Check("dst_tree", expect["dst_tree"], TreeToJson(dentry.dst));
}

void CheckDtab(const Json& expect, const Dtab& dtab, Verdict* verdict) {
  if (expect.contains("size")) verdict->Check("size", expect["size"], dtab.size());
  if (expect.contains("show")) verdict->CheckShown("show", expect["show"], dtab.Show());
  if (expect.contains("dentries")) {
    const Json& dentries = expect["dentries"];
    verdict->Check("size", dentries.size(), dtab.size());
    for (size_t i = 0; i < std::min(dentries.size(), dtab.size()); ++i)
      CheckDentry(dentries[i], dtab[i], verdict);
  }
  if (expect.contains("json")) {
    const Json ours = Json::parse(DtabToJson(dtab));
    verdict->Check("json size", expect["json"].size(), ours.size());
    for (size_t i = 0; i < std::min(expect["json"].size(), ours.size()); ++i) {
      verdict->CheckShown("json prefix", expect["json"][i].at("prefix"), ours[i].at("prefix"));
      verdict->CheckShown("json dst", expect["json"][i].at("dst"), ours[i].at("dst"));
    }
  }
  const auto again = Dtab::Parse(dtab.Show());
  if (!again.ok() || !again->EquivalentTo(dtab)) verdict->Fail("does not survive show and parse");
}

// True if both sides agree on whether there is a value to look at.
template <class T>
bool Agrees(const Json& expect, const absl::StatusOr<T>& value, Verdict* verdict) {
  if (value.ok() != ExpectsError(expect)) return value.ok();
  verdict->Fail(value.ok() ? "parsed, an error is expected" : value.status().ToString());
  return false;
}

void CheckLookup(const Json& test, const Dtab& dtab, Verdict* verdict) {
  const Json& expect = test.at("expect");
  const auto path = Path::Parse(test.at("path").get<std::string>());
  if (!Agrees(expect, path, verdict)) return;
  const NameTree<Path> tree = dtab.Lookup(*path);
  if (expect.contains("tree")) verdict->Check("tree", expect["tree"], TreeToJson(tree));
  if (expect.contains("show")) verdict->CheckShown("show", expect["show"], Show(tree));
}

}  // namespace

Verdict RunDtabCase(const Json& test) {
  Verdict verdict;
  const std::string op = test.at("op");
  const Json& expect = test.at("expect");
  const auto dtab_at = [&](const char* key) { return DtabOf(test.at(key), &verdict); };
  if (op == "parse" || op == "show" || op == "to_json") {
    const auto dtab = Dtab::Parse(test.at("input").get<std::string>());
    if (Agrees(expect, dtab, &verdict)) CheckDtab(expect, *dtab, &verdict);
  } else if (op == "lookup") {
    CheckLookup(test, dtab_at("dtab"), &verdict);
  } else if (op == "lookup_with_override") {
    CheckLookup(test, dtab_at("base").Concat(dtab_at("local")), &verdict);
  } else if (op == "concat") {
    CheckDtab(expect, dtab_at("base").Concat(dtab_at("local")), &verdict);
  } else if (op == "strip_prefix") {
    CheckDtab(expect, dtab_at("dtab").StripPrefix(dtab_at("prefix")), &verdict);
  } else if (op == "simplify") {
    CheckDtab(expect, dtab_at("input").Simplified(), &verdict);
  } else if (op == "equivalent") {
    verdict.Check("value", expect.at("value"), dtab_at("left").EquivalentTo(dtab_at("right")));
  } else if (op == "from_json") {
    const Json& input = test.at("input");
    const auto dtab = DtabFromJson(input.is_string() ? input.get<std::string>() : input.dump());
    if (Agrees(expect, dtab, &verdict)) CheckDtab(expect, *dtab, &verdict);
  } else if (op == "parse_dentry") {
    const auto dentry = ParseDentry(test.at("input").get<std::string>());
    if (!Agrees(expect, dentry, &verdict)) return verdict;
    CheckDentry(expect, *dentry, &verdict);
    if (expect.contains("show")) verdict.CheckShown("show", expect["show"], dentry->Show());
  } else if (op == "parse_prefix") {
    const auto prefix = ParsePrefix(test.at("input").get<std::string>());
    if (!Agrees(expect, prefix, &verdict)) return verdict;
    if (expect.contains("show")) verdict.CheckShown("show", expect["show"], prefix->Show());
  } else {
    verdict.Fail("unknown op " + op);
  }
  return verdict;
}

}  // namespace heddle::conformance
