// What every backend decides alike: limits, expectations, the next version. Pure.
#ifndef HEDDLE_NAMERD_STORE_RULES_H_
#define HEDDLE_NAMERD_STORE_RULES_H_

#include <string>

#include "namerd/store/store.h"

namespace heddle::namerd {

// A write as it was asked for.
struct Write {
  DocumentKind kind = DocumentKind::kDtab;
  std::string key;
  bool deleted = false;  // a removal; `value` is empty
  std::string value;
  Expect expect{};
  Change change{};
  int64_t time_ms = 0;

  size_t bytes() const { return key.size() + value.size() + change.author.size() + change.message.size(); }
};

// InvalidArgument if `write` is beyond the store's limits.
absl::Status CheckLimits(const Write& write);

// Whether `write` may follow `latest` (null if the document has never existed), as Store::Put and Delete say.
absl::Status CheckExpect(const Write& write, const Version* latest);

// The version `write` makes. REQUIRES: CheckExpect is OK.
Version NextVersion(Write write, const Version* latest, Revision revision);

absl::Status NoSuchDocument(DocumentKind kind, absl::string_view key);
absl::Status NoSuchVersion(DocumentKind kind, absl::string_view key, VersionNumber number);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_STORE_RULES_H_
