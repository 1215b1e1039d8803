#include "proxy/server/forward.h"

#include "lib/codec/h1/head_writer.h"
#include "lib/http/chars.h"

namespace heddle {
namespace {

constexpr absl::string_view kVia10 = "1.0 linkerd";
constexpr absl::string_view kVia11 = "1.1 linkerd";

absl::string_view ViaOf(const Head& head) { return head.minor_version == 0 ? kVia10 : kVia11; }

// Some Connection field lists `field`. A message's framing and Host are not the sender's to take away.
bool ListedInConnection(absl::string_view bytes, const Head& head, const Field& field) {
  if (field.id == HeaderId::kContentLength || field.id == HeaderId::kTransferEncoding ||
      field.id == HeaderId::kHost) {
    return false;
  }
  const absl::string_view name = field.name.In(bytes);
  bool listed = false;
  for (const Field* f = head.begin_fields(); f != head.end_fields(); ++f) {
    if (f->id != HeaderId::kConnection) continue;
    ForEachElement(f->value.In(bytes),
                   [&](absl::string_view option) { listed |= EqualsIgnoreCase(option, name); });
  }
  return listed;
}

// What requests and responses have in common. True if the field has been dealt with.
bool EditHopByHop(absl::string_view bytes, const Head& head, const Field& field, h1::HeadWriter* writer) {
  switch (field.id) {
    case HeaderId::kConnection:
    case HeaderId::kProxyAuthenticate:
    case HeaderId::kProxyAuthorization:
    case HeaderId::kTe:
    case HeaderId::kTrailer:
    case HeaderId::kUpgrade:
    case HeaderId::kHttp2Settings:
      writer->DropField(field);
      return true;
    case HeaderId::kContentLength:
      if (&field == head.Find(HeaderId::kContentLength)) return false;
      writer->DropField(field);  // an equal repetition
      return true;
    case HeaderId::kVia:
      if (&field != head.Find(HeaderId::kVia)) {
        writer->DropField(field);
        return true;
      }
      writer->KeepTo(field.value.end());
      if (field.value.size > 0) writer->Add(", ");
      writer->Add(ViaOf(head));
      return true;
    default:
      if (!head.connection_names_fields || !ListedInConnection(bytes, head, field)) return false;
      writer->DropField(field);
      return true;
  }
}

void EditTarget(absl::string_view bytes, const Head& head, size_t consumed, h1::HeadWriter* writer) {
  if (head.form != TargetForm::kAbsolute && consumed == 0) return;
  const Span path = head.form == TargetForm::kAbsolute ? head.origin : head.target;
  writer->Drop(head.target.begin, path.begin + static_cast<uint32_t>(consumed));
  const absl::string_view rest = path.In(bytes).substr(consumed);
  if (rest.empty() || rest[0] != '/') writer->Add("/");
}

void EditRequestField(absl::string_view bytes, const Head& head, const RequestEdits& edits,
                      const Field& field, h1::HeadWriter* writer) {
  switch (field.id) {
    case HeaderId::kHost:
      if (head.form == TargetForm::kAbsolute) writer->Replace(field.value, head.authority.In(bytes));
      return;
    case HeaderId::kL5dDtab:
    case HeaderId::kL5dCtxDtab:
    case HeaderId::kL5dDstService:
    case HeaderId::kL5dDstClient:
      writer->DropField(field);
      return;
    case HeaderId::kL5dDstResidual:
      if (edits.has_residual) writer->DropField(field);
      return;
    default:
      EditHopByHop(bytes, head, field, writer);
  }
}

}  // namespace

void ForwardRequest(absl::string_view bytes, const Head& head, const RequestEdits& edits, Random&,
                    std::string* out) {
  h1::HeadWriter writer(bytes, head.begin, out);
  EditTarget(bytes, head, edits.consumed, &writer);
  for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
    if (field->id == HeaderId::kOther && !head.connection_names_fields) continue;
    EditRequestField(bytes, head, edits, *field, &writer);
  }
  writer.KeepTo(head.size - 2);
  if (!head.Has(HeaderId::kHost)) {
    // RFC 9112 section 3.2: a request of HTTP/1.1 has a Host, if only an empty one.
    if (head.form == TargetForm::kAbsolute) {
      writer.AddField("Host", head.authority.In(bytes));
    } else if (head.minor_version >= 1) {
      writer.AddField("Host", "");
    }
  }
  if (!head.Has(HeaderId::kVia)) writer.AddField("Via", ViaOf(head));
  writer.Add(edits.name_fields);
  writer.Add(edits.fields);
  writer.KeepTo(head.size);
}

void ForwardResponse(absl::string_view bytes, const Head& head, const ResponseEdits& edits,
                     std::string* out) {
  h1::HeadWriter writer(bytes, head.begin, out);
  if (head.minor_version == 0) writer.Replace({head.begin, 8}, "HTTP/1.1");
  for (const Field* field = head.begin_fields(); field != head.end_fields(); ++field) {
    if (field->id == HeaderId::kOther && !head.connection_names_fields) continue;
    if (field->id == HeaderId::kTransferEncoding && edits.dechunk) {
      writer.DropField(*field);
    } else {
      EditHopByHop(bytes, head, *field, &writer);
    }
  }
  writer.KeepTo(head.size - 2);
  if (!head.Has(HeaderId::kVia)) writer.AddField("Via", ViaOf(head));
  if (edits.close) writer.Add("Connection: close\r\n");
  if (edits.keep_alive) writer.Add("Connection: keep-alive\r\n");
  writer.KeepTo(head.size);
}

}  // namespace heddle
