#include "namerd/http_api/dry_run.h"

#include <memory>
#include <nlohmann/json.hpp>
#include <utility>

#include "namerd/check/report_json.h"
#include "namerd/http_api/etag.h"
#include "namerd/shift/edit_rule.h"

namespace heddle::namerd {
namespace {

using Json = nlohmann::ordered_json;

class Run : public std::enable_shared_from_this<Run> {
 public:
  Run(Checker& checker, const Shift& shift, std::string dtab, Report report)
      : checker_(checker),
        plan_(shift.plan),
        dtab_(std::move(dtab)),
        report_(std::move(report)),
        result_{{"namespace", plan_.ns},
                {"prefix", plan_.prefix},
                {"original", shift.original},
                {"overriddenBy", OverriddenBy(dtab_, plan_.prefix)},
                {"steps", Json::array()}} {}

  void CheckStep() {
    const std::string destination = is_final() ? plan_.to : DestinationAt(plan_, step_);
    auto dtab = WithDestination(dtab_, plan_.prefix, destination);
    if (!dtab.ok()) return report_(dtab.status());
    Json step = is_final()
                    ? Json{{"final", true}, {"percent", 100}}
                    : Json{{"percent", plan_.steps[step_].percent}, {"manual", plan_.steps[step_].manual}};
    step["destination"] = destination;
    dtab_bytes_ += dtab->size();
    step["dtab"] = dtab_bytes_ <= kMaxDtabBytesOfDryRun ? Json(*dtab) : Json(nullptr);
    result_["steps"].push_back(std::move(step));
    check_ = checker_.Check({plan_.ns, *std::move(dtab), /*has_places=*/true, {}},
                            [weak = weak_from_this()](absl::StatusOr<CheckReport> report) {
                              if (const auto run = weak.lock()) run->OnReport(std::move(report));
                            });
  }
  void Stop() { check_.Cancel(); }

 private:
  bool is_final() const { return step_ == plan_.steps.size(); }

  void OnReport(absl::StatusOr<CheckReport> report) {
    if (!report.ok()) return report_(report.status());
    const std::string version = report->version.has_value() ? ETagOf(*report->version) : "";
    result_["steps"].back()["check"] =
        Json::parse(ReportToJson(*report, version), nullptr, /*allow_exceptions=*/false);
    if (is_final()) return report_(result_.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n");
    ++step_;
    CheckStep();
  }

  Checker& checker_;
  const ShiftPlan plan_;
  const std::string dtab_;
  const Report report_;
  Json result_;
  size_t step_ = 0;
  size_t dtab_bytes_ = 0;
  Subscription check_;
};

}  // namespace

Follow FollowDryRun(Checker& checker, Shift shift, std::string dtab) {
  return [&checker, shift = std::move(shift), dtab = std::move(dtab)](Report report) {
    const auto run = std::make_shared<Run>(checker, shift, dtab, std::move(report));
    run->CheckStep();
    return Subscription([run] { run->Stop(); });
  };
}

}  // namespace heddle::namerd
