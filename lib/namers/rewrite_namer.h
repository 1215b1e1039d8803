// io.l5d.rewrite: a name of one form is another name. Source: io.buoyant.namer.RewritingNamer.
#ifndef HEDDLE_LIB_NAMERS_REWRITE_NAMER_H_
#define HEDDLE_LIB_NAMERS_REWRITE_NAMER_H_

#include <string>

#include "lib/dtab/path_matcher.h"
#include "lib/event/loop.h"
#include "lib/namers/held.h"
#include "lib/namers/name_health.h"
#include "lib/naming/namer.h"

namespace heddle {

class RewriteNamer : public Namer {
 public:
  // `name`: a path in which {variables} of the pattern stand for what they matched.
  RewriteNamer(PathMatcher pattern, std::string pattern_text, std::string name, const Scope& scope)
      : pattern_(std::move(pattern)),
        pattern_text_(std::move(pattern_text)),
        name_(std::move(name)),
        stats_(scope) {}

  // The name that `path` stands for, to be looked up; what of `path` the pattern did not look at is dropped.
  // ~ if the pattern does not match. The watch never changes.
  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) override;
  std::string StateJson() const override;
  bool LeadsOn() const override { return true; }

 private:
  using Result = Activity<NameTree<Name>>;
  Result Rewrite(const Path& path);

  const PathMatcher pattern_;
  const std::string pattern_text_;
  const std::string name_;
  NamerStats stats_;
  Held<Path, Source<Result>> lookups_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_REWRITE_NAMER_H_
