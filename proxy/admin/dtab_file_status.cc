#include "proxy/admin/dtab_file_status.h"

#include <utility>

namespace heddle {

DtabFileStatus::DtabFileStatus(std::shared_ptr<Watch<Activity<VersionedDtab>>> file, const Scope& router)
    : file_(std::move(file)),
      set_(router.Child("interpreter")),
      revision_(set_.AddGauge({"revision"})),
      failed_(set_.AddGauge({"failed"})) {
  subscription_ = file_->Subscribe([this](const Activity<VersionedDtab>& dtab) {
    if (dtab.value.has_value()) revision_.Set(static_cast<double>(dtab.value->version.revision));
    failed_.Set(dtab.failed() ? 1 : 0);
  });
}

}  // namespace heddle
