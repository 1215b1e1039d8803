#include "absl/strings/escaping.h"
#include "tests/conformance/cases.h"

namespace heddle::conformance {
namespace {

std::string Hex(const std::string& bytes) { return absl::BytesToHexString(bytes); }

void CheckLabels(const Json& labels, const Path& path, Verdict* verdict) {
  Json expected = Json::array();
  Json ours = Json::array();
  for (const Json& label : labels) expected.push_back(label.is_object() ? label.at("hex") : label);
  for (const std::string& label : path) ours.push_back(Hex(label));
  verdict->Check("labels", expected, ours);
}

void Parse(const Json& test, Verdict* verdict) {
  const Json& expect = test.at("expect");
  const auto path = Path::Parse(test.at("input").get<std::string>());
  if (path.ok() == ExpectsError(expect)) {
    return verdict->Fail(path.ok() ? "parsed, an error is expected" : path.status().ToString());
  }
  if (!path.ok()) return;
  if (expect.contains("size")) verdict->Check("size", expect["size"], path->size());
  if (expect.contains("labels")) CheckLabels(expect["labels"], *path, verdict);
  if (expect.contains("show")) verdict->CheckShown("show", expect["show"], path->Show());
  const auto again = Path::Parse(path->Show());
  if (!again.ok() || *again != *path || again->Show() != path->Show())
    verdict->Fail("does not survive show and parse");
}

Path PathOf(const Json& text) {
  const auto path = Path::Parse(text.get<std::string>());
  return path.ok() ? *path : Path{"does not parse"};
}

}  // namespace

bool ExpectsError(const Json& expect) {
  if (expect.contains("ok")) return !expect["ok"].get<bool>();
  return expect.contains("type") && expect["type"] == "error";
}

Verdict RunPathCase(const Json& test) {
  Verdict verdict;
  const std::string op = test.at("op");
  const Json& expect = test.at("expect");
  if (op == "parse" || op == "roundtrip") {
    Parse(test, &verdict);
  } else if (op == "show") {
    std::vector<std::string> labels;
    for (const Json& hex : test.at("labels_hex"))
      labels.push_back(absl::HexStringToBytes(hex.get<std::string>()));
    const auto path = Path::FromLabels(std::move(labels));
    if (path.ok() == ExpectsError(expect)) {
      verdict.Fail(path.ok() ? "an error is expected" : path.status().ToString());
    } else if (path.ok()) {
      verdict.CheckShown("show", expect.at("show"), path->Show());
    }
  } else if (op == "concat") {
    verdict.CheckShown("show", expect.at("show"),
                       PathOf(test.at("left")).Concat(PathOf(test.at("right"))).Show());
  } else if (op == "starts_with") {
    verdict.Check("value", expect.at("value"), PathOf(test.at("path")).StartsWith(PathOf(test.at("prefix"))));
  } else if (op == "take") {
    verdict.CheckShown("show", expect.at("show"),
                       PathOf(test.at("path")).Take(test.at("n").get<size_t>()).Show());
  } else if (op == "drop") {
    verdict.CheckShown("show", expect.at("show"),
                       PathOf(test.at("path")).Drop(test.at("n").get<size_t>()).Show());
  } else if (op == "strip_transformer_prefix") {
    verdict.CheckShown("show", expect.at("show"), PathOf(test.at("path")).StripTransformerPrefix().Show());
  } else {
    verdict.Fail("unknown op " + op);
  }
  return verdict;
}

}  // namespace heddle::conformance
