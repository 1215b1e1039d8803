#include "namerd/http_api/names_api.h"

#include <array>
#include <nlohmann/json.hpp>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/dtab/dtab.h"
#include "lib/naming/local_interpreter.h"
#include "namerd/http_api/answer.h"
#include "namerd/http_api/dtab_format.h"
#include "namerd/http_api/follow_names.h"

namespace heddle::namerd {
namespace {

// How long a request without watch waits for discovery.
constexpr Millis kAnswerLimit{std::chrono::seconds(10)};
// As Linkerd's delegator.
constexpr Millis kDelegateLimit{std::chrono::seconds(2)};

// What the requests of this file are about, as text.
struct NameQuery {
  std::optional<std::string> path, dtab, ns;
};

struct Name {
  Path path;
  Dtab local;
};

NameQuery QueryOf(const HttpRequest& request) {
  return {request.Query("path"), request.Query("dtab"), request.Query("namespace")};
}

absl::StatusOr<Name> ParseName(const NameQuery& query) {
  if (!query.path.has_value()) {
    return absl::InvalidArgumentError("the query parameter path is missing: add ?path=/svc/web, say");
  }
  Name name;
  auto path = Path::Parse(*query.path);
  if (!path.ok()) return Annotate(path.status(), absl::StrCat("Invalid path: ", *query.path, " / "));
  name.path = *std::move(path);
  auto dtab = Dtab::Parse(query.dtab.value_or(""));
  if (!dtab.ok()) return Annotate(dtab.status(), "Invalid dtab");
  name.local = *std::move(dtab);
  return name;
}

// {"namespace": "default", "dtab": "/a=>/b", "path": "/a"}; namespace may be left out.
absl::StatusOr<NameQuery> QueryOfBody(const std::string& body) {
  const auto json = nlohmann::json::parse(body, nullptr, /*allow_exceptions=*/false);
  NameQuery query;
  const auto take = [&json](const char* key, std::optional<std::string>& out) {
    const auto found = json.find(key);
    if (found == json.end() || found->is_null()) return true;
    if (found->is_string()) out = found->get<std::string>();
    return found->is_string();
  };
  if (!json.is_object() || !take("namespace", query.ns) || !take("dtab", query.dtab) ||
      !take("path", query.path) || !query.dtab.has_value() || !query.path.has_value()) {
    return absl::InvalidArgumentError(absl::StrCat(
        "Malformed delegation request: ", body.substr(0, 1024),
        "\nexpected {\"namespace\": \"default\", \"dtab\": \"/a=>/b\", \"path\": \"/a\"}, where namespace "
        "may be left out"));
  }
  return query;
}

bool RequireGet(const HttpRequest& request, ResponseWriter& writer) {
  if (request.method == "GET") return true;
  writer.Send(MethodNotAllowed(request, "GET"));
  return false;
}

// `follow`, and while it lasts the name is in use.
Follow Counted(const Follow& follow, NamesInUse& in_use, const std::string& ns, const Name& name) {
  return [=, &in_use](Report report) {
    const auto parts = std::make_shared<std::array<Subscription, 2>>();
    (*parts)[0] = in_use.Follow(ns, name.path, name.local);
    (*parts)[1] = follow(std::move(report));
    return Subscription([parts] {
      for (Subscription& part : *parts) part.Cancel();
    });
  };
}

// The names of several namers as one list, from the moment all are followed.
struct NamesFollower {
  void Start(const std::vector<PrefixedNamer>& namers) {
    for (const PrefixedNamer& namer : namers) sources.push_back(namer.namer->Enumerate());
    for (const auto& source : sources) {
      parts.push_back(source->Subscribe([this](const auto&) {
        if (following_all) Tell();
      }));
    }
    following_all = true;
    Tell();
  }
  void Tell() {
    std::set<std::string> names;
    for (const auto& source : sources) {
      for (const Path& name : source->Get()) names.insert(name.Show());
    }
    report(nlohmann::json(names).dump() + "\n");
  }

  Report report;
  std::vector<std::shared_ptr<Watch<std::vector<Path>>>> sources{};
  std::vector<Subscription> parts{};
  bool following_all = false;
};

}  // namespace

void NamesApi::Answer(const HttpRequest& request, Writer writer, const Follow& follow) {
  if (WantsWatch(request)) return exchanges_.AnswerAll(std::move(writer), kJson, follow);
  exchanges_.AnswerFirst(request, std::move(writer), kJson, kAnswerLimit, follow);
}

void NamesApi::Bind(const std::string& ns, const HttpRequest& request, Writer writer) {
  if (!RequireGet(request, *writer)) return;
  const auto name = ParseName(QueryOf(request));
  if (!name.ok()) return writer->Send(Refusal(request, name.status()));
  const Follow follow = FollowBind(namespaces_.InterpreterOf(ns), name->local, name->path);
  Answer(request, std::move(writer), WantsWatch(request) ? Counted(follow, in_use_, ns, *name) : follow);
}

void NamesApi::Addr(const HttpRequest& request, Writer writer) {
  if (!RequireGet(request, *writer)) return;
  const auto name = ParseName(QueryOf(request));
  if (!name.ok()) return writer->Send(Refusal(request, name.status()));
  Answer(request, std::move(writer), FollowAddr(namespaces_, name->path));
}

void NamesApi::Resolve(const std::string& ns, const HttpRequest& request, Writer writer) {
  if (!RequireGet(request, *writer)) return;
  const auto name = ParseName(QueryOf(request));
  if (!name.ok()) return writer->Send(Refusal(request, name.status()));
  const Follow follow =
      FollowResolve(namespaces_, random_, namespaces_.InterpreterOf(ns), name->local, name->path);
  Answer(request, std::move(writer), WantsWatch(request) ? Counted(follow, in_use_, ns, *name) : follow);
}

void NamesApi::Delegate(const std::string& ns, const HttpRequest& request, Writer writer) {
  const bool post = request.method == "POST";
  if (request.method != "GET" && !post) return writer->Send(MethodNotAllowed(request, "GET, POST"));
  absl::StatusOr<NameQuery> query = QueryOf(request);
  if (post) {
    const std::string* content_type = FindHeader(request.headers, "Content-Type");
    if (content_type == nullptr || FormatOf(*content_type) != DtabFormat::kJson) {
      return writer->Send(Refusal(request, 415, "send the request as Content-Type: application/json"));
    }
    query = QueryOfBody(request.body);
  }
  if (!query.ok()) return writer->Send(Refusal(request, query.status()));
  const auto name = ParseName(*query);
  if (!name.ok()) return writer->Send(Refusal(request, name.status()));
  const std::string detail_text = request.Query("detail").value_or("plain");
  if (detail_text != "plain" && detail_text != "full") {
    return writer->Send(
        Refusal(request, 400, absl::StrCat("detail=", detail_text, " is neither plain nor full")));
  }
  const ExplainDetail detail = detail_text == "full" ? ExplainDetail::kFull : ExplainDetail::kPlain;
  const std::string in = ns.empty() ? query->ns.value_or("") : ns;
  const auto interpreter = in.empty() ? namespaces_.NamersAlone() : namespaces_.InterpreterOf(in);
  exchanges_.AnswerFirst(request, std::move(writer), kJson, kDelegateLimit, [&](Report report) {
    auto explaining = std::make_shared<Subscription>(
        interpreter->Explain(name->local, name->path, detail, std::move(report)));
    return Subscription([interpreter, explaining] { explaining->Cancel(); });
  });
}

void NamesApi::BoundNames(const HttpRequest& request, Writer writer) {
  if (!RequireGet(request, *writer)) return;
  Answer(request, std::move(writer), [this](Report report) {
    auto follower = std::make_shared<NamesFollower>(NamesFollower{std::move(report)});
    follower->Start(namespaces_.namers());
    return Subscription([follower] { follower->parts.clear(); });
  });
}

}  // namespace heddle::namerd
