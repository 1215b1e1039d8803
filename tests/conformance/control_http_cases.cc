// The kinds of cases in control_http.json: steps on the API, the store alone, namerctl, Linkerd's own client.
#include <deque>
#include <sstream>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "lib/config/errors.h"
#include "namerctl/commands/command_line.h"
#include "namerd/config/read_storage.h"
#include "namerd/http_api/answer.h"
#include "namerd/http_api/etag.h"
#include "namerd/store/memory_store.h"
#include "proxy/admin/delegator.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/config_reading.h"
#include "tests/conformance/control_http.h"

namespace heddle::conformance {
namespace {

using namerd::FakeWriter;

// Steps on the API.
class Replay {
 public:
  Replay(const Json& test, Verdict* verdict) : test_(test), verdict_(verdict), namerd_(test) {}

  void Run() {
    int number = 0;
    for (const Json& step : test_.at("steps")) {
      verdict_->SetContext(absl::StrCat("step ", ++number, ": "));
      RunStep(step);
      namerd_.Settle();
    }
  }

  // A request of a client that is under test itself.
  HttpResponse Answer(const HttpRequest& request, const Json& expect) {
    const auto answer = namerd_.Ask(request);
    Check(request, *answer, expect);
    return answer->response.value_or(HttpResponse{});
  }

 private:
  void Check(const HttpRequest& request, const FakeWriter& answer, const Json& expect) {
    const auto again = [this](const HttpRequest& other) {
      return namerd_.Ask(other)->response.value_or(HttpResponse{});
    };
    CheckAnswer(request, answer, expect, test_, again, verdict_);
  }

  void RunStep(const Json& step) {
    if (step.contains("request")) return Ask(step);
    if (step.contains("interpreter_rule")) return;  // CaseNamerd does so
    for (const char* event : {"interpreter_event", "namer_event", "addr_event"}) {
      if (step.contains(event)) return namerd_.Tell(step[event]);
    }
    if (step.contains("read")) return Read(*streams_.at(step["read"]), step.at("expect").at("chunk"));
    if (step.contains("no_read")) {
      if (!streams_.at(step["no_read"])->chunks.empty()) verdict_->Fail("the stream has sent something");
    } else if (step.contains("eof")) {
      if (!streams_.at(step["eof"])->ended) verdict_->Fail("the stream has not ended");
    } else {
      verdict_->Fail("unknown step " + step.dump());
    }
  }

  void Ask(const Json& step) {
    const HttpRequest request = RequestOf(step["request"]);
    const auto answer = namerd_.Ask(request);
    if (step.contains("open")) streams_[step["open"]] = answer;
    Check(request, *answer, step.at("expect"));
  }

  void Read(FakeWriter& stream, const std::string& expected) {
    if (stream.chunks.empty()) return verdict_->Fail("the stream has sent nothing");
    CheckText("chunk", expected, stream.chunks.front(), test_, verdict_);
    stream.chunks.pop_front();
  }

  const Json& test_;
  Verdict* verdict_;
  CaseNamerd namerd_;
  std::map<std::string, std::shared_ptr<FakeWriter>> streams_;
};

// "linkerd_admin": /delegator.json of a proxy with one router.
void RunAdmin(const Json& test, Verdict* verdict) {
  FakeClock clock;
  Loop loop(clock);
  AdminServer server(loop, "proxy");
  const auto explain = [](const std::optional<Dtab>&, const Path&, ExplainDetail, auto done) {
    done(std::string("{}"));
    return Subscription();
  };
  const Delegator delegator(server, loop, {{"label", explain}});
  for (const Json& step : test.at("steps")) {
    const HttpRequest request = RequestOf(step.at("request"));
    const auto answer = std::make_shared<FakeWriter>();
    server.Handle(request, answer);
    loop.RunReady();
    CheckAnswer(
        request, *answer, step.at("expect"), test, [](const auto&) { return HttpResponse{}; }, verdict);
  }
}

std::string NameOf(const absl::Status& status) {
  if (absl::IsAlreadyExists(status)) return "already_exists";
  if (absl::IsFailedPrecondition(status)) return "version_mismatch";
  if (absl::IsInvalidArgument(status)) return "invalid_namespace";
  return absl::IsNotFound(status) ? "not_found" : std::string(status.message());
}

void RunMemoryStore(const Json& op, const Json& expect, Verdict* verdict) {
  FakeClock clock;
  Loop loop(clock);
  const std::string call = op.at("call");
  if (call == "version") return verdict->Check("etag", expect.at("etag"), namerd::ETagOf(op.at("n")));
  const std::string ns = op.at("ns");
  const bool exists = op.value("exists", call == "update");
  std::map<std::string, std::string> dtabs;
  if (exists) dtabs[ns] = "/a=>/b";
  const auto store = namerd::MakeMemoryStore(loop, dtabs);
  absl::Status status;
  const auto done = [&status](const auto& result) { status = result.status(); };
  constexpr auto kDtab = namerd::DocumentKind::kDtab;
  if (call == "delete") {
    store->Delete(kDtab, ns, namerd::Expect::Exists(), {}, done);
  } else {
    const namerd::Expect demand = call == "create"   ? namerd::Expect::Absent()
                                  : call == "update" ? namerd::ExpectOf(op.at("version").get<std::string>())
                                                     : namerd::Expect::Anything();
    store->Put(kDtab, ns, "/c=>/d", demand, {}, done);
  }
  loop.RunReady();
  if (expect.contains("error")) verdict->Check("error", expect["error"], NameOf(status));
  if (expect.contains("http_inferred"))
    verdict->Check("status", expect["http_inferred"], namerd::HttpStatusOf(status));
}

// The stores of a Namerd that Heddle has not: a file that names one is refused.
void RunOtherStore(const std::string& store, Verdict* verdict) {
  ConfigErrors errors;
  const auto document = ConfigDocument::Parse("kind: io.l5d." + store + "\n", "namerd.yaml", errors);
  namerd::StorageConfig config;
  namerd::ReadStorage(document->root(), errors, &config);
  if (errors.ok()) return verdict->Fail("storage " + store + " is accepted, and these cases not run with it");
  verdict->Deviate("other_stores");
}

void RunStorage(const Json& test, Verdict* verdict) {
  const std::string store = test.value("store", "inMemory");
  if (store != "inMemory") return RunOtherStore(store, verdict);
  RunMemoryStore(test.at("op"), test.at("expect"), verdict);
}

// Runs `args` with `in` as standard input and each request answered by `transport`.
struct ClientRun {
  ClientRun(const std::vector<std::string>& args, const std::string& in,
            const namerctl::NamerdClient::Transport& transport) {
    std::istringstream in_stream(in);
    std::ostringstream out_stream, err_stream;
    const auto no_settings = [](const char*) { return std::nullopt; };
    namerctl::Environment env{
        in_stream, out_stream, err_stream, false, "/nonexistent", no_settings, [&](const auto&) {
          return transport;
        }};
    status = namerctl::RunCommandLine(env, args);
    out = out_stream.str();
    err = err_stream.str();
  }
  int status;
  std::string out, err;
};

void CheckRequest(const Json& expected, const HttpRequest& ours, Verdict* verdict) {
  const HttpRequest wanted = RequestOf(expected);
  verdict->Check("request", wanted.method + " " + wanted.target, ours.method + " " + ours.target);
  verdict->Check("request body", wanted.body, ours.body);
  for (const auto& [name, value] : wanted.headers) {
    const std::string* found = FindHeader(ours.headers, name);
    verdict->Check(name, value, found == nullptr ? "" : *found);
  }
}

// `command` of namerctl against a namerd; "file" in it is standard input with the body of the first step.
void RunClient(const Json& test, Verdict* verdict) {
  const Json& expect = test.at("expect_client");
  std::vector<std::string> args = absl::StrSplit(test.at("command").get<std::string>(), ' ');
  std::string in;
  for (std::string& arg : args) {
    if (arg != "file") continue;
    arg = "-";
    in = test.at("steps").at(0).at("request").value("body", "");
  }
  Replay namerd(test, verdict);
  size_t asked = 0;
  const ClientRun run(args, in, [&](const HttpRequest& request, Millis) -> absl::StatusOr<HttpResponse> {
    if (asked >= test["steps"].size()) return absl::UnavailableError("one request too many");
    const Json& step = test["steps"][asked++];
    CheckRequest(step.at("request"), request, verdict);
    return namerd.Answer(request, step.at("expect"));
  });
  verdict->Check("number of requests", test["steps"].size(), asked);
  if (expect.contains("error")) {
    if (run.status == namerctl::kDone || run.err.empty()) verdict->Fail("the command does not fail");
  } else {
    verdict->Check("exit status", 0, run.status);
    verdict->Check("stdout", expect.at("stdout"), run.out);
    if (!run.err.empty()) verdict->Fail("stderr: " + run.err);
  }
}

// How `dtab get` prints rules, below the version.
void RunPretty(const Json& expect, Verdict* verdict) {
  const HttpResponse answer{200, {{"ETag", "AAAAAAAAAAE="}}, expect.at("dtab").dump()};
  const ClientRun run({"dtab", "get", "n"}, "", [&](const HttpRequest&, Millis) { return answer; });
  verdict->Check("stdout", "# version AAAAAAAAAAE=\n" + expect.at("pretty").get<std::string>(), run.out);
}

// What Linkerd's client of the API asks for comes over the mesh stream here.
void RunInterpreter(const Json& test, Verdict* verdict) {
  const std::string ns = test.value("ns", "default");
  const Json interpreter = {{"kind", "io.l5d.namerd.http"},
                            {"experimental", true},
                            {"dst", "/$/inet/127.1/4180"},
                            {"namespace", ns}};
  const Json file = {{"routers", Json::array({{{"protocol", "http"}, {"interpreter", interpreter}}})}};
  const ProxyReading reading(file.dump());
  if (!reading.mistakes.empty()) return verdict->Fail(absl::StrJoin(reading.mistakes, "; "));
  const auto* mesh = std::get_if<MeshInterpreterConfig>(&reading.config.routers.at(0).interpreter.kind);
  if (mesh == nullptr) return verdict->Fail("io.l5d.namerd.http is no mesh stream");
  verdict->Check("namespace", ns, mesh->ns);
  verdict->Deviate("mesh_for_http");
}

}  // namespace

Verdict RunControlHttpCase(const Json& test) {
  Verdict verdict;
  if (test.contains("op")) {
    RunStorage(test, &verdict);
  } else if (test.contains("command")) {
    if (test.at("expect_client").contains("pretty")) {
      RunPretty(test["expect_client"], &verdict);
    } else {
      RunClient(test, &verdict);
    }
  } else if (test.contains("action")) {
    RunInterpreter(test, &verdict);
  } else if (test.contains("server")) {
    RunAdmin(test, &verdict);
  } else {
    Replay(test, &verdict).Run();
  }
  return verdict;
}

}  // namespace heddle::conformance
