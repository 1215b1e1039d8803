#include "lib/namers/dnssrv_namer.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/namers/state_page.h"

namespace heddle {
namespace {

using Result = Activity<NameTree<Name>>;

std::shared_ptr<HostAddrs> OwnHosts(Loop& loop, const DnsSrvNamer::Options& options, const Scope& scope) {
  DnsResolver::Options dns;
  dns.servers = ServersOf(options.dns_hosts);
  dns.timeout = options.timeout;
  dns.scope = scope.Child("dns");
  return std::make_shared<HostAddrs>(loop, std::move(dns), scope.Child("targets"));
}

}  // namespace

struct DnsSrvNamer::Shared {
  Path prefix;
  std::string servers;  // as they are shown
  std::shared_ptr<SrvContext> context;
  Held<std::string, SrvAddrs> services;
  Held<Path, ServiceLookup> lookups;
};

class DnsSrvNamer::ServiceLookup : public Watch<Result> {
 public:
  ServiceLookup(std::shared_ptr<Shared> shared, Path id, Path residual, std::shared_ptr<SrvAddrs> service)
      : Watch<Result>(Result::Pending()),
        shared_(std::move(shared)),
        id_(std::move(id)),
        residual_(std::move(residual)),
        service_(std::move(service)) {}

 protected:
  void OnFirstSubscriber() override {
    subscription_ = service_->Subscribe([this](const Addr& addr) {
      Result result = ResultOf(addr);
      if (!(result == Get())) Publish(std::move(result));
    });
  }
  void OnLastUnsubscribed() override { subscription_.Cancel(); }

 private:
  Result ResultOf(const Addr& addr) const {
    switch (addr.state) {
      case AddrState::kPending:
        return Result::Pending();
      case AddrState::kAbsent:
        return Result::Ok(NameTree<Name>::Neg());
      case AddrState::kFailed:
        return Result::Failed(addr.error, Get().value);
      case AddrState::kBound:
        break;
    }
    return Result::Ok(NameTree<Name>::Leaf(BoundName{id_, service_, residual_}));
  }

  const std::shared_ptr<Shared> shared_;
  const Path id_;
  const Path residual_;
  const std::shared_ptr<SrvAddrs> service_;
  Subscription subscription_;
};

DnsSrvNamer::DnsSrvNamer(Loop& loop, const Options& options, Path prefix, std::shared_ptr<HostAddrs> hosts,
                         const Scope& scope)
    : shared_(std::make_shared<Shared>()) {
  shared_->prefix = std::move(prefix);
  const bool machines = options.dns_hosts.empty();
  auto own = machines ? hosts : OwnHosts(loop, options, scope);
  shared_->context = std::make_shared<SrvContext>(
      SrvContext{loop, options.refresh, std::move(own), hosts, nullptr, NamerStats(scope), SrvStats(scope)});
  if (machines) return;
  for (const DnsHost& each : options.dns_hosts) {
    absl::StrAppend(&shared_->servers, shared_->servers.empty() ? "" : ", ", each.host, ":", each.port);
  }
  // Weak: the servers belong to the context, which the watches hold too.
  const std::weak_ptr<Shared> weak = shared_;
  shared_->context->servers = std::make_unique<DnsServers>(options.dns_hosts, *hosts, [weak] {
    const auto shared = weak.lock();
    if (shared == nullptr) return;
    shared->context->own->resolver().SetServers(shared->context->servers->servers());
    for (const auto& [name, service] : shared->services.All()) service->OnServers();
  });
}

DnsSrvNamer::~DnsSrvNamer() = default;

std::shared_ptr<Watch<Activity<NameTree<Name>>>> DnsSrvNamer::Lookup(const Path& path) {
  if (path.empty()) return Constant(Result::Ok(NameTree<Name>::Neg()));
  return shared_->lookups.Get(path, [&] {
    const std::string& name = path[0];
    shared_->context->stats.lookups.Increment();
    auto service =
        shared_->services.Get(name, [&] { return std::make_unique<SrvAddrs>(shared_->context, name); });
    return std::make_unique<ServiceLookup>(shared_, shared_->prefix + path.Take(1), path.Drop(1),
                                           std::move(service));
  });
}

std::string DnsSrvNamer::StateJson() const {
  StatePage page;
  page.Fact("dnsHosts", shared_->servers.empty() ? "those of the machine" : shared_->servers);
  page.Fact("refreshIntervalSeconds",
            static_cast<uint64_t>(
                std::chrono::duration_cast<std::chrono::seconds>(shared_->context->refresh).count()));
  for (const auto& [name, service] : shared_->services.All()) {
    if (service->has_subscribers()) page.Name(absl::StrCat("/", name), service->Get(), service->health());
  }
  return page.Json();
}

}  // namespace heddle
