// The HTTP server for operators that both daemons have. A daemon mounts its pages on it; what is common to
// both is in common_pages.h.
#ifndef HEDDLE_LIB_ADMIN_ADMIN_SERVER_H_
#define HEDDLE_LIB_ADMIN_ADMIN_SERVER_H_

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "lib/session/http_server.h"

namespace heddle {

// Loop thread only.
class AdminServer {
 public:
  struct Page {
    std::string path;                         // "/admin/ping"; "/dtab/*" is everything below /dtab/
    std::string about;                        // one line for the index, without a full stop
    std::vector<std::string> methods{"GET"};  // HEAD comes with GET; other methods are answered 405
    HttpServer::Handler handler;
  };

  // `loop` outlives the server. `title` heads the index page: "Heddle proxy". The server begins with the
  // index: / for people, /admin and /admin/index.txt for programs.
  AdminServer(Loop& loop, std::string title);
  AdminServer(const AdminServer&) = delete;
  AdminServer& operator=(const AdminServer&) = delete;

  // Replaces a page that has the same path.
  void Mount(Page page);

  // The error names the address.
  absl::Status Listen(const SocketAddress& address);
  SocketAddress address() const { return server_.address(); }

  // Answers one request; what the server does with each, for tests without a socket.
  void Handle(const HttpRequest& request, std::shared_ptr<ResponseWriter> writer) const;

 private:
  const Page* Find(absl::string_view path) const;
  std::string IndexText() const;
  std::string IndexHtml() const;

  std::string title_;
  std::map<std::string, Page> pages_;
  HttpServer server_;
};

// An answer of type application/json.
void SendJson(ResponseWriter& writer, int status, std::string body);
// Whether a flag such as ?pretty=1 is on: it is there, and neither 0 nor false.
bool QueryFlag(const HttpRequest& request, absl::string_view name);

}  // namespace heddle

#endif  // HEDDLE_LIB_ADMIN_ADMIN_SERVER_H_
