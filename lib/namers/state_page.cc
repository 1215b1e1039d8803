#include "lib/namers/state_page.h"

#include <algorithm>
#include <ctime>
#include <nlohmann/json.hpp>

#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

constexpr size_t kMostAddresses = 100;

std::string TimeText(Nanos since_epoch) {
  const auto seconds =
      static_cast<time_t>(std::chrono::duration_cast<std::chrono::seconds>(since_epoch).count());
  tm parts{};
  gmtime_r(&seconds, &parts);
  char text[32];
  text[strftime(text, sizeof(text), "%Y-%m-%dT%H:%M:%SZ", &parts)] = '\0';
  return text;
}

nlohmann::json Addresses(const std::vector<Endpoint>& endpoints) {
  nlohmann::json shown = nlohmann::json::array();
  for (size_t i = 0; i < std::min(endpoints.size(), kMostAddresses); ++i) {
    const Endpoint& each = endpoints[i];
    shown.push_back(each.weight == 1 ? each.address.ToString()
                                     : absl::StrCat(each.address.ToString(), " * ", each.weight));
  }
  return shown;
}

}  // namespace

struct StatePage::Impl {
  nlohmann::json page = {{"names", nlohmann::json::object()}};
};

StatePage::StatePage() : impl_(std::make_unique<Impl>()) {}
StatePage::~StatePage() = default;

void StatePage::Fact(absl::string_view key, absl::string_view value) {
  impl_->page[std::string(key)] = std::string(value);
}

void StatePage::Fact(absl::string_view key, uint64_t value) { impl_->page[std::string(key)] = value; }

void StatePage::Name(const std::string& name, const Addr& addr, const NameHealth* health) {
  static constexpr const char* kStates[] = {"pending", "neg", "failed", "bound"};
  nlohmann::json& state = impl_->page["names"][name];
  state["state"] = kStates[static_cast<int>(addr.state)];
  if (addr.endpoints != nullptr) {
    state["endpoints"] = addr.endpoints->size();
    state["addresses"] = Addresses(*addr.endpoints);
  }
  if (health == nullptr) return;
  state["inError"] = !health->error().ok();
  if (health->last_success_at()) state["lastSuccess"] = TimeText(*health->last_success_at());
  if (!health->last_error_at()) return;
  state["lastError"] = std::string(health->last_error().message());
  state["lastErrorAt"] = TimeText(*health->last_error_at());
}

std::string StatePage::Json() const {
  return impl_->page.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

}  // namespace heddle
