// /api/1/bind, addr, resolve, delegate, bound-names: what names lead to, and why.
#ifndef HEDDLE_NAMERD_HTTP_API_NAMES_API_H_
#define HEDDLE_NAMERD_HTTP_API_NAMES_API_H_

#include <memory>
#include <string>

#include "lib/base/random.h"
#include "lib/session/http_server.h"
#include "namerd/fleet/names_in_use.h"
#include "namerd/http_api/exchange.h"
#include "namerd/namespaces/namespaces.h"

namespace heddle::namerd {

class NamesApi {
 public:
  using Writer = std::shared_ptr<ResponseWriter>;

  // All outlive it. What is followed is counted in `in_use`.
  NamesApi(Namespaces& namespaces, NamesInUse& in_use, Exchanges& exchanges)
      : namespaces_(namespaces), in_use_(in_use), exchanges_(exchanges) {}

  void Bind(const std::string& ns, const HttpRequest& request, Writer writer);
  void Addr(const HttpRequest& request, Writer writer);
  void Resolve(const std::string& ns, const HttpRequest& request, Writer writer);
  // `ns` is empty for /delegate without one: the request may name it; else the names are looked up with the
  // dtab given and the namers alone.
  void Delegate(const std::string& ns, const HttpRequest& request, Writer writer);
  void BoundNames(const HttpRequest& request, Writer writer);

 private:
  void Answer(const HttpRequest& request, Writer writer, const Follow& follow);

  Namespaces& namespaces_;
  NamesInUse& in_use_;
  Exchanges& exchanges_;
  Random random_ = Random::FromEntropy();
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_NAMES_API_H_
