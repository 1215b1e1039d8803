#include "namerd/http_api/traffic_json.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <tuple>
#include <utility>

namespace heddle::namerd {
namespace {

using Json = nlohmann::ordered_json;
using Row = TrafficBook::Rows::value_type;

struct Service {
  uint64_t requests = 0;
  std::vector<const Row*> rows;  // one a client
};

// The `most` of `all` with the most requests first; of as many requests by name.
template <class T, class Requests, class Name>
void KeepBusiest(std::vector<T>& all, size_t most, const Requests& requests, const Name& name) {
  const auto busier = [&](const T& a, const T& b) {
    return std::forward_as_tuple(requests(b), name(a)) < std::forward_as_tuple(requests(a), name(b));
  };
  const auto end = all.begin() + static_cast<ptrdiff_t>(std::min(most, all.size()));
  std::partial_sort(all.begin(), end, all.end(), busier);
  all.erase(end, all.end());
}

std::vector<Service> ServicesOf(const TrafficBook::Rows& rows) {
  std::vector<Service> services;
  for (const Row& row : rows) {
    if (services.empty() || services.back().rows.front()->first.first != row.first.first) {
      services.emplace_back();
    }
    services.back().requests += row.second.requests;
    services.back().rows.push_back(&row);
  }
  return services;
}

double Ms(const TrafficCounts& counts, double quantile) {
  return static_cast<double>(counts.latency.Quantile(quantile)) / 1000.0;
}

void AddCounts(const TrafficCounts& counts, Millis window, Json& json) {
  json["requests"] = counts.requests;
  json["successes"] = counts.successes;
  json["successRate"] = counts.SuccessRate();
  json["requestsPerSecond"] =
      static_cast<double>(counts.requests) * 1000.0 / static_cast<double>(window.count());
  json["failures"] = counts.failures;
  json["p50Ms"] = Ms(counts, 0.50);
  json["p95Ms"] = Ms(counts, 0.95);
  json["p99Ms"] = Ms(counts, 0.99);
}

Json ServiceJson(Service service, Millis window, size_t& clients_left_out) {
  TrafficCounts all;
  for (const Row* row : service.rows) all.Add(row->second);
  Json json = {{"service", service.rows.front()->first.first}};
  AddCounts(all, window, json);
  const size_t clients = service.rows.size();
  KeepBusiest(
      service.rows, kMaxClientsShown, [](const Row* row) { return row->second.requests; },
      [](const Row* row) -> const std::string& { return row->first.second; });
  clients_left_out += clients - service.rows.size();
  Json shown = Json::array();
  for (const Row* row : service.rows) {
    Json client = {{"client", row->first.second}};
    AddCounts(row->second, window, client);
    shown.push_back(std::move(client));
  }
  json["clients"] = std::move(shown);
  return json;
}

}  // namespace

std::string TrafficToJson(const TrafficBook& book, const std::string& ns, Millis window,
                          const std::vector<std::string>& missing) {
  const TrafficBook::Rows rows = book.Recent(ns, window);
  const Millis covers = std::max(book.RecentCovers(window), Millis(1));
  std::vector<Service> services = ServicesOf(rows);
  const size_t all = services.size();
  KeepBusiest(
      services, kMaxServicesShown, [](const Service& service) { return service.requests; },
      [](const Service& service) -> const std::string& { return service.rows.front()->first.first; });
  size_t clients_left_out = 0;
  Json shown = Json::array();
  const size_t services_left_out = all - services.size();
  for (Service& service : services) {
    shown.push_back(ServiceJson(std::move(service), covers, clients_left_out));
  }
  const Json json = {{"namespace", ns},
                     {"windowMs", covers.count()},
                     {"missing", missing},
                     {"services", std::move(shown)},
                     {"leftOut", {{"services", services_left_out}, {"clients", clients_left_out}}}};
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace heddle::namerd
