// A bound tree as JSON, with the endpoints of its leaves as they are known now:
// {"type":"leaf","bound":{"addr":{...},"id":"/#/io.l5d.fs/web","path":"/rest"}},
// {"type":"union","union":[{"weight":0.9, "tree":{...}}]}, {"type":"neg"}, {"type":"fail"}, {"type":"empty"}.
// Source: io.buoyant.admin.names.DelegateApiHandler.JsonDelegateTree; com.twitter.finagle.Namer (a union's
// weight in the metadata of its leaves, "namer_nametree_weight").
#ifndef HEDDLE_NAMERD_HTTP_API_BOUND_TREE_JSON_H_
#define HEDDLE_NAMERD_HTTP_API_BOUND_TREE_JSON_H_

#include <string>

#include "lib/naming/bound.h"

namespace heddle::namerd {

std::string BoundTreeToJson(const BoundTree& tree);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_BOUND_TREE_JSON_H_
