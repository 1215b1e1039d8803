#include "lib/mesh/client.h"

#include <unistd.h>

#include <map>
#include <nlohmann/json.hpp>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "lib/base/backoff.h"
#include "lib/base/log.h"
#include "lib/base/random.h"
#include "lib/event/timer.h"
#include "lib/mesh/client_state.h"
#include "lib/mesh/client_stream.h"
#include "lib/mesh/convert.h"
#include "lib/mesh/explain_call.h"
#include "lib/mesh/grpc_log.h"
#include "lib/mesh/traffic_reporter.h"

namespace heddle {
namespace {

// A stream that lasts this long was a success: the next try after it is soon again.
constexpr Nanos kStable = std::chrono::seconds(5);
constexpr size_t kMaxShownBindings = 1000;

std::string HostName() {
  char name[256] = "";
  if (gethostname(name, sizeof(name) - 1) != 0) return "unknown";
  return name;
}

nlohmann::json VersionJson(DtabVersion version) {
  return {{"epoch", version.epoch}, {"revision", version.revision}};
}

}  // namespace

class MeshClient::Impl : public ClientStream::Listener, public std::enable_shared_from_this<Impl> {
 public:
  Impl(Loop& loop, MeshClientOptions options)
      : loop_(loop),
        options_(std::move(options)),
        started_ms_(loop.clock().WallNow() / Millis(1)),
        gate_(std::make_shared<LoopGate>(loop)),
        backoff_(options_.min_backoff, options_.max_backoff, Random::FromEntropy().Next()),
        retry_(loop, [this] { Connect(); }),
        traffic_(loop, Random::FromEntropy().Next(), [this] { Pump(); }) {
    if (options_.proxy_id.empty()) {
      options_.proxy_id =
          absl::StrCat(HostName(), "-", absl::Hex(Random::FromEntropy().Next(), absl::kZeroPad16));
    }
  }

  void Start() {
    RouteGrpcLog();
    state_ = std::make_shared<MeshClientState>([weak = weak_from_this()] {
      if (const auto self = weak.lock()) self->Pump();
    });
    AckByDefault();
    retry_.Start(Nanos(0));
  }

  void Shutdown() {
    gate_->Close();
    retry_.Cancel();
    traffic_.EndStream();
    if (stream_) std::exchange(stream_, nullptr)->Abandon();
    for (const auto& call : explains_) call->Abandon();
  }

  void Received(const mesh::v1::FromNamerd& message) override {
    if (const absl::Status status = state_->Receive(message); !status.ok()) {
      Log(LogLevel::kError) << "mesh " << options_.target << ": " << status.message() << "; connecting anew";
      if (stream_) stream_->Cancel();
      return;
    }
    if (state_->welcomed() && !connected_->Get()) {
      Welcomed();
      traffic_.StartStream(Millis(message.welcome().traffic_interval_ms()));
    }
    if (message.has_traffic_request()) traffic_.Asked(message.traffic_request().id());
  }

  void Written() override { Pump(); }

  void Closed(const absl::Status& why) override {
    stream_.reset();
    if (finished_) return std::exchange(finished_, nullptr)();
    const std::string error = why.ok() ? "namerd has ended the stream" : std::string(why.message());
    if (connected_->Get()) {
      Log(LogLevel::kWarning) << "mesh " << options_.target << ": lost (" << error
                              << "); going on with what is known";
      if (loop_.Now() - connected_since_ > kStable) backoff_.Reset();
    } else if (error != error_) {
      Log(LogLevel::kWarning) << "mesh " << options_.target << ": cannot connect: " << error << "; trying on";
    }
    error_ = error;
    state_->EndStream();
    traffic_.EndStream();
    connected_->Set(false);
    retry_.Start(backoff_.Next());
  }

  void Finish(std::function<void()> done) {
    retry_.Cancel();
    if (!stream_ || !connected_->Get()) return done();
    finished_ = std::move(done);
    traffic_.Finish();
    Pump();
  }

  Subscription Explain(const mesh::v1::ExplainRequest& request, ExplainCall::Done done) {
    auto call = std::make_shared<ExplainCall>(gate_, connected_->Get() ? stub_ : nullptr, std::move(done));
    std::erase_if(explains_, [](const auto& earlier) { return earlier->over(); });
    explains_.push_back(call);
    call->Start(request, loop_, absl::StrCat("not connected to namerd at ", options_.target, ": ", error_));
    return Subscription([call] { call->Cancel(); });
  }

  std::string StateJson() const;

  MeshClientState& state() { return *state_; }
  const MeshClientState& state() const { return *state_; }
  TrafficReporter& traffic() { return traffic_; }
  const MeshClientOptions& options() const { return options_; }
  const std::shared_ptr<Source<bool>>& connected() const { return connected_; }
  uint64_t reconnects() const { return streams_ == 0 ? 0 : streams_ - 1; }

 private:
  void AckByDefault() {
    state_->OnSynced([weak = weak_from_this()](const std::string& ns, DtabVersion version) {
      const auto self = weak.lock();
      if (!self) return;
      self->loop_.Post([weak, ns, version] {
        if (const auto later = weak.lock()) later->state_->Applied(ns, version);
      });
    });
  }

  void Connect() {
    stub_ = mesh::v1::Mesh::NewStub(MakeMeshChannel(options_));
    stream_ = std::make_shared<ClientStream>(gate_, stub_, weak_from_this());
    mesh::v1::FromProxy first;
    auto* hello = first.mutable_hello();
    hello->set_proxy_id(options_.proxy_id);
    hello->set_node(HostName());
    hello->set_version(options_.version);
    hello->set_started_ms(started_ms_);
    state_->StartStream(hello);
    stream_->Start(std::move(first));
  }

  void Welcomed() {
    ++streams_;
    connected_since_ = loop_.Now();
    error_.clear();
    Log(LogLevel::kInfo) << "mesh " << options_.target << ": connected";
    connected_->Set(true);
  }

  void Pump() {
    if (!stream_ || stream_->writing()) return;
    if (state_->NextMessage(stream_->outgoing()) || traffic_.NextMessage(stream_->outgoing())) {
      stream_->WriteOutgoing();
    } else if (finished_ && traffic_.finished()) {
      stream_->EndWrites();
    }
  }

  Loop& loop_;
  MeshClientOptions options_;
  const int64_t started_ms_;
  const std::shared_ptr<LoopGate> gate_;
  JitteredBackoff backoff_;
  Timer retry_;
  TrafficReporter traffic_;
  std::shared_ptr<MeshClientState> state_;
  std::shared_ptr<mesh::v1::Mesh::Stub> stub_;
  std::shared_ptr<ClientStream> stream_;                // null between two tries
  std::vector<std::shared_ptr<ExplainCall>> explains_;  // those that are over go with the next one
  const std::shared_ptr<Source<bool>> connected_ = std::make_shared<Source<bool>>(false);
  Nanos connected_since_{0};
  uint64_t streams_ = 0;
  std::string error_;               // why it is not connected
  std::function<void()> finished_;  // null unless Finish has been called
};

std::string MeshClient::Impl::StateJson() const {
  nlohmann::json namespaces = nlohmann::json::object();
  for (const auto& [ns, versions] : state_->namespaces()) {
    namespaces[ns] = {{"synced", VersionJson(versions.synced)}, {"applied", VersionJson(versions.applied)}};
  }
  nlohmann::json bindings = nlohmann::json::array();
  for (const auto& [key, watch] : state_->bindings()) {
    if (bindings.size() == kMaxShownBindings) break;
    const Activity<Binding>& now = watch->Get();
    nlohmann::json entry{{"namespace", key.ns},
                         {"path", key.path.Show()},
                         {"dtab", key.local},
                         {"followed", watch->followed()}};
    if (now.value) {
      const std::function<std::string(const BoundName&)> show = [](const BoundName& name) {
        return name.id.Show();
      };
      entry["tree"] = ShowTree(now.value->tree, show);
      entry["version"] = VersionJson(now.value->version);
    }
    if (now.failed()) entry["error"] = std::string(now.error.message());
    bindings.push_back(std::move(entry));
  }
  const nlohmann::json json{{"target", options_.target},
                            {"proxyId", options_.proxy_id},
                            {"connected", connected_->Get()},
                            {"error", error_},
                            {"reconnects", reconnects()},
                            {"namespaces", std::move(namespaces)},
                            {"endpointSets", state_->endpoint_sets()},
                            {"bindingCount", state_->bindings().size()},
                            {"bindings", std::move(bindings)}};
  // Labels are bytes: what is no UTF-8 has been escaped by Show; an error text may still hold some.
  return json.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

MeshClient::MeshClient(Loop& loop, MeshClientOptions options)
    : impl_(std::make_shared<Impl>(loop, std::move(options))) {
  impl_->Start();
}

MeshClient::~MeshClient() { impl_->Shutdown(); }

std::shared_ptr<Watch<Activity<Binding>>> MeshClient::Bind(const std::string& ns, const Dtab& local,
                                                           const Path& path) {
  return impl_->state().Bind(ns, local, path);
}

Subscription MeshClient::Explain(const std::string& ns, const Dtab& local, const Path& path,
                                 ExplainDetail detail,
                                 std::function<void(absl::StatusOr<std::string>)> done) {
  mesh::v1::ExplainRequest request;
  request.set_namespace_(ns);
  request.set_detail(detail == ExplainDetail::kFull);
  ToProto(path, request.mutable_path());
  const absl::Status status = ToProto(local, request.mutable_local());
  if (!status.ok()) done = [done = std::move(done), status](const auto&) { done(status); };
  return impl_->Explain(request, std::move(done));
}

void MeshClient::OnSynced(SyncedHook hook) { impl_->state().OnSynced(std::move(hook)); }
void MeshClient::Applied(const std::string& ns, DtabVersion version) { impl_->state().Applied(ns, version); }
void MeshClient::ReportTraffic(TrafficSource source) { impl_->traffic().SetSource(std::move(source)); }
std::shared_ptr<Watch<bool>> MeshClient::connected() const { return impl_->connected(); }
uint64_t MeshClient::reconnects() const { return impl_->reconnects(); }
void MeshClient::Finish(std::function<void()> done) { impl_->Finish(std::move(done)); }
const MeshClientOptions& MeshClient::options() const { return impl_->options(); }
std::string MeshClient::StateJson() const { return impl_->StateJson(); }

DtabVersion MeshClient::synced_version(const std::string& ns) const {
  const auto found = impl_->state().namespaces().find(ns);
  return found == impl_->state().namespaces().end() ? DtabVersion{} : found->second.synced;
}

DtabVersion MeshClient::applied_version(const std::string& ns) const {
  const auto found = impl_->state().namespaces().find(ns);
  return found == impl_->state().namespaces().end() ? DtabVersion{} : found->second.applied;
}

}  // namespace heddle
