#include "proxy/classify/request_stats.h"

#include <string>

#include "absl/strings/str_cat.h"

namespace heddle {

RequestStats::RequestStats(const Scope& scope, Detail detail)
    : set_(scope),
      detail_(detail),
      requests_(set_.AddCounter({"requests"})),
      success_(set_.AddCounter({"success"})),
      failures_(set_.AddCounter({"failures"})),
      pending_(set_.AddGauge({"pending"})),
      latency_(set_.AddLatency({"request_latency_ms"})) {}

void RequestStats::CountStatus(int status) {
  if (status != last_status_) FindStatus(status);
  last_code_->Increment();
  if (last_class_ != nullptr) last_class_->Increment();
}

void RequestStats::FindStatus(int status) {
  last_status_ = status;
  last_class_ = nullptr;
  if (status != 0) {
    Counter*& in_class = classes_[static_cast<size_t>(status / 100) % classes_.size()];
    if (in_class == nullptr) in_class = &set_.AddCounter({"status", absl::StrCat(status / 100, "XX")});
    last_class_ = in_class;
  }
  for (const auto& [code, counter] : codes_) {
    if (code != status) continue;
    last_code_ = counter;
    return;
  }
  last_code_ = &set_.AddCounter({"status", status == 0 ? std::string("error") : absl::StrCat(status)});
  codes_.emplace_back(status, last_code_);
}

}  // namespace heddle
