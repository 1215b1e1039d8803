// Rules after those of another dtab, which may change.
#ifndef HEDDLE_LIB_INTERPRETERS_APPENDED_DTAB_H_
#define HEDDLE_LIB_INTERPRETERS_APPENDED_DTAB_H_

#include <memory>
#include <utility>

#include "lib/naming/interpreter.h"

namespace heddle {

// `base`, then `tail`, at the version of `base`.
class AppendedDtab : public Watch<Activity<VersionedDtab>> {
 public:
  AppendedDtab(std::shared_ptr<Watch<Activity<VersionedDtab>>> base, Dtab tail)
      : Watch<Activity<VersionedDtab>>(Activity<VersionedDtab>::Pending()),
        base_(std::move(base)),
        tail_(std::move(tail)) {}

 protected:
  void OnFirstSubscriber() override {
    subscription_ = base_->Subscribe([this](Activity<VersionedDtab> dtab) {
      if (dtab.value) dtab.value->dtab = std::make_shared<const Dtab>(dtab.value->dtab->Concat(tail_));
      Publish(std::move(dtab));
    });
  }
  void OnLastUnsubscribed() override { subscription_.Cancel(); }

 private:
  const std::shared_ptr<Watch<Activity<VersionedDtab>>> base_;
  const Dtab tail_;
  Subscription subscription_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_INTERPRETERS_APPENDED_DTAB_H_
