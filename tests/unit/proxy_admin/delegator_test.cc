#include "proxy/admin/delegator.h"

#include <catch2/catch.hpp>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

struct Answer {
  HttpResponse response;
  bool sent = false;
  std::function<void()> on_closed;
};

class Recorder : public ResponseWriter {
 public:
  explicit Recorder(std::shared_ptr<Answer> answer) : answer_(std::move(answer)) {}
  void Send(HttpResponse response) override {
    REQUIRE_FALSE(answer_->sent);
    answer_->response = std::move(response);
    answer_->sent = true;
  }
  void Start(int, HeaderList) override {}
  size_t buffered() const override { return 0; }
  void Write(absl::string_view) override {}
  void End() override {}
  void OnDrained(std::function<void()>) override {}
  void OnClosed(std::function<void()> on_closed) override { answer_->on_closed = std::move(on_closed); }

 private:
  std::shared_ptr<Answer> answer_;
};

struct Fixture {
  FakeClock clock;
  Loop loop{clock};
  AdminServer server{loop, "test"};
  std::string asked;
  std::function<void(absl::StatusOr<std::string>)> done;
  int cancelled = 0;
  std::unique_ptr<Delegator> delegator;

  explicit Fixture(std::vector<std::string> labels) {
    std::vector<Delegator::Router> routers;
    for (const std::string& label : labels) {
      routers.push_back({label, [this, label](const std::optional<Dtab>& dtab, const Path& path,
                                              ExplainDetail detail, auto on_done) {
                           asked = absl::StrCat(label, " ", path.Show(), " ", dtab ? dtab->Show() : "-",
                                                detail == ExplainDetail::kFull ? " in full" : "");
                           done = std::move(on_done);
                           return Subscription([this] { ++cancelled; });
                         }});
    }
    delegator = std::make_unique<Delegator>(server, loop, std::move(routers));
  }

  std::shared_ptr<Answer> Ask(HttpRequest request) {
    auto answer = std::make_shared<Answer>();
    server.Handle(request, std::make_shared<Recorder>(answer));
    return answer;
  }
  std::shared_ptr<Answer> Get(std::string query) {
    HttpRequest request;
    request.method = "GET";
    request.target = "/delegator.json" + query;
    return Ask(std::move(request));
  }
  std::shared_ptr<Answer> Post(std::string body, std::string type = "application/json") {
    HttpRequest request;
    request.method = "POST";
    request.target = "/delegator.json";
    request.headers = {{"Content-Type", std::move(type)}};
    request.body = std::move(body);
    return Ask(std::move(request));
  }
};

TEST_CASE("More is told to who asks for it") {
  Fixture f({"http"});
  f.Get("?path=/svc/web&detail=full");
  CHECK(f.asked == "http /svc/web - in full");
  f.Get("?path=/svc/web&detail=plain");
  CHECK(f.asked == "http /svc/web -");
  f.Post(R"({"path":"/svc/web","detail":"full"})");
  CHECK(f.asked == "http /svc/web - in full");
  const auto refused = f.Get("?path=/svc/web&detail=much");
  CHECK(refused->response.status == 400);
  CHECK(absl::StrContains(refused->response.body, "plain or full"));
}

TEST_CASE("A path alone asks the only router") {
  Fixture f({"http"});
  const auto answer = f.Get("?path=/svc/web");
  CHECK(f.asked == "http /svc/web -");
  CHECK_FALSE(answer->sent);
  f.done(std::string("{\"type\":\"neg\"}"));
  f.loop.RunReady();
  CHECK(answer->response.status == 200);
  CHECK(answer->response.body == "{\"type\":\"neg\"}");
  CHECK(*FindHeader(answer->response.headers, "content-type") == "application/json");
  CHECK(f.cancelled == 1);
}

TEST_CASE("A router is asked by its label, under either parameter, with a dtab") {
  Fixture f({"in", "out"});
  f.Get("?router=out&path=/svc/web&dtab=%2Fsvc%3D%3E%2Fb");
  CHECK(f.asked == "out /svc/web /svc=>/b");
  f.Get("?namespace=in&path=/svc/web&dtab=");
  CHECK(f.asked == "in /svc/web ");
  f.Post(R"({"router": "out", "path": "/a", "dtab": "/a=>/b"})");
  CHECK(f.asked == "out /a /a=>/b");
  f.Post(R"({"namespace": "in", "path": "/a"})", "application/json;charset=UTF-8");
  CHECK(f.asked == "in /a -");
}

TEST_CASE("Bad questions are told what is wrong") {
  Fixture f({"in", "out"});
  const auto check = [](const std::shared_ptr<Answer>& answer, int status, absl::string_view part) {
    CHECK(answer->sent);
    CHECK(answer->response.status == status);
    CHECK(absl::StrContains(answer->response.body, part));
  };
  check(f.Get("?path=invalid-param&router=in"), 400, "Invalid path: line 1, column 1: expected '/'");
  check(f.Get("?path=/a&router=in&dtab=/a=>b"), 400, "Invalid dtab: line 1, column 5");
  check(f.Get("?router=in"), 400, "'path' is missing");
  check(f.Get("?path=/a"), 400, "there are: in, out");
  check(f.Get("?path=/a&router=x"), 404, "no router 'x'; there are: in, out");
  check(f.Post("{\"path\": ... }"), 400, "Malformed delegation request");
  check(f.Post("{\"path\": 3}"), 400, "'path' is missing");
  check(f.Post(R"({"path": "/a"})", "text/plain"), 400, "Content-Type application/json");
  HttpRequest put;
  put.method = "PUT";
  put.target = "/delegator.json?path=/a";
  check(f.Ask(put), 405, "GET, POST");
  CHECK(f.asked.empty());
}

TEST_CASE("Errors of the interpreter") {
  Fixture f({"http"});
  auto answer = f.Get("?path=/a");
  f.done(absl::UnavailableError("namerd at 127.0.0.1:4321 is away"));
  CHECK(answer->response.status == 503);
  CHECK(answer->response.body == "namerd at 127.0.0.1:4321 is away");
  answer = f.Get("?path=/a");
  f.done(absl::InvalidArgumentError("bad"));
  CHECK(answer->response.status == 400);
}

TEST_CASE("An interpreter that answers at once is answered") {
  FakeClock clock;
  Loop loop(clock);
  AdminServer server(loop, "test");
  Delegator delegator(server, loop, {{"http", [](const auto&, const Path&, ExplainDetail, auto done) {
                                        done(absl::UnavailableError("away"));
                                        return Subscription();
                                      }}});
  HttpRequest request;
  request.method = "GET";
  request.target = "/delegator.json?path=/a";
  const auto answer = std::make_shared<Answer>();
  server.Handle(request, std::make_shared<Recorder>(answer));
  loop.RunReady();
  CHECK(answer->response.status == 503);
}

TEST_CASE("What stays pending is answered after two seconds, once") {
  Fixture f({"http"});
  const auto answer = f.Get("?path=/a");
  f.clock.Advance(std::chrono::milliseconds(2001));
  f.loop.RunReady();
  CHECK(answer->response.status == 503);
  CHECK(absl::StartsWith(answer->response.body, "Request timed out"));
  f.loop.RunReady();
  CHECK(f.cancelled == 1);
}

TEST_CASE("A client that goes takes its question with it") {
  Fixture f({"http"});
  const auto answer = f.Get("?path=/a");
  answer->on_closed();
  f.done(std::string("late"));
  f.loop.RunReady();
  CHECK(f.cancelled == 1);
  CHECK_FALSE(answer->sent);
}

TEST_CASE("Explanations under way are bounded") {
  Fixture f({"http"});
  for (int i = 0; i < 256; ++i) CHECK_FALSE(f.Get("?path=/a")->sent);
  CHECK(f.Get("?path=/a")->response.status == 503);
}

}  // namespace
}  // namespace heddle
