// Standard input, output and error of a program that was started without some of them.
#ifndef HEDDLE_LIB_BASE_STANDARD_STREAMS_H_
#define HEDDLE_LIB_BASE_STANDARD_STREAMS_H_

namespace heddle {

// Opens /dev/null as each of the descriptors 0, 1 and 2 that is closed. Otherwise the next file or socket
// takes the number, and what is printed goes into it: a line of the log into the store, say. The first call
// of a main(), before anything is opened. Where there is no /dev/null the program ends: nothing can be told.
void OpenMissingStandardStreams();

}  // namespace heddle

#endif  // HEDDLE_LIB_BASE_STANDARD_STREAMS_H_
