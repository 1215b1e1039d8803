// Replays tests/conformance/vectors/control_http.json on the API. Where we do better (better.json), the
// outcome we chose is checked instead; why is in tests/conformance/deviations.json.
#include <algorithm>
#include <catch2/catch.hpp>
#include <fstream>
#include <map>
#include <nlohmann/json.hpp>
#include <set>

#include "lib/naming/local_interpreter.h"
#include "namerd/http_api/answer.h"
#include "namerd/http_api/etag.h"
#include "namerd/http_api/http_api.h"
#include "namerd/store/memory_store.h"
#include "tests/unit/http_api/fake_writer.h"
#include "tests/unit/http_api/scripted_namer.h"

namespace heddle::namerd {
namespace {

using Json = nlohmann::ordered_json;

Json ReadJson(const std::string& path) {
  std::ifstream file(path);
  INFO(path);
  REQUIRE(file.good());
  return Json::parse(file);
}

// Cases about what is not this API: other programs, other stores.
bool Elsewhere(const Json& test) {
  const std::string feature = test["feature"];
  return test.contains("server") || feature == "http_interpreter" || test.value("store", "") == "consul" ||
         test["id"] == "ctl/namerctl/12" || test.value("interpreter", "") == "no_delegation";
}

std::map<std::string, std::string> MetaOf(const Json& json) {
  std::map<std::string, std::string> meta;
  for (const auto& [key, value] : json.items()) {
    meta[key] = value.is_string() ? value.get<std::string>() : value.dump();
  }
  return meta;
}

Addr AddrOf(const Json& json) {
  const std::string type = json["type"];
  if (type == "pending") return Addr::Pending();
  if (type == "neg") return Addr::Absent();
  if (type == "failed") return Addr::Failed(absl::UnavailableError(json["cause"].get<std::string>()));
  REQUIRE(type == "bound");
  std::vector<Endpoint> endpoints;
  for (const Json& address : json["addrs"]) {
    Endpoint endpoint;
    endpoint.address =
        *SocketAddress::Parse(address["ip"].get<std::string>(), address["port"].get<uint32_t>());
    endpoint.meta = MetaOf(address["meta"]);
    endpoints.push_back(std::move(endpoint));
  }
  return Addr::Bound(std::move(endpoints), MetaOf(json["meta"]));
}

// Arrays in one order, whatever it was.
Json Sorted(Json json) {
  if (json.is_object() || json.is_array()) {
    for (auto& child : json) child = Sorted(child);
  }
  if (json.is_array()) std::sort(json.begin(), json.end());
  return json;
}

class Replay {
 public:
  Replay(const Json& test, const Json& better) : test_(test), better_(better) {
    std::vector<PrefixedNamer> namers;
    namers.push_back({Path{"$", "inet"}, std::make_shared<LiteralInetNamer>()});
    for (const Json& namer : test.value("namers", Json::array())) AddNamer(namer, namers);
    auto dtabs = test.value("dtabs", std::map<std::string, std::string>());
    if (test.value("interpreter", "") == "scripted") {
      if (script_ == nullptr) {
        AddNamer("/foo", namers);  // what the interpreter is to say of /foo
      } else {
        dtabs["default"] = "/foo => /io.l5d.namer/foo";  // its rule, as a dtab
      }
    }
    store_ = MakeMemoryStore(loop_, dtabs);
    namespaces_ = std::make_unique<Namespaces>(*store_, std::move(namers));
    api_ = std::make_unique<HttpApi>(loop_, *namespaces_, in_use_);
  }

  void Run() {
    size_t index = 0;
    for (const Json& step : test_["steps"]) {
      Json expect = step.value("expect", Json::object());
      if (index < better_.size()) expect.update(better_[index]);
      INFO("step " << index++ << ": " << step.dump());
      RunStep(step, expect);
      loop_.RunReady();
    }
  }

 private:
  void AddNamer(const Json& namer, std::vector<PrefixedNamer>& namers) {
    const Path prefix =
        *Path::Parse(namer.is_string() ? namer.get<std::string>() : namer["prefix"].get<std::string>());
    if (namer.is_string()) {
      script_ = std::make_shared<ScriptedNamer>(prefix);
      namers.push_back({prefix, script_});
    } else if (namer.contains("files")) {
      std::vector<std::string> names;
      for (const auto& [name, text] : namer["files"].items()) names.push_back(name);
      namers.push_back({prefix, std::make_shared<ListNamer>(prefix, names)});
    } else {
      namers.push_back({prefix, std::make_shared<ErrorNamer>(prefix)});
    }
  }

  void RunStep(const Json& step, const Json& expect) {
    if (step.contains("request")) return Request(step, expect);
    if (step.contains("interpreter_rule")) return;
    if (step.contains("interpreter_event")) return Event(step["interpreter_event"]);
    if (step.contains("namer_event")) return Event(step["namer_event"]);
    if (step.contains("read")) return Read(*streams_.at(step["read"]), expect["chunk"]);
    if (step.contains("no_read")) {
      CHECK(streams_.at(step["no_read"])->chunks.empty());
      return;
    }
    REQUIRE(step.contains("eof"));
    CHECK(streams_.at(step["eof"])->ended);
  }

  void Event(const Json& event) {
    REQUIRE(script_ != nullptr);
    if (event == "neg") return script_->SetNeg();
    if (event.contains("error"))
      return script_->SetError(absl::InternalError(event["error"].get<std::string>()));
    const Json& leaf = event.at("leaf");
    if (!leaf.contains("id")) return script_->SetAddr(AddrOf(leaf));
    script_->SetLeaf(*Path::Parse(leaf["id"].get<std::string>()), AddrOf(leaf["addr"]));
  }

  void Request(const Json& step, const Json& expect) {
    const Json& json = step["request"];
    HttpRequest request;
    request.method = json["method"];
    request.target = json["uri"];
    for (const Json& header : json["headers"]) request.headers.emplace_back(header[0], header[1]);
    request.body = json.value("body", "");
    const auto writer = std::make_shared<FakeWriter>();
    api_->Handle(request, writer);
    loop_.RunReady();
    if (!writer->response.has_value()) {  // it waits for an answer that does not come
      clock_.Advance(std::chrono::seconds(11));
      loop_.RunReady();
    }
    REQUIRE(writer->response.has_value());
    if (request.method == "HEAD") writer->response->body.clear();  // as the server does
    if (step.contains("open")) streams_[step["open"]] = writer;
    CheckResponse(*writer, expect);
  }

  void CheckResponse(const FakeWriter& writer, const Json& expect) {
    INFO("body: " << writer.response->body);
    const int status = writer.response->status;
    CHECK(status == expect["status"]);
    if (expect.contains("chunked")) CHECK(writer.streaming == expect["chunked"]);
    if (expect.contains("content_type") && status == 200) {
      const Json& type = expect["content_type"];
      CHECK(writer.Header("Content-Type") == (type.is_null() ? "application/json" : type));
    }
    const Json headers = expect.value("headers", Json::object());
    for (const auto& [name, value] : headers.items()) CHECK(writer.Header(name) == value);
    for (const Json& name : expect.value("absent_headers", Json::array())) {
      CHECK(writer.Header(name.get<std::string>()).empty());
    }
    if (expect.contains("body_prefix")) {  // of an error: what scripts look for
      CHECK_THAT(writer.response->body, Catch::StartsWith(expect["body_prefix"].get<std::string>()));
    }
    if (status >= 400) {
      CHECK_FALSE(writer.response->body.empty());  // the wording is ours, but there is one
    } else if (expect.contains("body")) {
      CheckText(writer.response->body, expect["body"]);
    }
  }

  void Read(FakeWriter& stream, const std::string& expected) {
    REQUIRE_FALSE(stream.chunks.empty());
    CheckText(stream.chunks.front(), expected);
    stream.chunks.pop_front();
  }

  void CheckText(const std::string& text, const std::string& expected) {
    if (test_.value("set_order", true)) {
      CHECK(text == expected);
    } else {
      CHECK(Sorted(Json::parse(text)) == Sorted(Json::parse(expected)));
    }
  }

  const Json& test_;
  const Json better_;
  FakeClock clock_;
  Loop loop_{clock_};
  std::unique_ptr<Store> store_;
  std::unique_ptr<Namespaces> namespaces_;
  NamesInUse in_use_;
  std::unique_ptr<HttpApi> api_;
  std::shared_ptr<ScriptedNamer> script_;
  std::map<std::string, std::shared_ptr<FakeWriter>> streams_;
};

// Cases that are about the store alone.
void RunStorage(const Json& test) {
  FakeClock clock;
  Loop loop(clock);
  const Json& op = test["op"];
  if (op["call"] == "version") {
    CHECK(ETagOf(op["n"]) == test["expect"]["etag"]);
    return;
  }
  const auto store = MakeMemoryStore(loop, {{op["ns"], "/a=>/b"}});
  absl::StatusOr<Version> result;
  const Expect expect =
      op["call"] == "create" ? Expect::Absent() : ExpectOf(op["version"].get<std::string>());
  store->Put(DocumentKind::kDtab, op["ns"], "/c=>/d", expect, {}, [&](auto r) { result = std::move(r); });
  loop.RunReady();
  CHECK(HttpStatusOf(result.status()) == test["expect"]["http_inferred"]);
}

TEST_CASE("The API answers as Namerd 1.x, or better") {
  const Json tests = ReadJson(HEDDLE_CONFORMANCE_DIR "/vectors/control_http.json");
  const Json better = ReadJson(HEDDLE_TEST_DIR "/better.json");
  std::set<std::string> ids;
  for (const Json& test : tests) {
    const std::string id = test["id"];
    ids.insert(id);
    if (Elsewhere(test)) continue;
    DYNAMIC_SECTION(id << ": " << test["why"].get<std::string>()) {
      if (test.contains("op")) {
        RunStorage(test);
      } else {
        Replay(test, better.value(id, Json::array())).Run();
      }
    }
  }
  for (const auto& [id, steps] : better.items()) {
    INFO(id);
    CHECK(ids.count(id) == 1);
  }
}

}  // namespace
}  // namespace heddle::namerd
