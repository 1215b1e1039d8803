// Finding where a part of a message ends, many octets at a time.
#ifndef HEDDLE_LIB_HTTP_SCAN_H_
#define HEDDLE_LIB_HTTP_SCAN_H_

#include "absl/strings/string_view.h"
#include "lib/http/chars.h"
#include "lib/http/octets.h"

namespace heddle {

// Classes for FindFirst.

// Controls, tab too: in a head, where a line ends or something is wrong.
struct ControlsAndTab {
  template <class O>
  static auto In(O octets) {
    return octets.AtMost(0x1f) | octets.Equal(0x7f);
  }
};

// What is not in the usual names of fields: letters, digits, hyphens. Some of it may be in a token all the
// same.
struct NotOfNames {
  template <class O>
  static auto In(O octets) {
    return ~(octets.Lowercase().Between('a', 'z') | octets.Between('0', '9') | octets.Equal('-'));
  }
};

// What is not in the usual names of hosts: letters, digits, hyphens, dots.
struct NotOfHosts {
  template <class O>
  static auto In(O octets) {
    return ~(octets.Lowercase().Between('a', 'z') | octets.Between('0', '9') | octets.Between('-', '.'));
  }
};

// What ends a request's target, or may not be in one: controls, a space, '#'.
struct TargetEnds {
  template <class O>
  static auto In(O octets) {
    return octets.AtMost(' ') | octets.Equal('#') | octets.Equal(0x7f);
  }
};

// The position of the first control character other than tab (RFC 9110 section 5.5), or text.size().
inline size_t FindControl(absl::string_view text) {
  Finder<ControlsAndTab> controls(text.data(), 0, text.size());
  size_t at = controls.Next();
  while (at != text.size() && text[at] == '\t') at = controls.Next();
  return at;
}

}  // namespace heddle

#endif  // HEDDLE_LIB_HTTP_SCAN_H_
