// Why a text of the dtab language was refused: where, what stood there, what could have.
#ifndef HEDDLE_LIB_DTAB_PARSE_ERROR_H_
#define HEDDLE_LIB_DTAB_PARSE_ERROR_H_

#include <cstddef>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace heddle {

struct ParseError {
  int line = 1;          // from 1
  int column = 1;        // from 1, in characters (UTF-8 sequences count one)
  std::string found;     // "'k'" or "the end of the text"
  std::string expected;  // "'/', the start of a path"
  std::string remedy;    // what to do about it, or empty

  // "line 2, column 7: expected '/', the start of a path, found 'k'; did you mean ...?"
  std::string ToString() const;
  // InvalidArgument with ToString() as the message, from which ParseErrorOf reads the parts again.
  absl::Status ToStatus() const;
};

// The place of byte `at` of `text` and what stands there; `expected` and `remedy` are for the caller to fill
// in.
ParseError PlaceOf(absl::string_view text, size_t at);

// The parts of an error of Path, NameTree, Dentry, Prefix or Dtab parsing, also after Annotate; nullopt for
// any other status.
std::optional<ParseError> ParseErrorOf(const absl::Status& status);

// The line of `text` the error is in and a caret under the place, for terminals and error pages:
//   /svc => k/foo
//           ^
std::string ShowPlace(absl::string_view text, const ParseError& error);

}  // namespace heddle

#endif  // HEDDLE_LIB_DTAB_PARSE_ERROR_H_
