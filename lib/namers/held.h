// Things made on demand and shared while somebody holds them: what a namer follows is found by its name, and
// forgotten once nobody holds it.
#ifndef HEDDLE_LIB_NAMERS_HELD_H_
#define HEDDLE_LIB_NAMERS_HELD_H_

#include <map>
#include <memory>
#include <utility>
#include <vector>

namespace heddle {

// One thread. May go before the things it gave out.
template <class Key, class T>
class Held {
 public:
  // The one of `key` that somebody holds, else the one that `make` gives, a std::unique_ptr<T>.
  template <class Make>
  std::shared_ptr<T> Get(const Key& key, Make&& make) {
    if (auto held = Find(key)) return held;
    // Forgotten before it is destroyed: its destructor may ask for the same key again.
    std::shared_ptr<T> made(std::forward<Make>(make)().release(), [things = things_, key](T* thing) {
      things->erase(key);
      delete thing;
    });
    things_->insert_or_assign(key, made);
    return made;
  }

  std::shared_ptr<T> Find(const Key& key) const {
    const auto found = things_->find(key);
    return found == things_->end() ? nullptr : found->second.lock();
  }

  // All of them, in the order of keys.
  std::vector<std::pair<Key, std::shared_ptr<T>>> All() const {
    std::vector<std::pair<Key, std::shared_ptr<T>>> all;
    for (const auto& [key, weak] : *things_) {
      if (auto held = weak.lock()) all.emplace_back(key, std::move(held));
    }
    return all;
  }

 private:
  using Things = std::map<Key, std::weak_ptr<T>>;
  const std::shared_ptr<Things> things_ = std::make_shared<Things>();
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_HELD_H_
