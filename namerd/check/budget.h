// How much work looking for mistakes in one dtab may be, so that it holds up the loop for some tenths of a
// second at most. Reading and indexing the rules is not charged: for a dtab of megabytes, that takes seconds
// more.
#ifndef HEDDLE_NAMERD_CHECK_BUDGET_H_
#define HEDDLE_NAMERD_CHECK_BUDGET_H_

#include <cstddef>
#include <cstdint>

namespace heddle::namerd {

class Budget {
 public:
  static constexpr int64_t kUnits = 2'000'000;  // a rule or a prefix looked at

  // False, for ever, once it is used up.
  bool Spend(size_t units) {
    left_ -= static_cast<int64_t>(units);
    return left_ >= 0;
  }
  bool used_up() const { return left_ < 0; }

 private:
  int64_t left_ = kUnits;
};

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_BUDGET_H_
