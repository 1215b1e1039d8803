#include "proxy/server/overrides.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"

namespace heddle {
namespace {

// The rules of every line of `id`, in order.
absl::Status AppendRules(absl::string_view bytes, const Head& head, HeaderId id, Dtab* rules) {
  for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
    if (field->id != id) continue;
    absl::StatusOr<Dtab> parsed = Dtab::Parse(field->value.In(bytes));
    if (!parsed.ok()) {
      return absl::InvalidArgumentError(
          Annotate(parsed.status(), absl::StrCat("header ", HeaderName(id))).message());
    }
    *rules = rules->Concat(*parsed);
  }
  return absl::OkStatus();
}

void AppendKey(absl::string_view bytes, const Head& head, HeaderId id, char separator, std::string* key) {
  for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
    if (field->id != id) continue;
    const absl::string_view value = field->value.In(bytes);
    key->push_back(separator);  // no value holds a control character
    key->append(value.data(), value.size());
  }
}

}  // namespace

void AppendOverridesKey(absl::string_view bytes, const Head& head, std::string* key) {
  AppendKey(bytes, head, HeaderId::kL5dCtxDtab, '\n', key);
  AppendKey(bytes, head, HeaderId::kL5dDtab, '\r', key);
}

absl::StatusOr<Dtab> ParseOverrides(absl::string_view bytes, const Head& head) {
  Dtab rules;
  RETURN_IF_ERROR(AppendRules(bytes, head, HeaderId::kL5dCtxDtab, &rules));
  RETURN_IF_ERROR(AppendRules(bytes, head, HeaderId::kL5dDtab, &rules));
  return rules;
}

bool IsOldDtab(absl::string_view name) { return absl::StartsWithIgnoreCase(name, "x-dtab-"); }

bool HasUnsignedOverrides(absl::string_view bytes, const Head& head) {
  return HasOverrides(head) || head.Has(HeaderId::kDtabLocal) ||
         std::any_of(head.begin_fields(), head.end_fields(), [bytes](const Field& field) {
           return field.id == HeaderId::kOther && IsOldDtab(field.name.In(bytes));
         });
}

absl::StatusOr<SignedOverride> ReadSignedOverride(absl::string_view bytes, const Head& head) {
  const Field* first = head.Find(HeaderId::kL5dDtabSigned);
  for (const Field* field = first + 1; field != head.end_fields(); ++field) {
    if (field->id == HeaderId::kL5dDtabSigned) {
      return absl::InvalidArgumentError("several signed overrides in one request");
    }
  }
  return ParseSignedOverride(first->value.In(bytes));
}

void AppendSignedOverrideKey(absl::string_view bytes, const Head& head, size_t server, std::string* key) {
  absl::StrAppend(key, "\v", server, "\v", head.Value(bytes, HeaderId::kL5dDtabSigned));
}

}  // namespace heddle
