// How many files and sockets the process may have open.
#ifndef HEDDLE_LIB_BASE_FILE_LIMIT_H_
#define HEDDLE_LIB_BASE_FILE_LIMIT_H_

namespace heddle {

// Raises the soft limit on descriptors to the hard one: a connection takes one each, and the usual 1024 is
// meant for programs that call select(2). Where that is refused the limit stays.
void RaiseFileLimit();

}  // namespace heddle

#endif  // HEDDLE_LIB_BASE_FILE_LIMIT_H_
