#include "lib/transformers/global_path.h"

#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "lib/naming/inet_path.h"
#include "lib/naming/local_interpreter.h"

namespace heddle {
namespace {

// Says which names the inet namer has, and nothing of their endpoints.
class InetNames : public Namer {
 public:
  std::shared_ptr<Watch<Activity<NameTree<Name>>>> Lookup(const Path& path) override {
    using Result = Activity<NameTree<Name>>;
    const auto inet = InetPath::Parse(path);
    if (!inet.ok()) return Constant(Result::Failed(inet.status()));
    BoundName bound{InetPath::Prefix() + path.Take(inet->labels), Constant(Addr::Pending()),
                    path.Drop(inet->labels)};
    return Constant(Result::Ok(NameTree<Name>::Leaf(std::move(bound))));
  }
};

}  // namespace

absl::StatusOr<BoundTree> BindGlobal(const Path& path, std::shared_ptr<Namer> inet) {
  auto no_rules = Constant(Activity<VersionedDtab>::Ok({{}, std::make_shared<const Dtab>()}));
  LocalInterpreter global(std::move(no_rules), {{InetPath::Prefix(), std::move(inet)}});
  Activity<Binding> result;
  global.Bind(Dtab(), path)->Subscribe([&result](const Activity<Binding>& b) { result = b; }).Cancel();
  if (!result.error.ok()) return absl::InvalidArgumentError(result.error.message());
  if (!result.value.has_value() || result.value->tree.is_neg()) {
    return absl::InvalidArgumentError(
        absl::StrCat(path.Show(),
                     " leads nowhere: no rules and no namers apply here, only the names under /$/, such as "
                     "/$/inet/127.1/4140"));
  }
  return result.value->tree;
}

void ReadGlobalPath(ObjectReader& reader, absl::string_view key, Path* out) {
  std::string text;
  if (!reader.Required(key, &text)) return;
  const auto path = Path::Parse(text);
  absl::Status status = path.status();
  if (status.ok()) status = BindGlobal(*path, std::make_shared<InetNames>()).status();
  if (status.ok()) {
    *out = *path;
  } else {
    reader.AddError(key, status.message());
  }
}

}  // namespace heddle
