// Stored dtabs as the API shows them. A change is told to every reader of a watch, so it is rendered once for
// all of them: parsing and printing thousands of rules for each of hundreds of readers would hold up the loop
// for seconds.
#ifndef HEDDLE_NAMERD_HTTP_API_RENDERED_DTABS_H_
#define HEDDLE_NAMERD_HTTP_API_RENDERED_DTABS_H_

#include <array>
#include <string>

#include "lib/base/status.h"
#include "namerd/http_api/dtab_format.h"
#include "namerd/store/store.h"

namespace heddle::namerd {

// For the documents of one store. Keeps one text for each format.
class RenderedDtabs {
 public:
  // `version`, which is one of `ns`, in `format`. DataLoss if its value is no dtab.
  absl::StatusOr<std::string> Render(const std::string& ns, const Version& version, DtabFormat format);

 private:
  struct Rendered {
    Revision revision = 0;  // of the store, so it says which document too; 0: none
    std::string text;
  };
  std::array<Rendered, 2> last_;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_RENDERED_DTABS_H_
