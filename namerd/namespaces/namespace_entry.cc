#include "namerd/namespaces/namespace_entry.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace heddle::namerd {

void NamespaceEntry::Start() {
  from_store_ =
      store_.WatchDocument(DocumentKind::kDtab, ns_)->Subscribe([this](const std::optional<Version>& latest) {
        Follow(latest);
      });
}

std::shared_ptr<LocalInterpreter> NamespaceEntry::Interpreter(const std::vector<PrefixedNamer>& namers) {
  if (auto interpreter = interpreter_.lock()) return interpreter;
  auto watch = evaluated_watch_.lock();  // bindings may outlive the interpreter that gave them
  if (watch == nullptr) watch = std::make_shared<Held<Evaluated>>(evaluated_, shared_from_this());
  evaluated_watch_ = watch;
  auto interpreter = std::make_shared<LocalInterpreter>(std::move(watch), namers);
  interpreter_ = interpreter;
  return interpreter;
}

std::shared_ptr<Watch<NamespaceEntry::Present>> NamespaceEntry::Dtab() {
  if (auto watch = present_watch_.lock()) return watch;
  auto watch = std::make_shared<Held<Present>>(present_, shared_from_this());
  present_watch_ = watch;
  return watch;
}

void NamespaceEntry::Follow(const std::optional<Version>& latest) {
  const DtabVersion version{store_.epoch(), latest.has_value() ? latest->revision : 0};
  if (!latest.has_value() || latest->deleted) {
    evaluated_ = Evaluated::Ok({version, std::make_shared<const heddle::Dtab>()});
    present_ = Present::Ok(std::nullopt);
  } else if (auto dtab = heddle::Dtab::Parse(latest->value); dtab.ok()) {
    const VersionedDtab parsed{version, std::make_shared<const heddle::Dtab>(*std::move(dtab))};
    evaluated_ = Evaluated::Ok(parsed);
    present_ = Present::Ok(parsed);
  } else {
    const absl::Status error = absl::DataLossError(
        absl::StrCat("what is stored as dtab \"", ns_, "\" is none: ", dtab.status().message()));
    evaluated_.error = error;
    present_.error = error;
  }
  // First the bindings, then those who report what is bound. Either may drop the last reference to us.
  const auto self = shared_from_this();
  if (const auto watch = evaluated_watch_.lock()) watch->Set(evaluated_);
  if (const auto watch = present_watch_.lock()) watch->Set(present_);
}

}  // namespace heddle::namerd
