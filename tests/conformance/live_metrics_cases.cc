// metrics.json in a running proxy: scopes, counters, the catalogue, what dashboards ask for, the pages.
#include <fstream>
#include <regex>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/counters.h"
#include "tests/conformance/expected.h"
#include "tests/conformance/metrics_cases.h"

namespace heddle::conformance {
namespace {

std::string Port() { return absl::StrCat(CaseBackend::Get().port()); }

std::string RequestTo(const std::string& host, const std::string& method = "GET") {
  return method + " / HTTP/1.1\r\nHost: " + host + "\r\n\r\n";
}

// The proxy that catalogue and dashboards are read from: it has had requests of each kind.
CaseProxy& BusyProxy() {
  static CaseProxy* const proxy = [] {
    // The endpoint is taken out after three failures.
    const Json accrual = {{"kind", "io.l5d.consecutiveFailures"},
                          {"failures", 3},
                          {"backoff", {{"kind", "constant"}, {"ms", 1}}}};
    static const auto started = CaseProxy::Start(
        CaseProxy::Config({{"service", {{"responseClassifier", {{"kind", "io.l5d.http.retryableRead5XX"}}}}},
                           {"client", {{"failureAccrual", accrual}}}}));
    return started.get();
  }();
  return *proxy;
}

}  // namespace

void RunScopeValues(const Json& test, Verdict* verdict) {
  const Json& input = test.at("input");
  std::string path = absl::StrJoin(test.at("expect").at("path").get<std::vector<std::string>>(), "/");
  Json router = Json::object();
  Json server = Json::object();
  std::string host = "dog";
  std::string files;
  if (input.contains("dst")) {
    host = input["dst"].get<std::string>().substr(std::string("/svc/").size());
  } else if (input.contains("bound_id")) {
    // The port that the case names is the back end's here.
    const std::string id = input["bound_id"];
    const std::regex port("(.*)/([0-9]+)(.*)");
    const std::string here = std::regex_replace(id, port, "$1/" + Port() + "$3");
    path = absl::StrReplaceAll(path, {{id.substr(1), here.substr(1)}});
    const size_t namer = here.find("/#/io.l5d.fs/");
    if (namer == std::string::npos) {
      router["dtab"] = "/svc => " + here;
    } else {
      files = here.substr(namer + std::string("/#/io.l5d.fs/").size());
      router["dtab"] = "/svc/dog => " + here.substr(namer);
      const Json transformer = {{"kind", "io.l5d.port"}, {"port", CaseBackend::Get().port()}};
      router["interpreter"] = {{"kind", "default"}, {"transformers", Json::array({transformer})}};
    }
  } else if (input.contains("label") && input.value("protocol", "").empty()) {
    server["label"] = input["label"];
  } else if (input.contains("label") && input["label"].is_null()) {
    router["label"] = nullptr;
  }
  Json config = CaseProxy::Config(router);
  Json& entry = config["routers"][0];
  entry["servers"][0].update(server);
  if (entry["label"].is_null()) entry.erase("label");
  const TempDir dir;
  if (!files.empty()) {
    std::ofstream(dir / files) << "127.0.0.1 1\n";
    config["namers"] = Json::array({{{"kind", "io.l5d.fs"}, {"rootDir", dir.path().string()}}});
  }
  const auto proxy = CaseProxy::Start(config);
  proxy->Ask(RequestTo(host)).forwarded();
  if (input.contains("ip") && input.value("port", 0) == 0 && absl::EndsWith(path, "/0")) {
    path = absl::StrCat(path.substr(0, path.size() - 1), proxy->port());
    verdict->Deviate("server_port");
  }
  const Json metrics = proxy->Metrics();
  for (const auto& item : metrics.items()) {
    if (absl::StartsWith(item.key(), path + "/")) return;
  }
  verdict->Fail("nothing below " + path);
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

namespace {

// Requests of each kind, once.
void MakeBusy(CaseProxy& proxy) {
  static bool done = false;
  if (done) return;
  done = true;
  for (const int status : {200, 404, 500})
    proxy.Ask(RequestTo("web", "POST"), {Answer::Status(status)}, "POST");
  proxy.Ask(RequestTo("web", "POST"), {Answer::Close()}, "POST");
  proxy.Ask(RequestTo("web"), {Answer::Status(500), Answer::Status(200)});
  for (int i = 0; i < 4; ++i) proxy.Ask(RequestTo("web", "POST"), {Answer::Status(503)}, "POST");
  proxy.Ask(RequestTo("web"), {Answer::Status(200)});
}

// "status/<code>" as an expression of the names it stands for.
std::regex NamePattern(const std::string& scope, const std::string& name) {
  std::string pattern;
  for (const char c : scope + "/" + name) {
    if (std::string(".$()[]{}|+?*^\\").find(c) != std::string::npos) pattern.push_back('\\');
    pattern.push_back(c);
  }
  return std::regex(absl::StrReplaceAll(
      pattern, {{"<code>", "[0-9]+"}, {"<1-5>", "[1-5]"}, {"<exception\\.\\.\\.>", ".+"}, {"<type>", ".+"}}));
}

// The scopes of a catalogue that the busy proxy has; empty: it has it not.
std::vector<std::string> ScopesOf(const std::string& scope, const CaseProxy& proxy) {
  const std::string client = "rt/http/client/" + CaseProxy::BoundName().substr(1);
  if (scope == "rt/<router>/server/<ip>/<port>") return {ServerScope(proxy)};
  if (scope == "rt/<router>/service/<name>") return {"rt/http/service/svc/web"};
  if (scope == "rt/<router>/client/<id>") return {client};
  if (scope == "rt/<router>/client/<id>/service/<name>") return {client + "/service/svc/web"};
  if (scope == "rt/<router>/bindcache/{path,tree,bound,client}") {
    const std::string caches = "rt/http/bindcache/";
    return {caches + "path", caches + "tree", caches + "bound", caches + "client"};
  }
  if (scope == "jvm") return {"jvm"};
  return {};
}

}  // namespace

void RunCatalogue(const Json& test, Verdict* verdict) {
  CaseProxy& proxy = BusyProxy();
  const std::string scope = test.at("scope");
  const std::vector<std::string> scopes = ScopesOf(scope, proxy);
  if (scopes.empty()) return verdict->NotRun("later work: metrics of h2, of Consul and of a Thrift namerd");
  MakeBusy(proxy);
  const Json metrics = proxy.Metrics();
  for (const std::string& at : scopes) {
    for (const Json& metric : test.at("metrics")) {
      const std::string name = metric.at("name");
      const std::string shown = name + (metric.at("type") == "histogram" ? ".count" : "");
      const std::regex pattern = NamePattern(at, shown);
      bool found = false;
      for (const auto& item : metrics.items()) found |= std::regex_match(item.key(), pattern);
      if (!found) verdict->Fail("without " + shown);
    }
  }
}

// Each series of a query has to be there, with the labels that the query gives a value to.
void RunDashboard(const Json& test, Verdict* verdict) {
  CaseProxy& proxy = BusyProxy();
  MakeBusy(proxy);
  const std::string query = test.at("query");
  if (absl::StrContains(query, "SELECT")) return verdict->NotRun("later work: the telemeter io.l5d.influxdb");
  const std::string page = proxy.Admin("/admin/metrics/prometheus").body;
  const std::regex series("([a-z]+(?::[A-Za-z0-9_]+)+)(\\{[^}]*\\})?");
  const std::regex quantile("quantile=[\"']([^\"']+)[\"']");
  bool any = false;
  for (auto at = std::sregex_iterator(query.begin(), query.end(), series); at != std::sregex_iterator();
       ++at) {
    any = true;
    std::smatch quantiles;
    const std::string labels = (*at)[2];
    std::vector<std::string> wanted = {""};
    if (std::regex_search(labels, quantiles, quantile)) {
      wanted = absl::StrSplit(quantiles[1].str(), '|');
      for (std::string& each : wanted) each = "[^}]*quantile=\"" + each + "\"";
    }
    for (const std::string& label : wanted) {
      const std::regex line("(^|\n)" + (*at)[1].str() + "(\\{" + label + "[^}]*\\})? [-0-9]");
      if (!std::regex_search(page, line)) verdict->Fail("no series " + (*at)[1].str() + " " + label);
    }
  }
  const std::regex label_values("label_values\\(([a-z]+)\\)");
  for (auto at = std::sregex_iterator(query.begin(), query.end(), label_values); at != std::sregex_iterator();
       ++at) {
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
  if (path.find_first_of("< ") != std::string::npos)
    return verdict->NotRun("later work: an admin page that is not served yet");
  Expected expect(test.at("expect"), verdict);
  CaseProxy& proxy = BusyProxy();
  if (path == "/admin/shutdown") {
    if (expect.Has("GET")) verdict->Check("GET", 405, proxy.Admin(path).status());
    expect.Has("POST");  // tests/integration ends programs by it
    return expect.Finish();
  }
  const WireMessage page = proxy.Admin(path);
  const Json* status = expect.Find("status");
  if (page.status() == 404 && (status == nullptr || *status != 404))
    return verdict->NotRun("later work: an admin page that is not served yet");
  if (status != nullptr) verdict->Check("status", *status, page.status());
  if (const Json* type = expect.Find("content_type")) {
    const std::string wanted = type->get<std::string>().substr(0, type->get<std::string>().find(';'));
    if (!absl::StartsWith(page.Value("content-type"), wanted))
      verdict->Differs("content type", wanted, page.Value("content-type"));
  }
  if (const Json* type = expect.Find("content_type_prefix")) {
    if (!absl::StartsWith(page.Value("content-type"), type->get<std::string>()))
      verdict->Differs("content type", *type, page.Value("content-type"));
  }
  // A form is described in words, or with places to fill in, but for one.
  if (const Json* body = expect.Find("body"); body != nullptr && *body == "pong")
    verdict->Check("body", "pong", page.body);
  for (const char* described : {"params", "GET", "POST level&logger", "other"}) expect.Has(described);
  expect.Finish();
}

}  // namespace heddle::conformance
