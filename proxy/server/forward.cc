#include "proxy/server/forward.h"

#include "absl/base/attributes.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "lib/codec/h1/head_writer.h"
#include "lib/http/chars.h"
#include "lib/trace/b3.h"
#include "proxy/server/listed_fields.h"
#include "proxy/server/overrides.h"

namespace heddle {
namespace {

constexpr absl::string_view kVia10 = "1.0 linkerd";
constexpr absl::string_view kVia11 = "1.1 linkerd";

absl::string_view ViaOf(const Head& head) { return head.minor_version == 0 ? kVia10 : kVia11; }

// Fields by their ids: one that needs nothing costs a shift and a test.
static_assert(kHeaderIdCount <= 64);
using IdSet = uint64_t;
template <class... Ids>
constexpr IdSet SetOf(Ids... ids) {
  return ((IdSet{1} << static_cast<unsigned>(ids)) | ...);
}

constexpr IdSet kHopByHop =
    SetOf(HeaderId::kConnection, HeaderId::kProxyAuthenticate, HeaderId::kProxyAuthorization, HeaderId::kTe,
          HeaderId::kTrailer, HeaderId::kUpgrade, HeaderId::kHttp2Settings);
// What the proxy says itself, in place of what came.
constexpr IdSet kReplaced = SetOf(HeaderId::kL5dDtab, HeaderId::kL5dCtxDtab, HeaderId::kL5dDstService,
                                  HeaderId::kL5dDstClient, HeaderId::kL5dCtxTrace, HeaderId::kL5dSample);
constexpr IdSet kB3 = SetOf(HeaderId::kXB3Flags, HeaderId::kXB3ParentSpanId, HeaderId::kXB3Sampled,
                            HeaderId::kXB3SpanId, HeaderId::kXB3TraceId);

constexpr IdSet AllL5d() {
  IdSet set = 0;
  for (size_t id = 0; id < kHeaderIdCount; ++id) {
    if (IsL5d(static_cast<HeaderId>(id))) set |= SetOf(static_cast<HeaderId>(id));
  }
  return set;
}
constexpr IdSet kL5d = AllL5d();

// Every line of Via is kept, and the last one grows. Linkerd keeps the first only: entries that a loop would
// be found by.
void EditVia(const Head& head, const Field& field, h1::HeadWriter* writer) {
  for (const Field* later = &field + 1; later != head.end_fields(); ++later) {
    if (later->id == HeaderId::kVia) return;
  }
  writer->KeepTo(field.value.end());
  if (field.value.size > 0) writer->Add(", ");
  writer->Add(ViaOf(head));
}

// Fields of `drop` are left out, and those that Connection lists; `edit(field)` is called for those of
// `edit`.
template <class F>
void EditFields(absl::string_view bytes, const Head& head, IdSet drop, IdSet edit, h1::HeadWriter* writer,
                F edit_field) {
  FieldSet listed;
  if (head.connection_names_fields) listed = FieldsListedInConnection(bytes, head);
  const IdSet touched = drop | edit;
  for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
    const IdSet id = SetOf(field->id);
    if ((touched & id) == 0 && !head.connection_names_fields) continue;
    if ((drop & id) != 0 || listed[static_cast<size_t>(field - head.begin_fields())]) {
      writer->DropField(*field);
    } else if ((edit & id) != 0) {
      edit_field(*field);
    }
  }
}

constexpr IdSet kFraming = SetOf(HeaderId::kContentLength, HeaderId::kTransferEncoding);

// What frames a message is passed on in the one way that everybody reads alike: no tabs, trailing spaces,
// capitals or leading zeros (octal to some), and once: an equal repetition of Content-Length goes.
ABSL_ATTRIBUTE_NOINLINE void RewriteFraming(const Head& head, const Field& field, h1::HeadWriter* writer) {
  if (&field != head.Find(field.id)) {
    writer->DropField(field);
    return;
  }
  const Span line{field.name.begin, field.line_end - 2 - field.name.begin};
  if (field.id == HeaderId::kTransferEncoding) {
    writer->Replace(line, "Transfer-Encoding: chunked");
  } else {
    writer->Replace(line, absl::StrCat("Content-Length: ", head.content_length));
  }
}

void EditFraming(absl::string_view bytes, const Head& head, const Field& field, h1::HeadWriter* writer) {
  const bool plain = bytes[field.name.end() + 1] == ' ' && field.value.begin == field.name.end() + 2 &&
                     field.value.end() + 2 == field.line_end;
  const char first = bytes[field.value.begin];
  const bool canonical = field.id == HeaderId::kContentLength
                             ? (first != '0' || field.value.size == 1) && &field == head.Find(field.id)
                             : field.value.In(bytes) == "chunked";
  if (!plain || !canonical) [[unlikely]]
    RewriteFraming(head, field, writer);
}

void EditTarget(absl::string_view bytes, const Head& head, size_t consumed, h1::HeadWriter* writer) {
  if (head.form != TargetForm::kAbsolute && consumed == 0) return;
  const Span path = head.form == TargetForm::kAbsolute ? head.origin : head.target;
  writer->Drop(head.target.begin, path.begin + static_cast<uint32_t>(consumed));
  const absl::string_view rest = path.In(bytes).substr(consumed);
  if (rest.empty() && head.method == Method::kOptions && consumed == 0) {
    writer->Add("*");  // RFC 9112 section 3.2.4
  } else if (rest.empty() || rest[0] != '/') {
    writer->Add("/");
  }
}

IdSet DroppedOf(const RequestEdits& edits) {
  IdSet drop = kHopByHop | kReplaced;
  if (edits.upgrade) drop &= ~SetOf(HeaderId::kUpgrade);
  if (edits.has_residual) drop |= SetOf(HeaderId::kL5dDstResidual);
  if (edits.deadline.has_value()) drop |= SetOf(HeaderId::kL5dCtxDeadline);
  if (edits.max_forwards.has_value()) drop |= SetOf(HeaderId::kMaxForwards);
  if (!edits.forward_client_cert) drop |= SetOf(HeaderId::kXForwardedClientCert);
  if (edits.context->cleared) drop |= kL5d;
  if (edits.context->pin.has_value()) drop |= SetOf(HeaderId::kL5dCtxSticky);
  // Nobody further in is to take the one for a permission, or the other for rules.
  if (edits.origin->server->override_keys.has_value())
    drop |= SetOf(HeaderId::kL5dDtabSigned, HeaderId::kDtabLocal);
  drop |= edits.origin->propagator == TracePropagator::kZipkin ? kB3 : SetOf(HeaderId::kL5dReqid);
  return drop;
}

// What stands in Host: "" if there is none.
absl::string_view HostOf(absl::string_view bytes, const Head& head, const RequestEdits& edits) {
  if (!edits.authority.empty()) return edits.authority;
  return head.form == TargetForm::kAbsolute ? head.authority.In(bytes) : head.Value(bytes, HeaderId::kHost);
}

void AddHost(absl::string_view bytes, const Head& head, const RequestEdits& edits, h1::HeadWriter* writer) {
  const absl::string_view host = HostOf(bytes, head, edits);
  // RFC 9112 section 3.2: a request of HTTP/1.1 has a Host, if only an empty one.
  if (!host.empty() || head.minor_version >= 1) writer->AddField("Host", host);
}

// The scheme of a target in absolute form.
absl::string_view SchemeOf(absl::string_view bytes, const Head& head) {
  if (head.form != TargetForm::kAbsolute) return {};
  const absl::string_view target = head.target.In(bytes);
  return target.substr(0, target.find(':'));
}

void AppendOriginFields(absl::string_view bytes, const Head& head, const RequestEdits& edits, Random& random,
                        std::string* out) {
  const ServerConfig& server = *edits.origin->server;
  if (server.forwarded.has_value()) {
    AppendForwarded(edits.origin->forwarded, head.Value(bytes, HeaderId::kHost), SchemeOf(bytes, head),
                    random, out);
  }
  if (!server.timestamp_header.empty()) {
    const auto millis = std::chrono::duration_cast<Millis>(edits.wall_now).count();
    absl::StrAppend(out, server.timestamp_header, ": ", millis, "\r\n");
  }
}

// The client's span is a new one for each attempt.
void AppendContextFields(const RequestEdits& edits, Random& random, std::string* out) {
  const TraceContext span = NewSpan(edits.context->trace, random);
  if (edits.origin->propagator == TracePropagator::kZipkin) {
    AppendB3Fields(span, out);
  } else {
    AppendTraceFields(span, out);
  }
  if (edits.context->pin_travels) [[unlikely]]
    AppendPinField(*edits.context->pin, out);
}

}  // namespace

void ForwardRequest(absl::string_view bytes, const Head& head, const RequestEdits& edits, Random& random,
                    std::string* out) {
  h1::HeadWriter writer(bytes, head.begin, out);
  EditTarget(bytes, head, edits.consumed, &writer);
  // RFC 9112 section 2.3: our own version; but HTTP/1.1 has a Host.
  if (head.minor_version == 0 && (head.Has(HeaderId::kHost) || !HostOf(bytes, head, edits).empty()))
    writer.Replace({head.first_line.end() - 8, 8}, "HTTP/1.1");
  const bool other_host = head.form == TargetForm::kAbsolute || !edits.authority.empty();
  IdSet edited = kFraming | SetOf(HeaderId::kVia);
  if (other_host) edited |= SetOf(HeaderId::kHost);
  if (edits.origin->server->override_keys.has_value()) edited |= SetOf(HeaderId::kOther);
  EditFields(bytes, head, DroppedOf(edits), edited, &writer, [&](const Field& field) {
    if (field.id == HeaderId::kHost) {
      writer.Replace(field.value, HostOf(bytes, head, edits));
    } else if (field.id == HeaderId::kVia) {
      EditVia(head, field, &writer);
    } else if (field.id != HeaderId::kOther) {
      EditFraming(bytes, head, field, &writer);
    } else if (IsOldDtab(field.name.In(bytes))) {
      writer.DropField(field);
    }
  });
  writer.KeepTo(head.size - 2);
  if (!head.Has(HeaderId::kHost)) AddHost(bytes, head, edits, &writer);
  if (!head.Has(HeaderId::kVia)) writer.AddField("Via", ViaOf(head));
  writer.Add(edits.name_fields);
  writer.Add(edits.fields);
  if (edits.upgrade) writer.Add("Connection: upgrade\r\n");
  AppendContextFields(edits, random, out);
  if (edits.deadline.has_value()) {
    absl::StrAppend(out, "l5d-ctx-deadline: ", edits.deadline->timestamp.count(), " ",
                    edits.deadline->deadline.count(), "\r\n");
  }
  if (edits.max_forwards.has_value()) absl::StrAppend(out, "Max-Forwards: ", *edits.max_forwards, "\r\n");
  AppendOriginFields(bytes, head, edits, random, out);
  writer.KeepTo(head.size);
}

namespace {

// Has neither a body nor a length (RFC 9110 section 8.6, RFC 9112 section 6.1).
bool IsBare(const Head& head, const ResponseEdits& edits) {
  return head.status < 200 || head.status == 204 || edits.tunnel;
}

IdSet DroppedOf(const Head& head, const ResponseEdits& edits) {
  IdSet drop = kHopByHop;
  if (edits.upgrade) drop &= ~SetOf(HeaderId::kUpgrade);
  if (edits.dechunk) drop |= SetOf(HeaderId::kTransferEncoding);
  if (edits.length.has_value() || edits.chunk || IsBare(head, edits)) drop |= kFraming;
  if (edits.success.has_value()) drop |= SetOf(HeaderId::kL5dSuccessClass);
  if (edits.cleared) drop |= kL5d;
  return drop;
}

// Every place where the text stands, as Linkerd does. Rare: allocates.
void MapBack(absl::string_view bytes, const Field& field, const ResponseEdits& edits,
             h1::HeadWriter* writer) {
  if (field.id != HeaderId::kLocation && !EqualsLowercase(field.name.In(bytes), "refresh")) return;
  writer->Replace(field.value, absl::StrReplaceAll(field.value.In(bytes), {{edits.authority, edits.host}}));
}

}  // namespace

void ForwardResponse(absl::string_view bytes, const Head& head, const ResponseEdits& edits,
                     std::string* out) {
  h1::HeadWriter writer(bytes, head.begin, out);
  if (head.minor_version == 0) writer.Replace({head.begin, 8}, "HTTP/1.1");
  IdSet edited = kFraming | SetOf(HeaderId::kVia);
  if (!edits.authority.empty() && !edits.host.empty()) edited |= SetOf(HeaderId::kLocation, HeaderId::kOther);
  EditFields(bytes, head, DroppedOf(head, edits), edited, &writer, [&](const Field& field) {
    if (field.id == HeaderId::kVia) {
      EditVia(head, field, &writer);
    } else if ((kFraming & SetOf(field.id)) != 0) {
      EditFraming(bytes, head, field, &writer);
    } else {
      MapBack(bytes, field, edits, &writer);
    }
  });
  writer.KeepTo(head.size - 2);
  if (!head.Has(HeaderId::kVia)) writer.AddField("Via", ViaOf(head));
  if (edits.chunk) writer.Add("Transfer-Encoding: chunked\r\n");
  if (edits.length.has_value() && !IsBare(head, edits))
    absl::StrAppend(out, "Content-Length: ", *edits.length, "\r\n");
  if (edits.close) writer.Add("Connection: close\r\n");
  if (edits.keep_alive) writer.Add("Connection: keep-alive\r\n");
  if (edits.upgrade) writer.Add("Connection: upgrade\r\n");
  if (edits.success.has_value() && !edits.cleared) {
    writer.Add(*edits.success ? "l5d-success-class: 1.0\r\n" : "l5d-success-class: 0.0\r\n");
  }
  writer.KeepTo(head.size);
}

}  // namespace heddle
