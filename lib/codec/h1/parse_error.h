// What is wrong with bytes that claim to be HTTP/1.1.
#ifndef HEDDLE_LIB_CODEC_H1_PARSE_ERROR_H_
#define HEDDLE_LIB_CODEC_H1_PARSE_ERROR_H_

namespace heddle::h1 {

// No error while `reason` is null. After an error the connection cannot be used: where the next message
// begins is not known.
struct ParseError {
  int status = 0;                // what a server answers: 400, 414, 431, 501, 505; 502 for a response
  const char* reason = nullptr;  // a literal: "whitespace before the colon of a header"
  explicit operator bool() const { return reason != nullptr; }
};

}  // namespace heddle::h1

#endif  // HEDDLE_LIB_CODEC_H1_PARSE_ERROR_H_
