// All of it is in classifier.h.
#ifndef HEDDLE_PROXY_CLASSIFY_CLASSIFY_H_
#define HEDDLE_PROXY_CLASSIFY_CLASSIFY_H_

#include "proxy/classify/classifier.h"

#endif  // HEDDLE_PROXY_CLASSIFY_CLASSIFY_H_
