// An explanation in the making: waits until nothing it needs is pending. For lib/naming alone.
#ifndef HEDDLE_LIB_NAMING_EXPLANATION_H_
#define HEDDLE_LIB_NAMING_EXPLANATION_H_

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "lib/naming/delegate_tree.h"
#include "lib/naming/dependencies.h"
#include "lib/naming/interpreter.h"
#include "lib/naming/namer.h"
#include "lib/naming/transformer.h"

namespace heddle {

class Explanation : public std::enable_shared_from_this<Explanation> {
 public:
  using Done = std::function<void(absl::StatusOr<DelegateTree>)>;
  using Namers = std::shared_ptr<const std::vector<PrefixedNamer>>;

  Explanation(std::shared_ptr<Watch<Activity<VersionedDtab>>> dtab, Namers namers,
              std::shared_ptr<const Transformers> transformers, Dtab local, NameTree<Path> tree, Done done);

  // Calls `done` once, perhaps before it returns; not any more after the subscription has ended.
  Subscription Start();

 private:
  void Compute();
  // nullopt while something is pending.
  std::optional<absl::StatusOr<DelegateTree>> Round();
  void Stop();

  const std::shared_ptr<Watch<Activity<VersionedDtab>>> dtab_;
  const Namers namers_;
  const std::shared_ptr<const Transformers> transformers_;
  const Dtab local_;
  const NameTree<Path> tree_;
  Done done_;
  Dependencies dependencies_;
  Subscription dtab_subscription_;
  bool computing_ = false;
  bool again_ = false;
};

// `explain` started, and its tree rendered as JSON once the endpoints of every leaf are known.
Subscription ExplainAsJson(const std::function<Subscription(Explanation::Done)>& explain,
                           ExplainDetail detail, std::function<void(absl::StatusOr<std::string>)> done);

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMING_EXPLANATION_H_
