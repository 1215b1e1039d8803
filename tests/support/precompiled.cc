// The owner of the precompiled header: CMake makes one for a target with a file that uses it.
#include "tests/support/precompiled.h"
