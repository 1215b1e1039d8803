#include "lib/net/dns.h"

#include <algorithm>
#include <deque>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "lib/event/timer.h"
#include "lib/net/dns_cache.h"
#include "lib/net/dns_channel.h"

namespace heddle {
namespace {

using Answer = DnsResolver::Answer;
using RecordType = DnsChannel::RecordType;

// A file is not asked again at once either.
constexpr std::chrono::seconds kHostsFileTtl(5);

// RFC 6761 section 6.3: these names are the loopback addresses whatever a file or a server says, and no
// server is asked.
bool IsLocalhost(absl::string_view host) {
  absl::ConsumeSuffix(&host, ".");
  return absl::EqualsIgnoreCase(host, "localhost") || absl::EndsWithIgnoreCase(host, ".localhost");
}

Answer AddressAnswer(std::vector<SocketAddress> addresses, std::chrono::seconds ttl) {
  Answer answer;
  answer.addresses = std::move(addresses);
  answer.ttl = ttl;
  return answer;
}

// The addresses of a host that needs no look-up.
std::optional<Answer> KnownAddresses(const std::string& host) {
  if (const auto literal = SocketAddress::Parse(host, 0); literal.ok()) {
    return AddressAnswer({*literal}, DnsResolver::kMaxNegativeTtl);
  }
  if (!IsLocalhost(host)) return std::nullopt;
  return AddressAnswer({*SocketAddress::Parse("127.0.0.1", 0), *SocketAddress::Parse("::1", 0)},
                       DnsResolver::kMaxNegativeTtl);
}

template <class T>
void SortUnique(std::vector<T>* values) {
  std::sort(values->begin(), values->end());
  values->erase(std::unique(values->begin(), values->end()), values->end());
}

struct DnsStats {
  explicit DnsStats(const Scope& scope)
      : set(scope),
        queries(set.AddCounter({"queries"})),
        cached(set.AddCounter({"cached"})),
        answers(set.AddCounter({"answers"})),
        absent(set.AddCounter({"absent"})),
        errors(set.AddCounter({"errors"})),
        timeouts(set.AddCounter({"timeouts"})),
        refused(set.AddCounter({"refused"})),
        active(set.AddGauge({"active"})),
        waiting(set.AddGauge({"waiting"})),
        latency(set.AddLatency({"request_latency_ms"})) {}
  MetricSet set;
  Counter& queries;
  Counter& cached;
  Counter& answers;
  Counter& absent;
  Counter& errors;
  Counter& timeouts;
  Counter& refused;
  Gauge& active;
  Gauge& waiting;
  Histogram& latency;
};

}  // namespace

struct DnsResolver::Impl {
  // Shared between the caller's Query and the answer that comes in any case.
  struct Pending {
    Done done;  // empty once cancelled or called
  };
  struct Handle : Query {
    explicit Handle(std::shared_ptr<Pending> p) : pending(std::move(p)) {}
    ~Handle() override { pending->done = nullptr; }
    std::shared_ptr<Pending> pending;
  };
  struct Key {
    bool services;
    std::string name;
    friend bool operator==(const Key&, const Key&) = default;
    template <class H>
    friend H AbslHashValue(H h, const Key& key) {
      return H::combine(std::move(h), key.services, key.name);
    }
  };
  // A name that is asked for, or waits for its turn.
  struct Flight {
    Key key;
    Nanos since{0};
    std::vector<std::shared_ptr<Pending>> wanted_by;
    bool active = false;
    std::vector<std::string> candidates;
    size_t candidate = 0;
    int open_questions = 0;
    Answer gathered;     // of the present candidate
    absl::Status error;  // of the present candidate
    std::optional<std::chrono::seconds> negative_ttl;
  };
  using Flights = absl::flat_hash_map<Key, std::shared_ptr<Flight>>;

  Impl(Loop& l, Options o)
      : loop(l), options(std::move(o)), stats(options.scope), line_timer(l, [this] { OnLineTimer(); }) {
    OpenChannel(options.servers);
  }

  void OpenChannel(const std::string& servers) {
    channel = std::make_unique<DnsChannel>(loop, servers, options.timeout, options.tries);
  }
  std::unique_ptr<Query> Ask(Key key, Done done, Nanos max_age);
  void AnswerLater(std::shared_ptr<Pending> pending, Answer answer);
  // Takes names out of the line while there is room for them.
  void Advance();
  void OnLineTimer();
  void Start(const std::shared_ptr<Flight>& flight);
  void AskCandidate(const std::shared_ptr<Flight>& flight);
  void Take(const std::shared_ptr<Flight>& flight, const absl::Status& status, absl::string_view message);
  void Conclude(const std::shared_ptr<Flight>& flight);
  void Finish(const std::shared_ptr<Flight>& flight, Answer answer);
  void Count(const Answer& answer, Nanos took);

  Loop& loop;
  const Options options;
  DnsStats stats;
  Flights flights;
  size_t active = 0;
  bool advancing = false;
  std::deque<std::shared_ptr<Flight>> line;
  Timer line_timer;
  DnsCache<Key> cache;
  std::unique_ptr<DnsChannel> channel;
};

std::unique_ptr<DnsResolver::Query> DnsResolver::Impl::Ask(Key key, Done done, Nanos max_age) {
  auto pending = std::make_shared<Pending>(Pending{std::move(done)});
  auto query = std::make_unique<Handle>(pending);
  if (auto known = cache.Find(key, loop.Now(), max_age)) {
    stats.cached.Increment();
    AnswerLater(std::move(pending), *std::move(known));
    return query;
  }
  std::shared_ptr<Flight>& flight = flights[key];
  if (flight != nullptr) {
    flight->wanted_by.push_back(std::move(pending));
    return query;
  }
  flight = std::make_shared<Flight>();
  flight->key = std::move(key);
  flight->since = loop.Now();
  flight->wanted_by.push_back(std::move(pending));
  line.push_back(flight);
  if (line.size() > options.max_waiting) {
    Answer answer;
    answer.status = absl::ResourceExhaustedError(absl::StrCat(
        "resolve '", flight->key.name, "': ", options.max_waiting, " names wait for DNS already"));
    const auto refused = std::move(line.back());
    line.pop_back();
    Finish(refused, std::move(answer));
    return query;
  }
  Advance();
  return query;
}

void DnsResolver::Impl::AnswerLater(std::shared_ptr<Pending> pending, Answer answer) {
  loop.Defer([pending = std::move(pending), answer = std::move(answer)] {
    if (auto done = std::exchange(pending->done, nullptr)) done(answer);
  });
}

void DnsResolver::Impl::Advance() {
  if (std::exchange(advancing, true)) return;  // a name in the hosts file is done at once
  while (active < options.max_active && !line.empty()) {
    const std::shared_ptr<Flight> flight = std::move(line.front());
    line.pop_front();
    const bool wanted = std::any_of(flight->wanted_by.begin(), flight->wanted_by.end(),
                                    [](const auto& pending) { return pending->done != nullptr; });
    if (wanted) {
      Start(flight);
    } else {
      flights.erase(flight->key);
    }
  }
  advancing = false;
  stats.active.Set(static_cast<double>(active));
  stats.waiting.Set(static_cast<double>(line.size()));
  if (line.empty()) {
    line_timer.Cancel();
  } else {
    line_timer.Start(line.front()->since + options.max_wait - loop.Now());
  }
}

void DnsResolver::Impl::OnLineTimer() {
  while (!line.empty() && line.front()->since + options.max_wait <= loop.Now()) {
    const auto flight = std::move(line.front());
    line.pop_front();
    Answer answer;
    answer.status = absl::ResourceExhaustedError(
        absl::StrCat("resolve '", flight->key.name, "': waited ", options.max_wait.count(),
                     " ms for its turn; too many names are asked for at once, or the DNS servers are slow"));
    Finish(flight, std::move(answer));
  }
  Advance();
}

void DnsResolver::Impl::Start(const std::shared_ptr<Flight>& flight) {
  if (!flight->active) ++active;
  flight->active = true;
  flight->candidate = 0;
  flight->negative_ttl.reset();
  if (!flight->key.services) {
    if (auto listed = channel->InHostsFile(flight->key.name); !listed.empty()) {
      return Finish(flight, AddressAnswer(std::move(listed), kHostsFileTtl));
    }
  }
  flight->candidates = channel->Candidates(flight->key.name);
  AskCandidate(flight);
}

void DnsResolver::Impl::AskCandidate(const std::shared_ptr<Flight>& flight) {
  const std::vector<RecordType> types =
      flight->key.services ? std::vector{RecordType::kSrv} : std::vector{RecordType::kA, RecordType::kAaaa};
  flight->gathered = Answer();
  flight->gathered.ttl = std::chrono::seconds::max();
  flight->error = absl::OkStatus();
  flight->open_questions = static_cast<int>(types.size());
  const std::string& name = flight->candidates[flight->candidate];
  for (const RecordType type : types) {
    stats.queries.Increment();
    channel->Ask(name, type, [this, flight](const absl::Status& status, absl::string_view message) {
      Take(flight, status, message);
    });
  }
}

void DnsResolver::Impl::Take(const std::shared_ptr<Flight>& flight, const absl::Status& status,
                             absl::string_view message) {
  const bool answered = status.ok() || (absl::IsNotFound(status) && !message.empty());
  if (answered) {
    const auto read = ReadDnsMessage(message);
    if (!read.ok()) {
      flight->error.Update(absl::UnavailableError(
          absl::StrCat("resolve '", flight->key.name, "': ", read.status().message())));
    } else {
      const auto append = [](const auto& from, auto* to) { to->insert(to->end(), from.begin(), from.end()); };
      append(read->addresses, &flight->gathered.addresses);
      append(read->services, &flight->gathered.services);
      const bool records = !read->addresses.empty() || !read->services.empty();
      if (records) flight->gathered.ttl = std::min(flight->gathered.ttl, read->ttl);
      if (!records && read->negative_ttl) {
        flight->negative_ttl =
            std::min(flight->negative_ttl.value_or(*read->negative_ttl), *read->negative_ttl);
      }
    }
  } else if (absl::IsPermissionDenied(status)) {
    // A server that does not serve a search domain says nothing about the name itself.
    const bool completed = flight->candidates[flight->candidate] != flight->key.name;
    if (!completed) flight->error.Update(absl::UnavailableError(status.message()));
  } else if (!absl::IsNotFound(status)) {
    flight->error.Update(status);
  }
  if (--flight->open_questions == 0) Conclude(flight);
}

void DnsResolver::Impl::Conclude(const std::shared_ptr<Flight>& flight) {
  Answer answer = std::move(flight->gathered);
  const bool records = flight->key.services ? !answer.services.empty() : !answer.addresses.empty();
  if (records) {
    SortUnique(&answer.addresses);
    SortUnique(&answer.services);
    answer.complete = flight->error.ok();
  } else if (!flight->error.ok()) {
    answer = Answer();
    answer.status = flight->error;
  } else if (++flight->candidate < flight->candidates.size()) {
    return AskCandidate(flight);
  } else {
    answer = Answer();
    answer.status = absl::NotFoundError(
        absl::StrCat("resolve '", flight->key.name,
                     flight->key.services ? "': no SRV records" : "': no such name, or it has no address"));
    answer.ttl = std::clamp(flight->negative_ttl.value_or(kMinNegativeTtl), kMinNegativeTtl, kMaxNegativeTtl);
  }
  Finish(flight, std::move(answer));
}

void DnsResolver::Impl::Count(const Answer& answer, Nanos took) {
  stats.latency.Record(static_cast<uint64_t>(std::max<int64_t>(0, took.count() / 1000)));
  if (answer.status.ok()) {
    stats.answers.Increment();
  } else if (absl::IsNotFound(answer.status)) {
    stats.absent.Increment();
  } else if (absl::IsDeadlineExceeded(answer.status)) {
    stats.timeouts.Increment();
  } else if (absl::IsResourceExhausted(answer.status)) {
    stats.refused.Increment();
  } else {
    stats.errors.Increment();
  }
}

void DnsResolver::Impl::Finish(const std::shared_ptr<Flight>& flight, Answer answer) {
  Count(answer, loop.Now() - flight->since);
  const bool holds = (answer.status.ok() && answer.complete) || absl::IsNotFound(answer.status);
  if (holds) cache.Put(flight->key, loop.Now(), answer);
  flights.erase(flight->key);
  for (auto& pending : flight->wanted_by) AnswerLater(std::move(pending), answer);
  if (!flight->active) return;
  --active;
  Advance();
}

DnsResolver::DnsResolver(Loop& loop) : DnsResolver(loop, Options()) {}

DnsResolver::DnsResolver(Loop& loop, Options options)
    : impl_(std::make_unique<Impl>(loop, std::move(options))) {}

DnsResolver::~DnsResolver() = default;

std::unique_ptr<DnsResolver::Query> DnsResolver::Resolve(const std::string& host, Done done, Nanos max_age) {
  if (auto known = KnownAddresses(host)) {
    auto pending = std::make_shared<Impl::Pending>(Impl::Pending{std::move(done)});
    auto query = std::make_unique<Impl::Handle>(pending);
    impl_->AnswerLater(std::move(pending), *std::move(known));
    return query;
  }
  return impl_->Ask({false, host}, std::move(done), max_age);
}

std::unique_ptr<DnsResolver::Query> DnsResolver::ResolveServices(const std::string& name, Done done,
                                                                 Nanos max_age) {
  return impl_->Ask({true, name}, std::move(done), max_age);
}

void DnsResolver::SetServers(const std::string& servers) {
  impl_->cache.Clear();
  impl_->OpenChannel(servers);
  const Impl::Flights under_way = impl_->flights;
  for (const auto& [key, flight] : under_way) {
    if (flight->active) impl_->Start(flight);
  }
}

}  // namespace heddle
