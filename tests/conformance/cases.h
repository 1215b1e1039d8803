// The cases of each file, by what they need. Each function runs one case; a case that lacks a member it needs
// throws Json::exception, which the runner reports.
#ifndef HEDDLE_TESTS_CONFORMANCE_CASES_H_
#define HEDDLE_TESTS_CONFORMANCE_CASES_H_

#include "lib/dtab/name_tree.h"
#include "lib/naming/namer.h"
#include "lib/naming/transformer.h"
#include "tests/conformance/verdict.h"

namespace heddle::conformance {

Verdict RunPathCase(const Json& test);
Verdict RunNameTreeCase(const Json& test);
Verdict RunDtabCase(const Json& test);
Verdict RunDelegateCase(const Json& test);
Verdict RunControlHttpCase(const Json& test);
Verdict RunConfigCase(const Json& test);
Verdict RunHttpIdentifyCase(const Json& test);
Verdict RunHeaderCase(const Json& test);
Verdict RunClassifierCase(const Json& test);
Verdict RunMetricsCase(const Json& test);

// Ops of delegate.json, each in its own file.
void RunFsFile(const Json& test, Verdict* verdict);
void RunFsLookup(const Json& test, Verdict* verdict);
void RunRewrite(const Json& test, Verdict* verdict);
void RunPathMatch(const Json& test, Verdict* verdict);
void RunDelegate(const Json& test, Verdict* verdict);
void RunDelegateSimplify(const Json& test, Verdict* verdict);
void RunDelegateFind(const Json& test, Verdict* verdict);
void RunTransform(const Json& test, Verdict* verdict);
void RunTransformName(const Json& test, Verdict* verdict);
void RunDispatch(const Json& test, Verdict* verdict);
void RunPickDistribution(const Json& test, Verdict* verdict);
void RunNamerdConfig(const Json& test, Verdict* verdict);

// The table of a kind of config.json.
void RunConfigKeys(const Json& test, Verdict* verdict);

// The `transformer` of a case, one or a list, with its `local_ips`; none where it has none. An error if the
// configuration is refused.
absl::StatusOr<Transformers> CaseTransformers(const Json& test, const std::shared_ptr<Namer>& inet);

// A namer's answer in the vectors' form: {"type": "bound", "id", "residual"}, {"type": "path", "path"}, neg,
// fail, empty; an error or a pending answer has these as its type.
Json AnswerToJson(const Activity<NameTree<Name>>& answer);

// A tree in the vectors' form: {"type": "leaf", "path": "/a"}, ...
NameTree<Path> TreeFromJson(const Json& json);
Json TreeToJson(const NameTree<Path>& tree);

// True if the case expects an error.
bool ExpectsError(const Json& expect);

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_CASES_H_
