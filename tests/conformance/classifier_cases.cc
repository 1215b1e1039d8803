// classifiers.json: the class of a response is seen in what the proxy does with it. A retryable failure is
// tried again; of the others, l5d-success-class says which it is. Where the configured classifier is
// undefined, the default one decides: below 500 a success, else a failure that is not tried again.
#include <chrono>
#include <thread>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "proxy/classify/classifier.h"
#include "tests/conformance/case_proxy.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/counters.h"
#include "tests/conformance/expected.h"

namespace heddle::conformance {
namespace {

constexpr int kTimeoutMs = 30;

Json Kind(const std::string& kind) { return {{"kind", kind}}; }

// As many retries as there are, and no endpoint that is taken out by what a case makes it answer.
Json ConfigOf(const Json& classifier, const std::string& thrown) {
  Json service = {{"retries", {{"budget", {{"minRetriesPerSec", 10000}, {"percentCanRetry", 1.0}}}}}};
  Json client = {{"failureAccrual", Kind("none")}};
  if (!classifier.is_null()) service["responseClassifier"] = classifier;
  if (thrown == "request_timeout") client["requestAttemptTimeoutMs"] = kTimeoutMs;
  if (thrown == "timeout") service["totalTimeoutMs"] = kTimeoutMs;
  return CaseProxy::Config({{"service", service}, {"client", client}});
}

std::string RequestOf(const std::string& method, bool chunked) {
  if (method == "CONNECT") return "CONNECT web:80 HTTP/1.1\r\nHost: web:80\r\n\r\n";
  return absl::StrCat(method, " / HTTP/1.1\r\nHost: web\r\n",
                      chunked ? "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n" : "\r\n");
}

Answer AnswerOf(const Json& result, int status, const std::string& method) {
  HeaderLines headers = LinesOf(result.value("headers", Json::array()));
  if (!result.value("chunked", false)) return Answer::Status(status, headers);
  headers.emplace_back("Transfer-Encoding", "chunked");
  Answer answer = Answer::Status(status, headers);
  if (method != "HEAD") answer.bytes += "3\r\nabc\r\n0\r\n\r\n";
  return answer;
}

// nullopt: a `throw` that this runner does not know.
std::optional<Answer> AnswerThatThrows(const std::string& thrown) {
  if (thrown == "request_timeout" || thrown == "timeout") return Answer::Silence();
  if (thrown == "other_exception") return Answer::Close();
  if (thrown == "framing_exception")
    return Answer{"HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                  Answer::Then::kClose};
  return std::nullopt;
}

std::string ClassOf(const Exchange& exchange) {
  if (exchange.received.size() > 1) return "retryable_failure";
  const WireMessage& answer = exchange.answered();
  const std::string said = answer.Value("l5d-success-class");
  if (said == "1.0") return "success";
  if (said == "0.0" || (said.empty() && answer.status() >= 500 && answer.Has("l5d-err")))
    return "non_retryable_failure";
  return absl::StrCat("l5d-success-class '", said, "' of a ", answer.status());
}

std::string Effective(const std::string& expected, int status) {
  if (expected != "undefined") return expected;
  return status != 0 && status < 500 ? "success" : "non_retryable_failure";
}

class ClassRun {
 public:
  ClassRun(const Json& test, Verdict* verdict)
      : test_(test),
        verdict_(verdict),
        result_(test.at("result")),
        proxy_(CaseProxy::For(ConfigOf(test.at("classifier"), result_.value("throw", "")))) {}

  void Run() {
    for (const Json& method : test_.at("request").at("methods")) {
      if (result_.contains("throw")) {
        Throw(method, result_["throw"]);
      } else if (result_.contains("status_range")) {
        const int first = result_["status_range"].at(0);
        const int last = result_["status_range"].at(1);
        for (int status = first; status <= last; ++status) {
          // Every status with the first method, and the ends of each class with the others.
          if (method == test_["request"]["methods"][0] || status % 100 <= 4 || status % 100 == 99)
            Respond(method, status);
        }
      } else {
        Respond(method, result_.at("status"));
      }
    }
  }

 private:
  Exchange Ask(const std::string& method, const Answer& first) {
    return proxy_.Ask(RequestOf(method, test_["request"].value("chunked", false)),
                      {first, Answer::Status(200)}, method);
  }

  void Respond(const std::string& method, int status) {
    if (method == "CONNECT") return Connect();
    const Exchange exchange = Ask(method, AnswerOf(result_, status, method));
    const std::string what = absl::StrCat(method, " ", status);
    if (status < 200) verdict_->Deviate("interim_responses");
    if (status == 101) {
      // Nobody has asked for another protocol.
      if (ClassOf(exchange) == "success") verdict_->Fail(what + " is a success");
    } else {
      Hold(what, Effective(test_.at("expect"), status), exchange);
    }
  }

  void Throw(const std::string& method, const std::string& thrown) {
    if (method == "CONNECT") return Connect();
    if (thrown == "interrupted") return Interrupt(method);
    const std::optional<Answer> answer = AnswerThatThrows(thrown);
    if (!answer.has_value()) return verdict_->Fail("unknown throw " + thrown);
    const Exchange exchange = Ask(method, *answer);
    const std::string expected = Effective(test_.at("expect"), 0);
    if (thrown == "other_exception" && expected == "non_retryable_failure" &&
        ClassOf(exchange) == "retryable_failure" && MayBeDoneTwice(method)) {
      verdict_->Check("status after another try", 200, exchange.answered().status());
      return verdict_->Deviate("closed_is_tried_again");
    }
    Hold(method + " " + thrown, expected, exchange);
  }

  // By what HTTP says of the method, or the file.
  bool MayBeDoneTwice(const std::string& method) const {
    static const std::set<std::string> kMethods = {"GET", "HEAD", "OPTIONS", "TRACE", "PUT", "DELETE"};
    return kMethods.contains(method) || test_.at("classifier") == Kind("io.l5d.http.retryableAll5XX");
  }

  // A tunnel, which nobody has asked for: it is refused, and so never tried again.
  void Connect() {
    const Exchange exchange = Ask("CONNECT", Answer::Status(500));
    if (!exchange.received.empty()) verdict_->Fail("CONNECT was forwarded");
    if (exchange.answered().status() < 400)
      verdict_->Fail("CONNECT was answered " + exchange.answer->start_line);
    verdict_->Deviate("connect_refused");
  }

  // The requester goes away while the back end is silent.
  void Interrupt(const std::string& method) {
    CaseBackend& backend = CaseBackend::Get();
    backend.Play({Answer::Silence(), Answer::Status(200)});
    {
      const auto requester = WireConnection::Connect(proxy_.port());
      requester->Send(RequestOf(method, false));
      while (backend.Received().empty()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
      requester->ResetWhenClosed();  // an end alone may mean that it waits still
    }
    CheckCounters(proxy_, {{"rt/http/service/svc/web/pending", 0}}, verdict_);
    verdict_->Check("attempts", 1, backend.Received().size());
  }

  void Hold(const std::string& what, const std::string& expected, const Exchange& exchange) {
    const std::string ours = ClassOf(exchange);
    if (ours != expected) verdict_->Differs(what, expected, ours);
  }

  const Json& test_;
  Verdict* verdict_;
  const Json& result_;
  CaseProxy& proxy_;
};

// "write": what the requester is told.
void RunWrittenClass(const Json& test, Verdict* verdict) {
  const std::string configured = test.at("input").at("configured_class");
  const bool retryable = configured == "retryable_failure";
  Json service = {{"retries", {{"budget", {{"minRetriesPerSec", 0}, {"percentCanRetry", 0.0}}}}}};
  if (retryable) service["responseClassifier"] = Kind("io.l5d.http.retryableRead5XX");
  const Json config =
      CaseProxy::Config({{"service", service}, {"client", {{"failureAccrual", Kind("none")}}}});
  const Answer answer = Answer::Status(configured == "success" ? 200 : 500, {{"l5d-success-class", "0.7"}});
  const Exchange exchange = CaseProxy::For(config).Ask(RequestOf("GET", false), {answer});
  Expected expect(test.at("expect"), verdict);
  if (const Json* said = expect.Find("l5d-success-class"))
    verdict->Check("l5d-success-class", Json::array({*said}),
                   exchange.answered().Values("l5d-success-class"));
  expect.Finish();
}

ExpectedCounters CountersBelow(const std::string& scope, const Json& counters) {
  ExpectedCounters expected;
  for (const auto& item : counters.items()) expected[scope + "/" + item.key()] = item.value();
  return expected;
}

Json RetryConfig(const Json& input) {
  if (!input.contains("classifier_by_prefix")) {
    return CaseProxy::Config({{"service", {{"responseClassifier", Kind(input.at("classifier"))}}}});
  }
  Json configs = Json::array();
  for (const auto& item : input["classifier_by_prefix"].items())
    configs.push_back({{"prefix", item.key()}, {"responseClassifier", Kind(item.value())}});
  return CaseProxy::Config({{"service", {{"kind", "io.l5d.static"}, {"configs", configs}}}});
}

// "retry": attempts, and how they are counted.
void RunRetry(const Json& test, Verdict* verdict) {
  const Json& input = test.at("input");
  const std::string host = input.value("host", "web");
  std::vector<Answer> answers;
  for (const Json& status : input.at("upstream_statuses")) answers.push_back(Answer::Status(status));
  const auto proxy = CaseProxy::Start(RetryConfig(input));
  const Exchange exchange = proxy->Ask("GET / HTTP/1.1\r\nHost: " + host + "\r\n\r\n", answers);
  Expected expect(test.at("expect"), verdict);
  if (const Json* status = expect.Find("status"))
    verdict->Check("status", *status, exchange.answered().status());
  if (const Json* attempts = expect.Find("upstream_requests"))
    verdict->Check("attempts", *attempts, exchange.received.size());
  const std::pair<const char*, std::string> scopes[] = {
      {"service", "rt/http/service/svc/" + host},
      {"client", "rt/http/client/" + CaseProxy::BoundName().substr(1)},
      {"server", ServerScope(*proxy)},
  };
  for (const auto& [key, scope] : scopes) {
    if (const Json* counters = expect.Find(key))
      CheckCounters(*proxy, CountersBelow(scope, *counters), verdict);
  }
  expect.Finish();
}

}  // namespace

Verdict RunClassifierCase(const Json& test) {
  Verdict verdict;
  const std::string feature = test.at("feature");
  const std::string stage = test.value("stage", "");
  if (test.at("protocol") != "http") {
    verdict.NotRun("later work: routers of protocol " + test["protocol"].get<std::string>());
  } else if (stage == "write") {
    RunWrittenClass(test, &verdict);
  } else if (stage == "server_read") {
    verdict.NotRun(
        "nothing shows it: the server side counts by the class that its router writes over the header");
  } else if (feature == "retry") {
    RunRetry(test, &verdict);
  } else if (stage == "raw" || stage == "effective") {
    ClassRun(test, &verdict).Run();
  } else {
    verdict.Fail("unknown feature " + feature + ", stage '" + stage + "'");
  }
  return verdict;
}

}  // namespace heddle::conformance
