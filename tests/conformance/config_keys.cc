// The tables of keys in config.json: every key that is documented is accepted, with its default as value
// where that is one; a key that is required is; a key that is not in the table is refused by its name and
// line; a key that is left out means what the table says.
#include <functional>
#include <set>

#include "absl/strings/match.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "tests/conformance/cases.h"
#include "tests/conformance/config_reading.h"

namespace heddle::conformance {
namespace {

// A file with `subject` in its place, and what reading it found.
struct Place {
  bool of_namerd = false;
  std::function<Json(const Json& subject)> file;
};

Json RouterWith(const char* key, const Json& value) {
  Json router = {{"protocol", "http"}};
  if (key != nullptr) router[key] = value;
  return {{"routers", Json::array({router})}};
}

Json With(Json file, const char* key, const Json& value) {
  file[key] = value;
  return file;
}

// The places of what exists in the programs; nullopt: the whole feature is later work.
std::optional<Place> PlaceOf(const std::string& feature, const std::string& kind) {
  const std::string name = feature == "top" ? kind : feature + "/" + kind;
  static const auto& places = *new std::map<std::string, Place>{
      {"linkerd", {false, [](const Json& subject) { return subject; }}},
      {"namerd", {true, [](const Json& subject) { return subject; }}},
      {"admin", {false, [](const Json& s) { return With(RouterWith(nullptr, {}), "admin", s); }}},
      {"router/http",
       {false,
        [](const Json& s) {
          return Json{{"routers", Json::array({s})}};
        }}},
      {"router/bindingCache", {false, [](const Json& s) { return RouterWith("bindingCache", s); }}},
      {"server/common", {false, [](const Json& s) { return RouterWith("servers", Json::array({s})); }}},
      {"server/http", {false, [](const Json& s) { return RouterWith("servers", Json::array({s})); }}},
      {"client/common", {false, [](const Json& s) { return RouterWith("client", s); }}},
      {"client/http", {false, [](const Json& s) { return RouterWith("client", s); }}},
      {"retries/budget",
       {false,
        [](const Json& s) {
          return RouterWith("service", {{"retries", {{"budget", s}}}});
        }}},
      {"tls/client tls",
       {false,
        [](const Json& s) {
          return RouterWith("client", {{"tls", s}});
        }}},
      {"tls/server tls",
       {false,
        [](const Json& s) {
          return RouterWith("servers", Json::array({{{"tls", s}}}));
        }}},
      {"service/common", {false, [](const Json& s) { return RouterWith("service", s); }}},
  };
  const auto in_client = [](const char* key) {
    return Place{false, [key](const Json& s) { return RouterWith("client", {{key, s}}); }};
  };
  const auto in_service = [](std::function<Json(const Json&)> service) {
    return Place{false, [service](const Json& s) { return RouterWith("service", service(s)); }};
  };
  const auto in_server = [](std::function<Json(const Json&)> server) {
    return Place{false, [server](const Json& s) { return RouterWith("servers", Json::array({server(s)})); }};
  };
  static const auto& features = *new std::map<std::string, Place>{
      {"loadBalancer", in_client("loadBalancer")},
      {"failureAccrual", in_client("failureAccrual")},
      {"backoff", in_service([](const Json& s) -> Json {
         return {{"retries", {{"backoff", s}}}};
       })},
      {"responseClassifier", in_service([](const Json& s) -> Json {
         return {{"responseClassifier", s}};
       })},
      {"socketOptions", in_server([](const Json& s) -> Json {
         return {{"socketOptions", s}};
       })},
      {"labeler", in_server([](const Json& s) -> Json {
         return {{"addForwardedHeader", {{"by", s}}}};
       })},
      {"tracePropagator", {false, [](const Json& s) { return RouterWith("tracePropagator", s); }}},
      {"announcer", {false, [](const Json& s) { return RouterWith("announcers", Json::array({s})); }}},
      {"requestAuthorizer",
       {false,
        [](const Json& s) {
          return RouterWith("client", {{"requestAuthorizers", Json::array({s})}});
        }}},
      {"identifier_http", {false, [](const Json& s) { return RouterWith("identifier", s); }}},
      {"interpreter", {false, [](const Json& s) { return RouterWith("interpreter", s); }}},
      {"transformer",
       {false,
        [](const Json& s) {
          return RouterWith("interpreter", {{"kind", "default"}, {"transformers", Json::array({s})}});
        }}},
      {"namer",
       {false, [](const Json& s) { return With(RouterWith(nullptr, {}), "namers", Json::array({s})); }}},
      {"telemeter",
       {false, [](const Json& s) { return With(RouterWith(nullptr, {}), "telemetry", Json::array({s})); }}},
      {"storage", {true, [](const Json& s) { return NamerdFileWith("storage", s); }}},
      {"interface", {true, [](const Json& s) { return NamerdFileWith("interfaces", Json::array({s})); }}},
  };
  if (const auto found = places.find(name); found != places.end()) return found->second;
  if (const auto found = features.find(feature); found != features.end()) return found->second;
  return std::nullopt;
}

bool HasKinds(const std::string& feature) {
  static const auto& without = *new std::set<std::string>{
      "top", "router", "server", "client", "service", "labeler", "tls", "retries", "socketOptions"};
  return without.count(feature) == 0;
}

// A value for what is not said by its type.
std::optional<Json> ValueOfKey(const std::string& key) {
  static const auto& values = *new std::map<std::string, Json>{
      {"protocol", "http"},
      {"routers", Json::array({{{"protocol", "http"}}})},
      {"interfaces", Json::array({{{"kind", "io.l5d.httpController"}}})},
      {"storage", {{"kind", "io.l5d.inMemory"}}},
      {"client", Json::object()},
      {"service", Json::object()},
      {"prefix", "/its/own"},
      {"name", "/svc/{name}"},
      {"pattern", "/{name}"},
      {"retries", {{"budget", {{"ttlSecs", 10}}}}},
      {"dst", "/$/inet/127.1/4321"},
      {"path", "/$/inet/127.1/4140"},
      {"host", "127.0.0.1"},
      {"backoff", {{"kind", "constant"}}},
      {"responseClassifier", {{"kind", "io.l5d.http.nonRetryable5XX"}}},
      {"configs", Json::array({{{"prefix", "/"}}})},
  };
  const auto found = values.find(key);
  if (found == values.end()) return std::nullopt;
  return found->second;
}

Json ValueOfType(const std::string& type) {
  static const auto& values = *new std::map<std::string, Json>{
      {"bool", true},
      {"int", 1000},
      {"double", 0.5},
      {"port", 4242},
      {"ip address", "127.0.0.1"},
      {"string", "text"},
      {"path", "/a/path"},
      {"dtab", "/svc => /$/inet/127.1/80 ;"},
      {"directory", "/"},
      {"object", Json::object()},
      {"list", Json::array()},
      {"list of path", Json::array({"/a/path"})},
      {"list of string", Json::array({"127.0.0.1"})},
      {"list of regex", Json::array({"^/a$"})},
      {"list of int", Json::array({0})},
      {"list of {host,port}", Json::array({{{"host", "127.0.0.1"}, {"port", 2181}}})},
      {"map string to int", {{"http", 80}}},
      {"map name to dtab", {{"default", "/svc => /$/inet/127.1/80 ;"}}},
      {"path matcher", "/{name}"},
      {"file", "no-such-file"},  // it may appear later
      {"client tls", {{"commonName", "name"}}},
      {"server tls", {{"certPath", "cert.pem"}, {"keyPath", "key.pem"}}},
      {"object or list", {{"kind", "io.l5d.header.token"}}},
  };
  const auto found = values.find(type);
  if (found == values.end()) throw std::invalid_argument("a key of the unknown type " + type);
  return found->second;
}

// The default if it is a value and no remark, else one of the type.
Json ValueOf(const Json& key) {
  const std::string type = key.at("type");
  const Json& otherwise = key.at("default");
  const bool is_text = type == "string" || type == "ip address" || type == "path" || type == "object or list";
  if (!otherwise.is_null() && (!otherwise.is_string() || is_text)) {
    const std::string text = otherwise.is_string() ? otherwise.get<std::string>() : "";
    const bool is_remark = absl::StrContains(text, ' ') || absl::StrContains(text, '<') || text == "loopback";
    if (!is_remark) return otherwise;
  }
  return ValueOfKey(key.at("key")).value_or(ValueOfType(type));
}

// One table.
class KeysCase {
 public:
  KeysCase(const Json& test, Place place, Verdict* verdict)
      : test_(test), place_(std::move(place)), verdict_(verdict) {}

  void Run() {
    const Json least = Least();
    const std::vector<std::string> mistakes = MistakesOf(least);
    if (IsAllLater(mistakes)) return verdict_->NotRun("later work: " + Name());
    if (!mistakes.empty() && absl::StrContains(mistakes[0], "is not served"))
      return verdict_->Deviate("not_served");
    if (!mistakes.empty()) return verdict_->Fail("without a key: " + absl::StrJoin(mistakes, "; "));
    for (const Json& key : test_.at("keys")) CheckKey(least, key);
    CheckUnknown(least);
    CheckDefaults(least);
    if (!later_.empty())
      verdict_->NotRun("later work: keys of " + Name() + ": " + absl::StrJoin(later_, ", "));
  }

 private:
  std::string Name() const {
    return test_.at("feature").get<std::string>() + " " + test_.at("kind").get<std::string>();
  }

  // What is required, and nothing else.
  Json Least() const {
    Json least = Json::object();
    if (HasKinds(test_.at("feature"))) least["kind"] = test_.at("kind");
    if (test_.at("experimental") == true) least["experimental"] = true;
    for (const Json& key : test_.at("keys")) {
      if (key.at("required") == true) least[key.at("key")] = ValueOf(key);
    }
    // A kind that has no prefix unless it is given one.
    if (absl::StartsWith(test_.value("default_prefix", ""), "(none")) least["prefix"] = "/its/own";
    return least;
  }

  std::vector<std::string> MistakesOf(const Json& subject) const {
    const std::string file = place_.file(subject).dump(1);
    return place_.of_namerd ? NamerdReading(file).mistakes : ProxyReading(file).mistakes;
  }

  void CheckKey(const Json& least, const Json& key) {
    const std::string name = key.at("key");
    Json with = least;
    // Keys of one kind among those that the table is for.
    if (name == "configs") with = {{"kind", "io.l5d.static"}};
    if (name == "label" && test_.at("feature") == "labeler") with["kind"] = "static";
    with[name] = ValueOf(key);
    const std::vector<std::string> mistakes = MistakesOf(with);
    if (IsAllLater(mistakes)) {
      later_.push_back(name);
    } else if (!mistakes.empty()) {
      verdict_->Fail(name + ": " + absl::StrJoin(mistakes, "; "));
    }
    if (key.at("required") != true) return;
    Json without = least;
    without.erase(name);
    const std::vector<std::string> missing = MistakesOf(without);
    if (missing.empty() || !absl::StrContains(missing.front(), name))
      verdict_->Fail(name + " is required, and a file without it is not told so");
  }

  void CheckUnknown(const Json& least) {
    Json with = least;
    with["noSuchKey"] = 1;
    const std::vector<std::string> mistakes = MistakesOf(with);
    if (mistakes.size() != 1 || !absl::StrContains(mistakes[0], "noSuchKey: unknown key") ||
        absl::StartsWith(mistakes[0], "file.yaml:1:"))
      verdict_->Fail("an unknown key is not refused by name and line: " + absl::StrJoin(mistakes, "; "));
  }

  void CheckDefaults(const Json& least) {
    const std::string file = place_.file(least).dump(1);
    if (test_.contains("default_port") && place_.of_namerd)
      verdict_->Check("default port", test_["default_port"],
                      NamerdReading(file).config.interfaces.at(0).address.port());
    if (test_.contains("default_port") && !place_.of_namerd) {
      Json router = least;
      router["servers"] = Json::array({Json::object()});
      const ProxyReading reading(place_.file(router).dump());
      verdict_->Check("default port", test_["default_port"],
                      reading.config.routers.at(0).router.servers.at(0).address.port());
    }
    if (test_.at("feature") == "namer" && !least.contains("prefix"))
      verdict_->Check("default prefix", test_.at("default_prefix"),
                      ProxyReading(file).config.namers.entries.at(0)->prefix.Show());
    if (!place_.of_namerd) CheckLeftOut(ProxyReading(place_.file(WithServer(least)).dump(1)).config);
  }

  // A router's server is there only if it is said to be.
  Json WithServer(Json least) const {
    if (test_.at("feature") == "router") least["servers"] = Json::array({Json::object()});
    return least;
  }

  void CheckLeftOut(const ProxyConfig& config) {
    if (config.routers.empty()) return;
    for (const Json& key : test_.at("keys")) {
      const std::string feature = test_.at("kind") == "bindingCache" ? "router" : test_.at("feature");
      const auto ours = ValueLeftOut(feature, key.at("key"), config.routers.at(0).router);
      if (ours.has_value() && !key.at("default").is_null())
        verdict_->Check("default of " + key.at("key").get<std::string>(), key.at("default"), *ours);
    }
  }

  const Json& test_;
  const Place place_;
  Verdict* verdict_;
  std::vector<std::string> later_;
};

}  // namespace

void RunConfigKeys(const Json& test, Verdict* verdict) {
  const std::string feature = test.at("feature");
  const auto place = PlaceOf(feature, test.at("kind"));
  if (!place.has_value())
    return verdict->NotRun("later work: " + feature + " " + test.at("kind").get<std::string>());
  KeysCase(test, *place, verdict).Run();
}

}  // namespace heddle::conformance
