#include "namerd/app.h"

#include <csignal>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/version.h"
#include "lib/namers/state_pages.h"
#include "lib/naming/local_interpreter.h"
#include "namerd/store/memory_store.h"
#include "namerd/store/rocksdb_store.h"

namespace heddle::namerd {
namespace {

// Proxies try again at least each second (MeshClientOptions), and then have to be told what they lack.
constexpr Millis kProxiesReturn{2000};

// The line that tells where something is served; tests and scripts read it.
void LogServing(absl::string_view what, const std::string& address) {
  Log(LogLevel::kInfo) << "serving " << what << " on " << address;
}

}  // namespace

App::App(NamerdConfig config)
    : config_(std::move(config)),
      fleet_(loop_),
      traffic_(loop_),
      admin_(loop_, absl::StrCat("Heddle namerd ", kVersion)),
      grace_(loop_, [this] { loop_.Stop(); }) {}

App::~App() {
  http_servers_.clear();
  mesh_server_.reset();
  http_api_.reset();
  shifts_.reset();
  loop_.RunReady();  // what they put off goes while the namers and the store are there
}

absl::Status App::Start() {
  RETURN_IF_ERROR(OpenStore());
  namespaces_.emplace(*store_, MakeNamers(config_.namers, loop_, metrics_.root()));
  // The store is this process's alone, so that what runs again under this name is what ran before.
  shifts_.emplace(loop_, *namespaces_, fleet_, traffic_, "namerd");
  http_api_.emplace(loop_, *namespaces_, names_in_use_, fleet_, traffic_, *shifts_);
  RETURN_IF_ERROR(StartMesh());
  RETURN_IF_ERROR(StartHttp());
  RETURN_IF_ERROR(StartAdmin());
  signals_.emplace(loop_, std::initializer_list<int>{SIGTERM, SIGINT},
                   [this](int signal) { Stop(signal == SIGTERM ? "SIGTERM" : "SIGINT"); });
  return absl::OkStatus();
}

void App::Run() {
  loop_.Run();
  Log(LogLevel::kInfo) << "stopped";
}

absl::Status App::OpenStore() {
  if (const auto* memory = std::get_if<MemoryStorageConfig>(&config_.storage)) {
    store_ = MakeMemoryStore(loop_, memory->namespaces);
    Log(LogLevel::kInfo) << "dtabs are kept in memory and are gone when namerd stops";
    return absl::OkStatus();
  }
  const std::string& path = std::get<RocksdbStorageConfig>(config_.storage).path;
  ASSIGN_OR_RETURN(store_, OpenRocksdbStore(loop_, path));
  const size_t namespaces = store_->WatchKeys(DocumentKind::kDtab)->Get().size();
  Log(LogLevel::kInfo) << "dtabs are kept in " << path << ": " << namespaces << " namespaces";
  if (namespaces > 0) fleet_.ExpectReturns(kProxiesReturn);
  return absl::OkStatus();
}

absl::Status App::StartMesh() {
  using Kind = InterfaceConfig::Kind;
  std::vector<const InterfaceConfig*> interfaces;
  std::vector<SocketAddress> addresses;
  for (const InterfaceConfig& interface : config_.interfaces) {
    if (interface.kind == Kind::kHttpController) continue;
    interfaces.push_back(&interface);
    addresses.push_back(interface.address);
  }
  mesh_server_.emplace(loop_, *namespaces_, fleet_, names_in_use_, traffic_);
  ASSIGN_OR_RETURN(const std::vector<uint16_t> ports, mesh_server_->Serve(addresses));
  for (size_t i = 0; i < ports.size(); ++i) {
    addresses[i].set_port(ports[i]);
    if (interfaces[i]->kind == Kind::kMesh) {
      LogServing("mesh", addresses[i].ToString());
    } else {
      LogServing("thriftNameInterpreter", addresses[i].ToString());
      Log(LogLevel::kInfo)
          << "io.l5d.thriftNameInterpreter: " << addresses[i].ToString()
          << " speaks the mesh stream and the services of io.l5d.mesh (gRPC), not Thrift; Heddle's "
             "proxies with io.l5d.namerd follow it as it is, a Linkerd needs io.l5d.mesh";
    }
  }
  return absl::OkStatus();
}

absl::Status App::StartHttp() {
  for (const InterfaceConfig& interface : config_.interfaces) {
    if (interface.kind != InterfaceConfig::Kind::kHttpController) continue;
    auto& server = http_servers_.emplace_back(std::make_unique<HttpServer>(
        loop_, [this](const HttpRequest& request, std::shared_ptr<ResponseWriter> writer) {
          http_api_->Handle(request, std::move(writer));
        }));
    // A proxy with io.l5d.namerd.http has this address.
    server->OnHttp2([this](int fd, const std::string& received) { mesh_server_->Adopt(fd, received); });
    if (const absl::Status listening = server->Listen(interface.address); !listening.ok()) {
      return Annotate(listening, "io.l5d.httpController");
    }
    LogServing("httpController", server->address().ToString());
  }
  return absl::OkStatus();
}

absl::Status App::StartAdmin() {
  CommonPages pages;
  pages.program = "namerd";
  pages.version = kVersion;
  pages.telemetry = config_.telemetry;
  pages.readiness = [this] {
    Readiness readiness;
    if (stopping_) readiness.not_ready_because.push_back("stopping");
    return readiness;
  };
  pages.shut_down = [this] { Stop("/admin/shutdown"); };
  common_pages_.emplace(admin_, metrics_, loop_, std::move(pages));
  MountPages();
  RETURN_IF_ERROR(admin_.Listen(config_.admin.address));
  LogServing("admin", admin_.address().ToString());
  return absl::OkStatus();
}

void App::MountPages() {
  admin_.Mount({"/admin/fleet.json",
                "the proxies that follow this namerd, and the version each runs",
                {"GET"},
                [this](const HttpRequest&, const std::shared_ptr<ResponseWriter>& writer) {
                  SendJson(*writer, 200, fleet_.StateJson(names_in_use_));
                }});
  MountNamerState(admin_, namespaces_->namers());
}

void App::Stop(const std::string& why) {
  if (stopping_) {
    Log(LogLevel::kInfo) << why << " again: not waiting for requests under way";
    return loop_.Stop();
  }
  stopping_ = true;
  const Millis grace = config_.admin.shutdown_grace;
  Log(LogLevel::kInfo) << "stopping (" << why << "): requests under way have " << grace.count() << " ms";
  grace_.Start(grace);
  shifts_->Stop();
  http_api_->Stop();
  mesh_server_->Shutdown();
  draining_ = http_servers_.size();
  if (draining_ == 0) return loop_.Stop();
  for (const auto& server : http_servers_) {
    server->Drain([this] {
      if (--draining_ == 0) loop_.Stop();
    });
  }
}

}  // namespace heddle::namerd
