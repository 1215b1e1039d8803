#include "namerd/fleet/names_in_use.h"

namespace heddle::namerd {

Subscription NamesInUse::Follow(const std::string& ns, const Path& path, const Dtab& local) {
  Key key{path.Show(), local.Show()};
  const auto [at, fresh] = names_[ns].try_emplace(key, Name{path, local, 0});
  ++at->second.followers;
  return Subscription([this, ns, key = std::move(key)] {
    const auto names = names_.find(ns);
    const auto name = names->second.find(key);
    if (--name->second.followers > 0) return;
    names->second.erase(name);
    if (names->second.empty()) names_.erase(names);
  });
}

std::map<std::string, size_t> NamesInUse::Counts() const {
  std::map<std::string, size_t> counts;
  for (const auto& [ns, names] : names_) counts[ns] = names.size();
  return counts;
}

std::vector<NamesInUse::Name> NamesInUse::Of(const std::string& ns) const {
  std::vector<Name> out;
  const auto names = names_.find(ns);
  if (names == names_.end()) return out;
  for (const auto& [key, name] : names->second) out.push_back(name);
  return out;
}

}  // namespace heddle::namerd
