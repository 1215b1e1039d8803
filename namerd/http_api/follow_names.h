// The states of bindings and endpoint sets as the lines that /bind, /resolve and /addr send.
#ifndef HEDDLE_NAMERD_HTTP_API_FOLLOW_NAMES_H_
#define HEDDLE_NAMERD_HTTP_API_FOLLOW_NAMES_H_

#include <memory>

#include "lib/base/random.h"
#include "lib/dtab/dtab.h"
#include "lib/dtab/path.h"
#include "namerd/http_api/exchange.h"
#include "namerd/namespaces/namespaces.h"

namespace heddle::namerd {

// The bound tree of `path`, each time the tree changes, once the endpoints of all its leaves are known.
Follow FollowBind(std::shared_ptr<LocalInterpreter> interpreter, const Dtab& local, const Path& path);

// The endpoints of `id`. One that stands for no set is an error.
Follow FollowAddr(Namespaces& namespaces, const Path& id);

// The endpoints that `path` leads to: of a union one member is drawn by weight, anew each time the tree
// changes; a tree without a leaf is absent. `namespaces` and `random` outlive the subscription.
Follow FollowResolve(Namespaces& namespaces, Random& random, std::shared_ptr<LocalInterpreter> interpreter,
                     const Dtab& local, const Path& path);

// The leaf a request would go to: of a union a member drawn by weight. Null if there is none.
const BoundName* DrawLeaf(const BoundTree& tree, Random& random);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_FOLLOW_NAMES_H_
