#include "lib/naming/transformer.h"

#include <utility>

namespace heddle {

std::optional<Replacement> LastReplacement(const Transformers& transformers) {
  for (size_t i = transformers.size(); i > 0; --i) {
    if (auto tree = transformers[i - 1]->ReplacesTree()) return Replacement{*std::move(tree), i};
  }
  return std::nullopt;
}

}  // namespace heddle
