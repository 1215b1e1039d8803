#include "tests/conformance/control_http.h"

#include "lib/namers/fs_namer.h"
#include "lib/namers/inet_namer.h"
#include "namerd/store/memory_store.h"
#include "tests/conformance/case_namers.h"

namespace heddle::conformance {
namespace {

using namerd::LookupTree;

Path PathOf(const std::string& text) { return Path::Parse(text).value_or(Path{"does not parse"}); }

std::map<std::string, std::string> MetaOf(const Json& json) {
  std::map<std::string, std::string> meta;
  for (const auto& item : json.items())
    meta[item.key()] = item.value().is_string() ? item.value().get<std::string>() : item.value().dump();
  return meta;
}

Addr AddrOf(const Json& json) {
  const std::string type = json.at("type");
  if (type == "pending") return Addr::Pending();
  if (type == "neg") return Addr::Absent();
  if (type == "failed") return Addr::Failed(absl::UnavailableError(json.at("cause").get<std::string>()));
  std::vector<Endpoint> endpoints;
  for (const Json& address : json.at("addrs")) {
    Endpoint endpoint;
    endpoint.address =
        *SocketAddress::Parse(address.at("ip").get<std::string>(), address.at("port").get<uint16_t>());
    endpoint.meta = MetaOf(address.value("meta", Json::object()));
    endpoints.push_back(std::move(endpoint));
  }
  return Addr::Bound(std::move(endpoints), MetaOf(json.value("meta", Json::object())));
}

// What the reference tests' interpreter does: every name that is not below `prefix` leads there.
class EverythingBelow : public Namer {
 public:
  explicit EverythingBelow(Path prefix) : prefix_(std::move(prefix)) {}
  std::shared_ptr<Watch<LookupTree>> Lookup(const Path& path) override {
    return Constant(LookupTree::Ok(path.StartsWith(prefix_) ? NameTree<Name>::Neg()
                                                            : NameTree<Name>::Leaf(prefix_.Concat(path))));
  }

 private:
  const Path prefix_;
};

}  // namespace

CaseNamerd::CaseNamerd(const Json& test) {
  DnsResolver::Options dns;
  dns.servers = "127.0.0.1:1";  // nobody answers there
  hosts_ = std::make_shared<HostAddrs>(loop_, dns);
  std::vector<PrefixedNamer> namers;
  if (test.value("interpreter", "") == "scripted") {
    if (test.contains("namers")) {
      const Path prefix = PathOf(test["namers"].at(0).get<std::string>());
      namers.push_back({Path(), std::make_shared<EverythingBelow>(prefix)});
    } else {
      script_ = std::make_shared<namerd::ScriptedNamer>(Path());
      namers.push_back({Path(), script_});
    }
  }
  namers.push_back({InetNamer::Prefix(), std::make_shared<InetNamer>(hosts_)});
  for (const Json& namer : test.value("namers", Json::array())) AddNamer(namer, &namers);
  store_ = namerd::MakeMemoryStore(loop_, test.value("dtabs", std::map<std::string, std::string>()));
  namespaces_ = std::make_unique<namerd::Namespaces>(*store_, std::move(namers));
  shifts_ = std::make_unique<namerd::Shifts>(loop_, *namespaces_, fleet_, traffic_, "namerd");
  api_ = std::make_unique<namerd::HttpApi>(loop_, *namespaces_, in_use_, fleet_, traffic_, *shifts_);
}

void CaseNamerd::AddNamer(const Json& namer, std::vector<PrefixedNamer>* namers) {
  const Path prefix =
      PathOf(namer.is_string() ? namer.get<std::string>() : namer.at("prefix").get<std::string>());
  if (namer.is_string()) {
    script_ = std::make_shared<namerd::ScriptedNamer>(prefix);
    namers->push_back({prefix, script_});
  } else if (namer.contains("files")) {
    WriteFiles(dir_.path(), namer["files"]);
    namers->push_back({prefix, std::make_shared<FsNamer>(loop_, dir_.path().string(), prefix, hosts_)});
  } else {
    namers->push_back({prefix, std::make_shared<namerd::ErrorNamer>(prefix)});
  }
}

std::shared_ptr<namerd::FakeWriter> CaseNamerd::Ask(const HttpRequest& request) {
  const auto writer = std::make_shared<namerd::FakeWriter>();
  api_->Handle(request, writer);
  loop_.RunReady();
  if (!writer->response.has_value()) {
    clock_.Advance(std::chrono::seconds(11));
    loop_.RunReady();
  }
  if (request.method == "HEAD" && writer->response.has_value())
    writer->response->body.clear();  // as the server does
  return writer;
}

void CaseNamerd::Tell(const Json& event) {
  if (script_ == nullptr) throw std::invalid_argument("an event, and nothing that is scripted");
  if (event == "neg") return script_->SetNeg();
  if (event.contains("error"))
    return script_->SetError(absl::InternalError(event["error"].get<std::string>()));
  const Json& leaf = event.contains("leaf") ? event["leaf"] : event;
  if (!leaf.contains("id")) return script_->SetAddr(AddrOf(leaf));
  script_->SetLeaf(PathOf(leaf["id"].get<std::string>()), AddrOf(leaf.at("addr")));
}

HttpRequest RequestOf(const Json& json) {
  HttpRequest request;
  request.method = json.at("method");
  request.target = json.at("uri");
  for (const Json& header : json.value("headers", Json::array()))
    request.headers.emplace_back(header.at(0), header.at(1));
  request.body = json.value("body", "");
  return request;
}

}  // namespace heddle::conformance
