// The header fields the programs act on, as numbers: a field is recognised once, when it is parsed.
#ifndef HEDDLE_LIB_HTTP_HEADER_ID_H_
#define HEDDLE_LIB_HTTP_HEADER_ID_H_

#include <cstddef>
#include <cstdint>

#include "absl/strings/string_view.h"

namespace heddle {

enum class HeaderId : uint8_t {
  kOther,
  kAuthorization,
  kConnection,
  kContentLength,
  kContentType,
  kCookie,
  kDtabLocal,
  kExpect,
  kFinagleHttpNack,
  kFinagleHttpNonretryableNack,
  kHost,
  kHttp2Settings,
  kKeepAlive,
  kL5dAddContext,
  kL5dCtxDeadline,
  kL5dCtxDtab,
  kL5dCtxSticky,
  kL5dCtxTrace,
  kL5dDstClient,
  kL5dDstResidual,
  kL5dDstService,
  kL5dDtab,
  kL5dDtabSigned,
  kL5dErr,
  kL5dName,
  kL5dReqid,
  kL5dRetryable,
  kL5dSample,
  kL5dSuccessClass,
  kL5dOther,  // any other that begins with "l5d-"
  kLocation,
  kMaxForwards,
  kProxyAuthenticate,
  kProxyAuthorization,
  kProxyConnection,
  kRetryAfter,
  kTe,
  kTrailer,
  kTransferEncoding,
  kUpgrade,
  kUserAgent,
  kVia,
  kXB3Flags,
  kXB3ParentSpanId,
  kXB3Sampled,
  kXB3SpanId,
  kXB3TraceId,
  kXForwardedClientCert,
};
constexpr size_t kHeaderIdCount = static_cast<size_t>(HeaderId::kXForwardedClientCert) + 1;

// The id of the field called `name`, compared without case; kOther or kL5dOther for one that is not listed.
HeaderId FindHeaderId(absl::string_view name);

// "content-length"; "" for kOther and kL5dOther.
absl::string_view HeaderName(HeaderId id);

// An id that many names share: such a field is told from others by its name.
constexpr bool IsUnlisted(HeaderId id) { return id == HeaderId::kOther || id == HeaderId::kL5dOther; }

// A field of the mesh itself: its name begins with "l5d-".
constexpr bool IsL5d(HeaderId id) { return id >= HeaderId::kL5dAddContext && id <= HeaderId::kL5dOther; }

}  // namespace heddle

#endif  // HEDDLE_LIB_HTTP_HEADER_ID_H_
