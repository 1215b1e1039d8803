// metrics.json: the catalogue of names, and what dashboards ask for.
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/conformance/busy_proxy.h"
#include "tests/conformance/counters.h"
#include "tests/conformance/metrics_cases.h"

namespace heddle::conformance {
namespace {

// A name with its places to fill in, "status/<code>", as an expression.
std::string PatternOf(const std::string& name) {
  std::string pattern;
  for (const char c : name) {
    if (std::string(".$()[]{}|+?*^\\").find(c) != std::string::npos) pattern.push_back('\\');
    pattern.push_back(c);
  }
  return absl::StrReplaceAll(
      pattern, {{"<code>", "[0-9]+"}, {"<1-5>", "[1-5]"}, {"<exception\\.\\.\\.>", ".+"}, {"<type>", ".+"}});
}

// Expressions of the scopes of a catalogue: a name may be in any scope that one matches, and has to be for
// each. Empty: there is no such scope.
std::vector<std::string> ScopesOf(const std::string& scope, const CaseProxy& proxy) {
  if (scope == "rt/<router>/server/<ip>/<port>") return {PatternOf(ServerScope(proxy))};
  if (scope == "rt/<router>/service/<name>") return {"rt/http/service/svc/[a-z]+"};
  const std::string client = R"(rt/http/client/(\$/inet/[0-9.]+/[0-9]+|#/io\.l5d\.fs/nowhere))";
  if (scope == "rt/<router>/client/<id>") return {client};
  if (scope == "rt/<router>/client/<id>/service/<name>") return {client + "/service/svc/[a-z]+"};
  if (scope == "rt/<router>/bindcache/{path,tree,bound,client}") {
    const std::string caches = "rt/http/bindcache/";
    return {caches + "path", caches + "tree", caches + "bound", caches + "client"};
  }
  if (scope == "jvm") return {"jvm"};
  return {};
}

// The rule by which a name of the catalogue is not there; "" if it has to be.
std::string RuleWithout(const std::string& scope, const std::string& name) {
  static const std::set<std::string> kNative = {"uptime",    "num_cpus", "fd_count",
                                                "heap/used", "heap/max", "thread/count"};
  if (scope == "jvm" && !kNative.contains(name)) return "native_process";
  if (absl::StrContains(scope, "/server/") && absl::EndsWith(name, "/error"))
    return "server_errors_are_answers";
  if (absl::StartsWith(name, "failfast/unhealthy_")) return "fail_fast_gauges";
  if (name == "retries/not_open") return "shown_once_counted";
  return "";
}

bool HasName(const Json& metrics, const std::regex& pattern) {
  for (const auto& item : metrics.items()) {
    if (std::regex_match(item.key(), pattern)) return true;
  }
  return false;
}

// A series with these quantiles ("" for one without).
void CheckSeries(const std::string& page, const std::string& name, const std::string& labels,
                 Verdict* verdict) {
  std::smatch quantiles;
  std::vector<std::string> wanted = {""};
  if (std::regex_search(labels, quantiles, std::regex("quantile=[\"']([^\"']+)[\"']"))) {
    wanted = absl::StrSplit(quantiles[1].str(), '|');
    for (std::string& each : wanted) each = "[^}]*quantile=\"" + each + "\"";
  }
  for (const std::string& label : wanted) {
    const std::regex line("(^|\n)" + name + "(\\{" + label + "[^}]*\\})? [-0-9]");
    if (std::regex_search(page, line)) continue;
    const bool of_the_jvm = absl::StartsWith(name, "jvm:gc:") || absl::StartsWith(name, "jvm:mem:current:");
    if (!of_the_jvm) return verdict->Fail("no series " + name + " " + label);
    verdict->Deviate("native_process");
  }
}

}  // namespace

void RunCatalogue(const Json& test, Verdict* verdict) {
  const CaseProxy& proxy = BusyProxy();
  const std::string scope = test.at("scope");
  const std::vector<std::string> scopes = ScopesOf(scope, proxy);
  if (scopes.empty()) return verdict->NotRun("later work: metrics of h2, of Consul and of a Thrift namerd");
  const Json metrics = proxy.Metrics();
  for (const std::string& at : scopes) {
    for (const Json& metric : test.at("metrics")) {
      const std::string name = metric.at("name");
      const char* suffix = metric.at("type") == "histogram" ? "\\.count" : "";
      if (HasName(metrics, std::regex(absl::StrCat(at, "/", PatternOf(name), suffix)))) continue;
      const std::string rule = RuleWithout(scope, name);
      if (rule.empty()) {
        verdict->Fail("without " + name);
      } else {
        verdict->Deviate(rule);
      }
    }
  }
}

// Each series of a query has to be there, with the labels that the query gives a value to.
void RunDashboard(const Json& test, Verdict* verdict) {
  const std::string query = test.at("query");
  if (absl::StrContains(query, "SELECT")) return verdict->NotRun("later work: the telemeter io.l5d.influxdb");
  const std::string page = BusyProxy().Admin("/admin/metrics/prometheus").body;
  bool any = false;
  const std::sregex_iterator end;
  const std::regex series("([a-z]+(?::[A-Za-z0-9_]+)+)(\\{[^}]*\\})?");
  for (std::sregex_iterator at(query.begin(), query.end(), series); at != end; ++at) {
    any = true;
    CheckSeries(page, (*at)[1], (*at)[2], verdict);
  }
  const std::regex label_values("label_values\\(([a-z]+)\\)");
  for (std::sregex_iterator at(query.begin(), query.end(), label_values); at != end; ++at) {
    any = true;
    // "instance" is the scraper's.
    if ((*at)[1] != "instance" && !absl::StrContains(page, (*at)[1].str() + "=\""))
      verdict->Fail("no label " + (*at)[1].str());
  }
  if (absl::StartsWith(query, "scrape path ")) {
    any = true;
    if (!absl::StrContains(page, "client=\"") || !absl::StrContains(page, "service=\""))
      verdict->Fail("no such labels");
  }
  if (!any) verdict->Fail("a query that this runner does not know: " + query);
}

}  // namespace heddle::conformance
