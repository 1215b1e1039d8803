#include "proxy/route/rendezvous.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "absl/strings/str_cat.h"
#include "lib/dtab/path.h"
#include "lib/signing/digest.h"

namespace heddle {
namespace {

// Every bit of the result depends on all of `x`. Source: D. Stafford's variant 13 of MurmurHash3's finalizer,
// as in S. Vigna's splitmix64.
uint64_t Mix(uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// In (0, 1), both excluded: the middle of one of 2^52 equal parts.
double Unit(uint64_t x) { return (static_cast<double>(x >> 12) + 0.5) * 0x1.0p-52; }

uint64_t NameOf(const BoundRoute::Target& target) {
  const absl::StatusOr<Path> id = Path::Parse(target.client);
  const std::string client = id.ok() ? id->StripTransformerPrefix().Show() : target.client;
  return Digest64(absl::StrCat(client, " ", target.residual));
}

}  // namespace

std::vector<uint64_t> RendezvousNames(const std::vector<BoundRoute::Target>& targets) {
  std::vector<uint64_t> names;
  for (const BoundRoute::Target& target : targets) {
    uint64_t name = NameOf(target);
    // A target that is there twice has both shares.
    while (std::find(names.begin(), names.end(), name) != names.end()) name = Mix(name);
    names.push_back(name);
  }
  return names;
}

size_t RendezvousOf(const std::vector<uint64_t>& names, const std::vector<double>& shares, uint64_t pin) {
  size_t best = 0;
  double least = std::numeric_limits<double>::infinity();
  for (size_t i = 0; i < shares.size(); ++i) {
    if (shares[i] <= 0) continue;
    const double drawn = -std::log(Unit(Mix(pin ^ names[i]))) / shares[i];
    if (drawn >= least) continue;
    least = drawn;
    best = i;
  }
  return best;
}

}  // namespace heddle
