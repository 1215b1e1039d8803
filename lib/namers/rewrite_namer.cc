#include "lib/namers/rewrite_namer.h"

#include <memory>
#include <utility>

#include "lib/namers/state_page.h"

namespace heddle {

std::shared_ptr<Watch<Activity<NameTree<Name>>>> RewriteNamer::Lookup(const Path& path) {
  return lookups_.Get(path, [&] {
    stats_.lookups.Increment();
    return std::make_unique<Source<Result>>(Rewrite(path));
  });
}

RewriteNamer::Result RewriteNamer::Rewrite(const Path& path) {
  const auto variables = pattern_.Match(path);
  if (!variables) return Result::Ok(NameTree<Name>::Neg());
  auto name = Path::Parse(SubstituteVariables(name_, *variables));
  if (name.ok()) return Result::Ok(NameTree<Name>::Leaf(*std::move(name)));
  stats_.errors.Increment();
  return Result::Failed(name.status());
}

std::string RewriteNamer::StateJson() const {
  StatePage page;
  page.Fact("pattern", pattern_text_);
  page.Fact("name", name_);
  return page.Json();
}

}  // namespace heddle
