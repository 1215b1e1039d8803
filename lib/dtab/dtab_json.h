// A dtab as JSON: [{"prefix": "/svc", "dst": "/#/io.l5d.fs"}].
// Source: io.buoyant.namerd.DtabCodec.
#ifndef HEDDLE_LIB_DTAB_DTAB_JSON_H_
#define HEDDLE_LIB_DTAB_DTAB_JSON_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "lib/dtab/dtab.h"

namespace heddle {

std::string DtabToJson(const Dtab& dtab);

// Errors name the element: "dentry 2, \"dst\": line 1, column 3: ...". Unknown keys are ignored, as Namerd
// does.
absl::StatusOr<Dtab> DtabFromJson(absl::string_view json);

}  // namespace heddle

#endif  // HEDDLE_LIB_DTAB_DTAB_JSON_H_
