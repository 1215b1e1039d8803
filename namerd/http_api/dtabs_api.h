// /api/1/dtabs: the namespaces, their dtabs, their history.
#ifndef HEDDLE_NAMERD_HTTP_API_DTABS_API_H_
#define HEDDLE_NAMERD_HTTP_API_DTABS_API_H_

#include <memory>
#include <string>

#include "lib/session/http_server.h"
#include "namerd/check/checker.h"
#include "namerd/http_api/exchange.h"
#include "namerd/http_api/rendered_dtabs.h"
#include "namerd/http_api/waiting_writes.h"
#include "namerd/namespaces/namespaces.h"

namespace heddle::namerd {

class DtabsApi {
 public:
  using Writer = std::shared_ptr<ResponseWriter>;

  // All outlive it.
  DtabsApi(Namespaces& namespaces, Fleet& fleet, Exchanges& exchanges, Checker& checker)
      : namespaces_(namespaces),
        exchanges_(exchanges),
        checker_(checker),
        waits_(std::make_shared<WaitingWrites>(fleet)) {}

  void List(const HttpRequest& request, Writer writer);
  void Dtab(const std::string& ns, const HttpRequest& request, Writer writer);
  void History(const std::string& ns, const HttpRequest& request, Writer writer);

  WaitingWrites& waits() const { return *waits_; }

 private:
  void Get(const std::string& ns, const HttpRequest& request, Writer writer);
  HttpResponse VersionResponse(const HttpRequest& request, const std::string& ns, const Version& version);
  void GetVersion(const std::string& ns, const HttpRequest& request, Writer writer);
  void WriteDocument(const std::string& ns, const HttpRequest& request, Writer writer);
  void Delete(const std::string& ns, const HttpRequest& request, Writer writer);
  Store::Done<Version> AnswerWrite(const std::string& ns, const HttpRequest& request, Writer writer);
  // Once it is live everywhere.
  Store::Done<Version> AnswerLive(const std::string& ns, const HttpRequest& request, Writer writer,
                                  std::shared_ptr<WaitingWrites::Wait> wait, Millis limit);

  Namespaces& namespaces_;
  Exchanges& exchanges_;
  Checker& checker_;
  const std::shared_ptr<WaitingWrites> waits_;
  const std::shared_ptr<RenderedDtabs> rendered_ = std::make_shared<RenderedDtabs>();  // the streams' too
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_DTABS_API_H_
