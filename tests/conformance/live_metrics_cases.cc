// metrics.json in a running proxy: scopes, counters, the pages.
#include <fstream>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/conformance/busy_proxy.h"
#include "tests/conformance/counters.h"
#include "tests/conformance/expected.h"
#include "tests/conformance/metrics_cases.h"

namespace heddle::conformance {
namespace {

std::string Port() { return absl::StrCat(CaseBackend::Get().port()); }

std::string RequestTo(const std::string& host, const std::string& method = "GET") {
  return method + " / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

// What leads to the scope of a case.
struct ScopeCase {
  Json router = Json::object();
  Json server = Json::object();
  std::string host = "dog";
  std::string service;  // of io.l5d.fs, if there has to be one
  std::string path;     // expected
};

// The port that the case names in a bound name is the back end's here.
void LeadTo(const std::string& id, ScopeCase* scope) {
  const std::string here = std::regex_replace(id, std::regex("(.*)/([0-9]+)(.*)"), "$1/" + Port() + "$3");
  scope->path = absl::StrReplaceAll(scope->path, {{id.substr(1), here.substr(1)}});
  const std::string prefix = "/#/io.l5d.fs/";
  const size_t namer = here.find(prefix);
  if (namer == std::string::npos) {
    scope->router["dtab"] = "/svc => " + here;
    return;
  }
  scope->service = here.substr(namer + prefix.size());
  scope->router["dtab"] = "/svc/dog => " + here.substr(namer);
  const Json transformer = {{"kind", "io.l5d.port"}, {"port", CaseBackend::Get().port()}};
  scope->router["interpreter"] = {{"kind", "default"}, {"transformers", Json::array({transformer})}};
}

ScopeCase ScopeCaseOf(const Json& test) {
  const Json& input = test.at("input");
  ScopeCase scope;
  scope.path = absl::StrJoin(test.at("expect").at("path").get<std::vector<std::string>>(), "/");
  if (input.contains("dst")) scope.host = input["dst"].get<std::string>().substr(std::string("/svc/").size());
  if (input.contains("bound_id")) LeadTo(input["bound_id"], &scope);
  if (input.contains("label"))
    (input.contains("protocol") ? scope.router : scope.server)["label"] = input["label"];
  return scope;
}

}  // namespace

void RunScopeValues(const Json& test, Verdict* verdict) {
  ScopeCase scope = ScopeCaseOf(test);
  Json config = CaseProxy::Config(scope.router);
  Json& router = config["routers"][0];
  router["servers"][0].update(scope.server);
  if (router["label"].is_null()) router.erase("label");
  const TempDir dir;
  if (!scope.service.empty()) {
    std::ofstream(dir / scope.service) << "127.0.0.1 1\n";
    config["namers"] = Json::array({{{"kind", "io.l5d.fs"}, {"rootDir", dir.path().string()}}});
  }
  const auto proxy = CaseProxy::Start(config);
  proxy->Ask(RequestTo(scope.host)).forwarded();
  if (test["input"].contains("ip") && absl::EndsWith(scope.path, "/0")) {
    scope.path = absl::StrCat(scope.path.substr(0, scope.path.size() - 1), proxy->port());
    verdict->Deviate("server_port");
  }
  const Json metrics = proxy->Metrics();
  for (const auto& item : metrics.items()) {
    if (absl::StartsWith(item.key(), scope.path + "/")) return;
  }
  verdict->Fail("nothing below " + scope.path);
}

void RunCounters(const Json& test, Verdict* verdict) {
  const Json& scenario = test.at("scenario");
  if (scenario.value("protocol", "http") != "http")
    return verdict->NotRun("later work: routers of protocol " + scenario["protocol"].get<std::string>());
  const std::string kind = scenario.value("classifier", "io.l5d.http.retryableRead5XX");
  const auto proxy =
      CaseProxy::Start(CaseProxy::Config({{"dtab", "/svc => /$/inet/127.1/" + Port()},
                                          {"client", {{"failureAccrual", {{"kind", "none"}}}}},
                                          {"service", {{"responseClassifier", {{"kind", kind}}}}}}));
  std::string host = "foo";
  std::smatch service;
  const std::string counters = test.at("counters").dump();
  if (std::regex_search(counters, service, std::regex("service/svc/([a-z]+)/"))) host = service[1];
  std::vector<Answer> answers;
  const bool thrown = scenario.at("upstream") == "exception";
  if (thrown) {
    answers.push_back(Answer::Close());
  } else {
    for (const Json& status : scenario["upstream"]) answers.push_back(Answer::Status(status));
  }
  // A connection that breaks is not tried again when the request may not be done twice.
  const std::string method = scenario.value("method", thrown ? "POST" : "GET");
  for (int i = 0; i < scenario.value("requests", 1); ++i)
    proxy->Ask(RequestTo(host, method), answers, method);
  const std::string client = "rt/http/client/$/inet/127.1/" + Port() + "/";
  ExpectedCounters expected;
  for (const auto& item : test["counters"].items()) {
    std::string name = absl::StrReplaceAll(
        item.key(),
        {{"PORT", Port()}, {"server/127.0.0.1/0", absl::StrCat("server/127.0.0.1/", proxy->port())}});
    if (!absl::StartsWith(name, "rt/")) name = client + name;
    expected[name] = item.value();
  }
  CheckCounters(*proxy, expected, verdict);
}

void RunPrometheusPage(const Json& expected, Verdict* verdict) {
  Expected expect(expected, verdict);
  const std::string path =
      expect.Has("default_path") ? *expect.Find("default_path") : "/admin/metrics/prometheus";
  const WireMessage page = BusyProxy().Admin(path);
  verdict->Check("status", 200, page.status());
  if (const Json* type = expect.Find("content_type")) {
    const std::string ours = page.Value("content-type");
    if (ours != *type && absl::StartsWith(ours, type->get<std::string>() + ";")) {
      verdict->Deviate("exposition_version");
    } else {
      verdict->Check("content type", *type, ours);
    }
  }
  if (const Json* prefix = expect.Find("default_prefix")) {
    if (!absl::StrContains(page.body, "\n" + prefix->get<std::string>() + "jvm:uptime"))
      verdict->Fail("another prefix");
  }
  expect.Finish();
}

namespace {

// "default" in the place of what a path leaves open; empty: there is nothing that could stand there.
std::string Concrete(const std::string& path) {
  return absl::StrReplaceAll(path, {{"<prefix>", "io.l5d.fs"}, {"/*", "/css/dashboard.css"}});
}

}  // namespace

void RunAdminPage(const Json& test, Verdict* verdict) {
  if (test.value("server", "") == "namerd") return verdict->NotRun("pages of namerd: tests/integration");
  const std::string path = Concrete(test.at("path"));
  const char* kLater = "later work: an admin page that is not served yet";
  if (path.find_first_of("< ") != std::string::npos) return verdict->NotRun(kLater);
  Expected expect(test.at("expect"), verdict);
  const CaseProxy& proxy = BusyProxy();
  // A form is described in words, or with places to fill in; tests/integration ends programs by POST.
  for (const char* described : {"POST", "POST level&logger", "other"}) expect.Has(described);
  if (path == "/admin/shutdown") {
    if (expect.Has("GET")) verdict->Check("GET", 405, proxy.Admin(path).status());
    return expect.Finish();
  }
  const WireMessage page = proxy.Admin(expect.Has("params") ? path + "?dtab=&path=/svc/web" : path);
  const Json* status = expect.Find("status");
  if (page.status() == 404 && (status == nullptr || *status != 404)) return verdict->NotRun(kLater);
  verdict->Check("status", status == nullptr ? Json(200) : *status, page.status());
  for (const char* key : {"content_type", "content_type_prefix"}) {
    const Json* type = expect.Find(key);
    if (type == nullptr) continue;
    const std::vector<std::string> wanted = absl::StrSplit(type->get<std::string>(), ';');
    if (!absl::StartsWith(page.Value("content-type"), wanted[0]))
      verdict->Differs("content type", wanted[0], page.Value("content-type"));
  }
  const Json* body = expect.Find("body");
  if (body != nullptr && *body == "pong") verdict->Check("body", *body, page.body);
  expect.Has("GET");
  expect.Finish();
}

}  // namespace heddle::conformance
