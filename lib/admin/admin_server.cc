#include "lib/admin/admin_server.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"

namespace heddle {

namespace {

std::string EscapeHtml(absl::string_view text) {
  return absl::StrReplaceAll(text, {{"&", "&amp;"}, {"<", "&lt;"}, {">", "&gt;"}, {"\"", "&quot;"}});
}

bool Allows(const AdminServer::Page& page, absl::string_view method) {
  const absl::string_view wanted = method == "HEAD" ? "GET" : method;
  return std::find(page.methods.begin(), page.methods.end(), wanted) != page.methods.end();
}

}  // namespace

AdminServer::AdminServer(Loop& loop, std::string title)
    : title_(std::move(title)),
      server_(loop, [this](const HttpRequest& request, std::shared_ptr<ResponseWriter> writer) {
        Handle(request, std::move(writer));
      }) {
  const auto text = [this](const HttpRequest&, const std::shared_ptr<ResponseWriter>& writer) {
    writer->SendText(200, IndexText());
  };
  Mount(
      {"/", "this page", {"GET"}, [this](const HttpRequest&, const std::shared_ptr<ResponseWriter>& writer) {
         writer->SendText(200, IndexHtml(), "text/html;charset=UTF-8");
       }});
  Mount({"/admin", "the paths of all pages, one a line", {"GET"}, text});
  Mount({"/admin/index.txt", "the same", {"GET"}, text});
}

void AdminServer::Mount(Page page) {
  std::string path = page.path;
  pages_[std::move(path)] = std::move(page);
}

absl::Status AdminServer::Listen(const SocketAddress& address) {
  return Annotate(server_.Listen(address), "admin server");
}

const AdminServer::Page* AdminServer::Find(absl::string_view path) const {
  const auto exact = pages_.find(std::string(path));
  if (exact != pages_.end()) return &exact->second;
  for (size_t slash = path.rfind('/'); slash != absl::string_view::npos; slash = path.rfind('/')) {
    const auto below = pages_.find(absl::StrCat(path.substr(0, slash), "/*"));
    if (below != pages_.end()) return &below->second;
    path = path.substr(0, slash);
  }
  return nullptr;
}

void AdminServer::Handle(const HttpRequest& request, std::shared_ptr<ResponseWriter> writer) const {
  const Page* page = Find(request.RawPath());
  if (page == nullptr) {
    writer->SendText(404, absl::StrCat("no page here; /admin/index.txt lists what there is\n"));
  } else if (!Allows(*page, request.method)) {
    const std::string allowed = absl::StrJoin(page->methods, ", ");
    writer->Send({405,
                  {{"Allow", allowed}, {"Content-Type", "text/plain"}},
                  absl::StrCat(page->path, " answers ", allowed, ", not ", request.method, "\n")});
  } else {
    page->handler(request, std::move(writer));
  }
}

std::string AdminServer::IndexText() const {
  std::string out;
  for (const auto& [path, page] : pages_) absl::StrAppend(&out, path, "\n");
  return out;
}

std::string AdminServer::IndexHtml() const {
  const std::string title = EscapeHtml(title_);
  std::string out = absl::StrCat("<!DOCTYPE html>\n<html><head><title>", title,
                                 "</title></head>\n<body>\n<h1>", title, "</h1>\n<table>\n");
  for (const auto& [path, page] : pages_) {
    const std::string shown = EscapeHtml(path);
    // Only what a browser can open by following a link becomes one.
    const bool link = Allows(page, "GET") && !absl::EndsWith(path, "*");
    absl::StrAppend(&out, "<tr><td>", link ? absl::StrCat("<a href=\"", shown, "\">", shown, "</a>") : shown,
                    "</td><td>", absl::StrJoin(page.methods, ", "), "</td><td>", EscapeHtml(page.about),
                    "</td></tr>\n");
  }
  return out + "</table>\n</body></html>\n";
}

void SendJson(ResponseWriter& writer, int status, std::string body) {
  writer.SendText(status, std::move(body), "application/json");
}

bool QueryFlag(const HttpRequest& request, absl::string_view name) {
  const auto value = request.Query(name);
  return value.has_value() && *value != "0" && *value != "false";
}

}  // namespace heddle
