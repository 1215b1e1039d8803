// headers.json, a function a feature.
#ifndef HEDDLE_TESTS_CONFORMANCE_HEADER_CASES_H_
#define HEDDLE_TESTS_CONFORMANCE_HEADER_CASES_H_

#include "tests/conformance/case_proxy.h"
#include "tests/conformance/expected.h"

namespace heddle::conformance {

// `input` of a case, and its `expect`.
using RunHeaders = void (*)(const Json& input, Expected* expect);

// context_header_cases.cc: the headers of the mesh.
void RunDeadline(const Json& input, Expected* expect);
void RunLocalDtab(const Json& input, Expected* expect);
void RunDst(const Json& input, Expected* expect);
void RunClearContext(const Json& input, Expected* expect);

// trace_header_cases.cc.
void RunTraceDecode(const Json& input, Expected* expect);
void RunTraceEncode(const Json& input, Expected* expect);
void RunTracePropagation(const Json& input, Expected* expect);
void RunSample(const Json& input, Expected* expect);
void RunZipkin(const Json& input, Expected* expect);

// message_header_cases.cc: what HTTP asks of a proxy.
void RunVia(const Json& input, Expected* expect);
void RunCallDepth(const Json& input, Expected* expect);
void RunHopByHop(const Json& input, Expected* expect);
void RunProxyUri(const Json& input, Expected* expect);
void RunFraming(const Json& input, Expected* expect);
void RunForwarded(const Json& input, Expected* expect);
void RunTimestamp(const Json& input, Expected* expect);
void RunClientCert(const Json& input, Expected* expect);
void RunAuthority(const Json& input, Expected* expect);

// error_header_cases.cc.
void RunErr(const Json& input, Expected* expect);
void RunDiagnosticTrace(const Json& input, Expected* expect);

// A proxy whose router (and its only server) has these keys besides; every name leads to the back end. Throws
// with the mistakes if it does not take them.
CaseProxy& ProxyWith(const Json& router, const Json& server = Json::object());
// "GET / HTTP/1.1", for the service "web", with these lines.
std::string Get(const HeaderLines& headers);

// `absent`, `has_header`, `status` (a number, "routed", or null: routed too) of the outcome, if expected.
void CheckCommon(const Exchange& exchange, Expected* expect);
// `forwarded`: [[name, value], ...], of which each is there and nothing else of its name.
void CheckForwarded(const Exchange& exchange, Expected* expect);

}  // namespace heddle::conformance

#endif  // HEDDLE_TESTS_CONFORMANCE_HEADER_CASES_H_
