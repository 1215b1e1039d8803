// The API over a memory store, asked in-process.
#ifndef HEDDLE_TESTS_UNIT_HTTP_API_API_FIXTURE_H_
#define HEDDLE_TESTS_UNIT_HTTP_API_API_FIXTURE_H_

#include <map>
#include <memory>
#include <string>

#include "lib/naming/local_interpreter.h"
#include "namerd/fleet/fleet.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/fleet/traffic_book.h"
#include "namerd/http_api/http_api.h"
#include "namerd/shift/shifts.h"
#include "namerd/store/memory_store.h"
#include "tests/unit/http_api/fake_writer.h"
#include "tests/unit/http_api/scripted_namer.h"

namespace heddle::namerd {

struct ApiFixture {
  using Dtabs = std::map<std::string, std::string>;
  ApiFixture() : ApiFixture(Dtabs()) {}
  ApiFixture(const ApiFixture&) = delete;
  explicit ApiFixture(const Dtabs& dtabs)
      : store(MakeMemoryStore(loop, dtabs)),
        namespaces(*store,
                   {{Path{"$", "inet"}, std::make_shared<LiteralInetNamer>()}, {Path{"disco"}, disco}}),
        api(std::make_unique<HttpApi>(loop, namespaces, in_use, fleet, traffic, shifts)) {}

  std::shared_ptr<FakeWriter> Open(const std::string& method, const std::string& target,
                                   HeaderList headers = {}, const std::string& body = "") {
    auto writer = std::make_shared<FakeWriter>();
    HttpRequest request{method, target, std::move(headers), body, *SocketAddress::Parse("10.0.0.1", 5)};
    api->Handle(request, writer);
    loop.RunReady();
    return writer;
  }
  HttpResponse Ask(const std::string& method, const std::string& target, HeaderList headers = {},
                   const std::string& body = "") {
    return Open(method, target, std::move(headers), body)->response.value_or(HttpResponse{0, {}, ""});
  }
  HttpResponse Put(const std::string& ns, const std::string& dtab, HeaderList headers = {}) {
    headers.emplace_back("Content-Type", "application/dtab");
    return Ask("PUT", "/api/1/dtabs/" + ns, std::move(headers), dtab);
  }

  FakeClock clock;
  Loop loop{clock};
  std::shared_ptr<ScriptedNamer> disco = std::make_shared<ScriptedNamer>(Path{"disco"});
  std::unique_ptr<Store> store;
  Namespaces namespaces;
  NamesInUse in_use;
  Fleet fleet{loop};
  TrafficBook traffic{loop};
  Shifts shifts{loop, namespaces, fleet, traffic, "namerd-1"};
  std::unique_ptr<HttpApi> api;
};

inline std::string HeaderOf(const HttpResponse& response, absl::string_view name) {
  const std::string* value = FindHeader(response.headers, name);
  return value == nullptr ? "" : *value;
}

}  // namespace heddle::namerd

#endif  // HEDDLE_TESTS_UNIT_HTTP_API_API_FIXTURE_H_
