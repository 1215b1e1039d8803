// Things shared while somebody holds them, by a name that may come from a stranger: what nobody holds is
// swept whenever the number of entries has doubled.
#ifndef HEDDLE_NAMERD_NAMESPACES_WEAK_CACHE_H_
#define HEDDLE_NAMERD_NAMESPACES_WEAK_CACHE_H_

#include <algorithm>
#include <map>
#include <memory>

namespace heddle::namerd {

template <class Key, class T>
class WeakCache {
 public:
  // The thing of `key`, made by `make()` if there is none.
  template <class Make>
  std::shared_ptr<T> GetOrMake(const Key& key, Make&& make) {
    if (const auto found = entries_.find(key); found != entries_.end()) {
      if (auto held = found->second.lock()) return held;
    }
    std::shared_ptr<T> made = make();
    if (entries_.size() >= sweep_at_) {
      std::erase_if(entries_, [](const auto& entry) { return entry.second.expired(); });
      sweep_at_ = std::max(kSmallest, entries_.size() * 2);
    }
    entries_[key] = made;
    return made;
  }

  size_t size() const { return entries_.size(); }

 private:
  static constexpr size_t kSmallest = 64;
  std::map<Key, std::weak_ptr<T>> entries_;
  size_t sweep_at_ = kSmallest;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_NAMESPACES_WEAK_CACHE_H_
