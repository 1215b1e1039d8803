#include "proxy/app.h"

#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/base/log.h"
#include "lib/base/version.h"
#include "lib/interpreters/kinds.h"
#include "lib/namers/inet_namer.h"
#include "lib/namers/state_pages.h"

namespace heddle {

namespace {

size_t WorkerCount(const ProxyConfig& config) {
  return config.workers != 0 ? config.workers : std::max(1u, std::thread::hardware_concurrency());
}

// As in Linkerd, a dtab that is asked about takes the place of the router's.
Delegator::Explain ExplainWith(std::shared_ptr<Interpreter> own,
                               std::function<std::shared_ptr<Interpreter>(const Dtab&)> make) {
  return [own = std::move(own), make = std::move(make)](const std::optional<Dtab>& dtab, const Path& path,
                                                        ExplainDetail detail, auto done) {
    const auto interpreter = dtab ? make(*dtab) : own;
    return interpreter->Explain(Dtab(), path, detail, std::move(done));
  };
}

// Listeners, loops, namerd, admin requests.
constexpr size_t kOwnDescriptors = 64;
// A limit of connections below this is worth telling.
constexpr size_t kAmpleConnections = 1000;

// A request takes two descriptors, its requester's and its endpoint's: requesters get no more than half of
// what the process may open, and wait in the backlog above. Otherwise they would take all, and each would get
// an error because no endpoint could be reached.
ProxyConfig WithinFileLimit(ProxyConfig config) {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return config;
  const size_t usable = limit.rlim_cur - std::min<size_t>(limit.rlim_cur, kOwnDescriptors);
  const size_t share = usable / 2 / WorkerCount(config) / std::max<size_t>(1, config.routers.size());
  for (RouterEntry& entry : config.routers) {
    size_t& connections = entry.router.limits.max_connections;
    if (share >= connections) continue;
    connections = std::max<size_t>(1, share);
    if (connections >= kAmpleConnections) continue;
    Log(LogLevel::kWarning) << "router '" << entry.router.label << "' takes at most " << connections
                            << " connections a worker: the process may open " << limit.rlim_cur
                            << " files. Raise the limit (ulimit -n).";
  }
  return config;
}

constexpr Millis kLastReports{1000};

}  // namespace

App::App(ProxyConfig config)
    : config_(WithinFileLimit(std::move(config))),
      workers_(WorkerCount(config_)),
      mesh_clients_(control_, kVersion),
      namers_(MakeNamers(config_.namers, control_, metrics_.root())),
      admin_(control_, absl::StrCat("Heddle proxy ", kVersion)) {}

App::~App() { workers_.Stop(); }

absl::Status App::Start() {
  for (const RouterEntry& entry : config_.routers) RETURN_IF_ERROR(AddRouter(entry));
  RETURN_IF_ERROR(StartAdmin());
  FollowVersions();
  ReportTraffic();
  signals_.emplace(control_, std::initializer_list<int>{SIGTERM, SIGINT},
                   [this](int signal) { Drain(signal == SIGTERM ? "SIGTERM" : "SIGINT"); });
  FollowHangups();
  workers_.Start();
  return absl::OkStatus();
}

void App::Run() {
  control_.Run();
  IgnoreHangups();
  workers_.Stop();
  Log(LogLevel::kInfo) << "stopped";
}

absl::Status App::AddRouter(const RouterEntry& entry) {
  RouterUnit& unit = routers_.emplace_back();
  unit.label = entry.router.label;
  unit.transformers = MakeTransformers(entry.interpreter.transformers, {Inet(), LocalAddresses});
  if (const auto* mesh = std::get_if<MeshInterpreterConfig>(&entry.interpreter.kind)) {
    UseMeshInterpreter(entry, *mesh, &unit);
  } else if (const auto* file = std::get_if<FileInterpreterConfig>(&entry.interpreter.kind)) {
    UseFileInterpreter(entry, *file, &unit);
  } else {
    UseDefaultInterpreter(entry, &unit);
  }
  const Scope rt = metrics_.root().Child("rt");
  if (!entry.router.access_log.path.empty()) {
    ASSIGN_OR_RETURN(unit.access_log,
                     AccessLog::Open(entry.router.access_log, control_, rt.Child(unit.label)));
  }
  unit.router = std::make_unique<Router>(entry.router, *unit.interpreter, control_, workers_.loops(), rt,
                                         unit.access_log.get(), unit.traffic.get());
  RETURN_IF_ERROR(unit.router->Start());
  for (const SocketAddress& address : unit.router->addresses()) {
    Log(LogLevel::kInfo) << "serving http router '" << unit.label << "' on " << address.ToString();
  }
  return absl::OkStatus();
}

std::shared_ptr<Namer> App::Inet() const {
  return std::find_if(namers_.begin(), namers_.end(),
                      [](const PrefixedNamer& namer) { return namer.prefix == InetNamer::Prefix(); })
      ->namer;
}

void App::UseDefaultInterpreter(const RouterEntry& entry, RouterUnit* unit) {
  const auto make = [this, transformers = unit->transformers](const Dtab& dtab) {
    return MakeDefaultInterpreter(dtab, namers_, transformers);
  };
  unit->interpreter = make(entry.dtab);
  unit->explain = ExplainWith(unit->interpreter, make);
}

void App::UseFileInterpreter(const RouterEntry& entry, const FileInterpreterConfig& config,
                             RouterUnit* unit) {
  const auto file = std::make_shared<DtabFile>(control_, config.dtab_file);
  unit->file = std::make_unique<DtabFileStatus>(file, metrics_.root().Child("rt").Child(unit->label));
  const auto make = [this, file, transformers = unit->transformers](const Dtab& dtab) {
    return MakeFileInterpreter(file, dtab, namers_, transformers);
  };
  unit->interpreter = make(entry.dtab);
  unit->explain = ExplainWith(unit->interpreter, make);
}

void App::UseMeshInterpreter(const RouterEntry& entry, const MeshInterpreterConfig& mesh, RouterUnit* unit) {
  if (mesh.kind != "io.l5d.mesh") {
    Log(LogLevel::kInfo) << "interpreter " << mesh.kind << " of router '" << unit->label
                         << "': served by the mesh stream of namerd at " << mesh.client.target;
  }
  unit->interpreter =
      MakeMeshInterpreter(mesh_clients_, mesh.client, mesh.ns, entry.dtab, unit->transformers);
  unit->mesh = std::make_unique<MeshStatus>(mesh_clients_.Get(mesh.client), mesh.ns,
                                            metrics_.root().Child("rt").Child(unit->label));
  unit->traffic = std::make_unique<TrafficLedger>(mesh.ns);
  unit->explain = [interpreter = unit->interpreter](const std::optional<Dtab>& dtab, const Path& path,
                                                    ExplainDetail detail, auto done) {
    return interpreter->Explain(dtab.value_or(Dtab()), path, detail, std::move(done));
  };
}

absl::Status App::StartAdmin() {
  CommonPages pages;
  pages.program = "proxy";
  pages.version = kVersion;
  pages.telemetry = config_.telemetry;
  pages.readiness = [this] { return IsReady(); };
  pages.shut_down = [this] { Drain("/admin/shutdown"); };
  common_pages_.emplace(admin_, metrics_, control_, std::move(pages));
  std::vector<Delegator::Router> explained;
  for (const RouterUnit& unit : routers_) explained.push_back({unit.label, unit.explain});
  delegator_.emplace(admin_, control_, std::move(explained));
  std::vector<RouterNames> names;
  for (const RouterUnit& unit : routers_) names.push_back({unit.label, &unit.router->binder()});
  MountNamePages(admin_, std::move(names), namers_);
  MountNamerState(admin_, namers_);
  RETURN_IF_ERROR(admin_.Listen(config_.admin.address));
  Log(LogLevel::kInfo) << "serving admin on " << admin_.address().ToString();
  return absl::OkStatus();
}

// A version is acknowledged to namerd when every worker routes by it: the bindings it changed were posted to
// the workers before this is called, so what is posted after them runs when they are in force.
void App::FollowVersions() {
  for (const std::shared_ptr<MeshClient>& client : mesh_clients_.all()) {
    client->OnSynced([this, client = client.get()](const std::string& ns, DtabVersion version) {
      AfterAllWorkers([this, client, ns, version] {
        client->Applied(ns, version);
        for (const RouterUnit& unit : routers_) {
          if (unit.mesh != nullptr) unit.mesh->OnApplied(*client, ns, version);
        }
      });
    });
  }
}

void App::AfterAllWorkers(std::function<void()> then) {
  const auto left = std::make_shared<size_t>(workers_.loops().size());  // touched on the control thread only
  for (Loop* worker : workers_.loops()) {
    worker->Post([this, left, then] {
      control_.Post([left, then] {
        if (--*left == 0) then();
      });
    });
  }
}

// Each namerd is told of the namespaces that it binds.
void App::ReportTraffic() {
  for (const std::shared_ptr<MeshClient>& client : mesh_clients_.all()) {
    client->ReportTraffic([this, client = client.get()](const auto& done) {
      std::vector<TrafficRow> rows;
      for (const RouterUnit& unit : routers_) {
        if (unit.mesh != nullptr && unit.mesh->Follows(*client)) unit.traffic->Take(&rows);
      }
      done(std::move(rows));
    });
  }
}

Readiness App::IsReady() const {
  Readiness readiness;
  if (stopping_) readiness.not_ready_because.push_back("stopping");
  for (const RouterUnit& unit : routers_) {
    if (unit.file != nullptr && !unit.file->error().ok()) {
      const std::string why = absl::StrCat("router '", unit.label, "': ", unit.file->error().message());
      if (unit.file->ready()) {
        readiness.notes.push_back(why + "; its last rules stay in force");
      } else {
        readiness.not_ready_because.push_back(why);
      }
    }
    if (unit.mesh == nullptr || unit.mesh->connected()) continue;
    const std::string who = absl::StrCat("router '", unit.label, "': ", unit.mesh->Peer());
    if (unit.mesh->ready()) {
      readiness.notes.push_back(who + " is away; names are served as last known");
    } else {
      readiness.not_ready_because.push_back(who + " has not answered yet");
    }
  }
  return readiness;
}

// A hangup ends the process, as usual, unless a log waits for it.
void App::FollowHangups() {
  const bool wanted =
      std::any_of(config_.routers.begin(), config_.routers.end(), [](const RouterEntry& entry) {
        const AccessLogConfig& log = entry.router.access_log;
        return !log.path.empty() && log.roll == AccessLogConfig::Roll::kSighup;
      });
  if (!wanted) return;
  hangups_.emplace(control_, std::initializer_list<int>{SIGHUP}, [this](int) {
    for (const RouterUnit& unit : routers_) {
      if (unit.access_log != nullptr) unit.access_log->OnHangup();
    }
  });
}

// The last lines of the logs have yet to be written: whoever renames them now must not end the process. With
// its last watcher of a signal libuv brings the default back, which would: these stay as long as the process.
void App::IgnoreHangups() {
  if (!hangups_) return;
  static Loop* const loop = new Loop;
  [[maybe_unused]] static const auto* const watcher = new SignalWatcher(*loop, {SIGHUP}, [](int) {});
  hangups_.reset();
}

void App::Drain(const std::string& why) {
  if (stopping_) {
    Log(LogLevel::kInfo) << why << " again: not waiting for requests under way";
    control_.Stop();
    return;
  }
  stopping_ = true;
  const Millis grace = config_.admin.shutdown_grace;
  Log(LogLevel::kInfo) << "stopping (" << why << "): requests under way have " << grace.count() << " ms";
  draining_ = routers_.size();
  for (const RouterUnit& unit : routers_) {
    unit.router->Drain(grace, [this] {
      if (--draining_ == 0) SendLastReports();
    });
  }
}

// What was counted since the reports before. A namerd that does not take it does not keep the process.
void App::SendLastReports() {
  const std::vector<std::shared_ptr<MeshClient>> clients = mesh_clients_.all();
  if (clients.empty()) return control_.Stop();
  end_.Start(kLastReports);
  reporting_ = clients.size();
  for (const std::shared_ptr<MeshClient>& client : clients) {
    client->Finish([this] {
      if (--reporting_ == 0) control_.Stop();
    });
  }
}

}  // namespace heddle
