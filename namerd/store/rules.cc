#include "namerd/store/rules.h"

#include <utility>

#include "absl/strings/str_cat.h"

namespace heddle::namerd {
namespace {

std::string Named(DocumentKind kind, absl::string_view key) {
  return absl::StrCat(KindName(kind), " \"", key, "\"");
}

absl::Status CheckSize(absl::string_view what, size_t size, size_t limit) {
  if (size <= limit) return absl::OkStatus();
  return absl::InvalidArgumentError(
      absl::StrCat(what, " is ", size, " bytes long; at most ", limit, " are stored"));
}

}  // namespace

const char* KindName(DocumentKind kind) { return kind == DocumentKind::kDtab ? "dtab" : "shift"; }

absl::Status CheckLimits(const Write& write) {
  if (write.key.empty()) return absl::InvalidArgumentError("the name is empty");
  RETURN_IF_ERROR(CheckSize("the name", write.key.size(), Store::kMaxKeyBytes));
  RETURN_IF_ERROR(CheckSize(Named(write.kind, write.key), write.value.size(), Store::kMaxValueBytes));
  const Change& change = write.change;
  return CheckSize("the author with the message",
                   change.author.size() + change.message.size() + change.from.size(), Store::kMaxChangeBytes);
}

absl::Status CheckExpect(const Write& write, const Version* latest) {
  const bool exists = latest != nullptr && !latest->deleted;
  const Expect& expect = write.expect;
  if (expect.kind == Expect::Kind::kAbsent) {
    if (!exists) return absl::OkStatus();
    return absl::AlreadyExistsError(absl::StrCat(Named(write.kind, write.key), " exists already, at version ",
                                                 latest->number, "; update it, or choose another name"));
  }
  if (expect.kind == Expect::Kind::kAnything && !write.deleted) return absl::OkStatus();
  if (!exists) return NoSuchDocument(write.kind, write.key);
  if (expect.kind != Expect::Kind::kVersion || expect.number == latest->number) return absl::OkStatus();
  return absl::FailedPreconditionError(absl::StrCat(
      Named(write.kind, write.key), " is at version ", latest->number,
      expect.number == 0 ? "" : absl::StrCat(" and no longer at ", expect.number),
      ", which is not what this write expects: get it again, apply the change to that, and repeat"));
}

Version NextVersion(Write write, const Version* latest, Revision revision) {
  Version next;
  next.revision = revision;
  next.number = (latest == nullptr ? 0 : latest->number) + 1;
  next.deleted = write.deleted;
  next.value = std::move(write.value);
  next.time_ms = write.time_ms;
  next.change = std::move(write.change);
  return next;
}

absl::Status NoSuchDocument(DocumentKind kind, absl::string_view key) {
  return absl::NotFoundError(absl::StrCat("there is no ", Named(kind, key)));
}

absl::Status NoSuchVersion(DocumentKind kind, absl::string_view key, VersionNumber number) {
  return absl::NotFoundError(
      absl::StrCat(Named(kind, key), " has no version ", number, "; its history lists those there are"));
}

}  // namespace heddle::namerd
