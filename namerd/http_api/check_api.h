// /api/1/check: what a dtab would do; /api/1/names: whom it would do it to; and writes that are done only if
// they hurt nobody.
#ifndef HEDDLE_NAMERD_HTTP_API_CHECK_API_H_
#define HEDDLE_NAMERD_HTTP_API_CHECK_API_H_

#include <memory>
#include <string>

#include "lib/session/http_server.h"
#include "namerd/check/checker.h"
#include "namerd/http_api/exchange.h"
#include "namerd/namespaces/namespaces.h"

namespace heddle::namerd {

class CheckApi {
 public:
  using Writer = std::shared_ptr<ResponseWriter>;

  // All outlive it.
  CheckApi(Loop& loop, Namespaces& namespaces, const NamesInUse& in_use, Exchanges& exchanges)
      : exchanges_(exchanges), checker_(loop, namespaces, in_use) {}

  void Check(const std::string& ns, const HttpRequest& request, Writer writer);
  void Names(const std::string& ns, const HttpRequest& request, Writer writer);

  Checker& checker() { return checker_; }

 private:
  Exchanges& exchanges_;
  Checker checker_;
};

// A write that is checked first.
struct CheckedWrite {
  std::string ns;
  std::string dtab;         // what is stored
  bool has_places = false;  // it is the user's text
  Expect expect{};
  Change change{};
};

// Checks `write` against the version that is stored, and stores it only in place of that one: what changes in
// between is checked anew. Refused with 422 and the report if a name in use would be lost, with 503 if it is
// not known of one that is served now; otherwise `done` is called as Store::Put says.
void WriteIfHarmless(Checker& checker, Store& store, const HttpRequest& request,
                     std::shared_ptr<ResponseWriter> writer, CheckedWrite write, Store::Done<Version> done);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_CHECK_API_H_
