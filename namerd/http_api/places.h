// How much of one kind may be under way at once.
#ifndef HEDDLE_NAMERD_HTTP_API_PLACES_H_
#define HEDDLE_NAMERD_HTTP_API_PLACES_H_

#include <cstddef>
#include <memory>

namespace heddle::namerd {

class Places {
 public:
  explicit Places(size_t most) : most_(most) {}

  // Taken until the last copy goes, which may outlive the places. Null if none is left.
  std::shared_ptr<const void> Take() {
    if (*taken_ >= most_) return nullptr;
    ++*taken_;
    return std::shared_ptr<const void>(taken_.get(), [taken = taken_](const void*) { --*taken; });
  }
  size_t taken() const { return *taken_; }

 private:
  const size_t most_;
  const std::shared_ptr<size_t> taken_ = std::make_shared<size_t>(0);
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_HTTP_API_PLACES_H_
