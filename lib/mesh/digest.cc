#include "lib/mesh/digest.h"

#include <bit>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/base/check.h"

namespace heddle {
namespace {

class Digester {
 public:
  void Add(uint64_t value) {
    for (int shift = 0; shift < 64; shift += 8) AddByte(static_cast<uint8_t>(value >> shift));
  }
  // With its length, so that ("ab", "c") and ("a", "bc") differ.
  void Add(absl::string_view bytes) {
    Add(bytes.size());
    for (const char c : bytes) AddByte(static_cast<uint8_t>(c));
  }
  void Add(double value) { Add(std::bit_cast<uint64_t>(value)); }
  void Add(const Path& path) {
    Add(path.size());
    for (const std::string& label : path) Add(label);
  }
  void Add(const std::map<std::string, std::string>& meta) {
    Add(meta.size());
    for (const auto& [key, value] : meta) {
      Add(key);
      Add(value);
    }
  }
  void Add(const BoundTree& tree) {
    Add(static_cast<uint64_t>(tree.kind()));
    if (tree.is_leaf()) {
      Add(tree.leaf().id);
      Add(tree.leaf().residual);
    } else if (tree.is_alt()) {
      Add(tree.alternates().size());
      for (const BoundTree& child : tree.alternates()) Add(child);
    } else if (tree.is_union()) {
      Add(tree.members().size());
      for (const auto& member : tree.members()) {
        Add(member.weight);
        Add(member.tree);
      }
    }
  }

  uint64_t Finish() const {
    uint64_t h = hash_;
    h = (h ^ (h >> 33)) * 0xff51afd7ed558ccdu;
    h = (h ^ (h >> 33)) * 0xc4ceb9fe1a85ec53u;
    h ^= h >> 33;
    return h == 0 ? 1 : h;
  }

 private:
  void AddByte(uint8_t byte) { hash_ = (hash_ ^ byte) * 0x100000001b3u; }

  uint64_t hash_ = 0xcbf29ce484222325u;
};

}  // namespace

uint64_t DigestOf(const BoundTree& tree) {
  Digester digester;
  digester.Add(tree);
  return digester.Finish();
}

uint64_t DigestOf(const Addr& addr) {
  HEDDLE_CHECK(addr.state == AddrState::kBound);
  Digester digester;
  digester.Add(addr.endpoints->size());
  for (const Endpoint& endpoint : *addr.endpoints) {
    digester.Add(endpoint.address.bytes());
    digester.Add(uint64_t{endpoint.address.port()});
    digester.Add(endpoint.weight);
    digester.Add(endpoint.meta);
  }
  digester.Add(addr.meta);
  return digester.Finish();
}

}  // namespace heddle
