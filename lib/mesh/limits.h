// What a peer may make us hold. The numbers are far above what a mesh of thousands of services needs and far
// below what would hurt.
#ifndef HEDDLE_LIB_MESH_LIMITS_H_
#define HEDDLE_LIB_MESH_LIMITS_H_

#include <cstddef>

namespace heddle::mesh_limits {

// A path's labels, and the bytes of all of them. A name made from a request has at most a request head's
// bytes.
inline constexpr size_t kMaxPathLabels = 1024;
inline constexpr size_t kMaxPathBytes = 64u << 10;

// Nodes that lead from a tree's root to its deepest leaf. Protobuf reads messages that are nested 100 deep,
// and each level of a tree is up to three messages.
inline constexpr int kMaxTreeDepth = 30;

// Labels, rules and tree nodes of one message, all counted together.
inline constexpr size_t kMaxItems = 256u << 10;

// One message. A set of 100000 endpoints takes about 4 MiB.
inline constexpr int kMaxMessageBytes = 16 << 20;
inline constexpr int kMaxMessageBytesFromNamerd = 64 << 20;

// What one proxy's stream may hold in namerd.
inline constexpr size_t kMaxSubscriptions = 65536;
inline constexpr size_t kMaxSubscriptionBytes = 64u << 20;
inline constexpr size_t kMaxHeldEndpointSets = 65536;
// Of one message of a traffic report; more come in several.
inline constexpr int kMaxTrafficRows = 1024;
inline constexpr int kMaxFailureKinds = 32;  // of a row
// Of the texts in Hello and the names of namespaces.
inline constexpr size_t kMaxTextBytes = 1024;

}  // namespace heddle::mesh_limits

#endif  // HEDDLE_LIB_MESH_LIMITS_H_
