// "did you mean": the word that a misspelt one was perhaps meant to be.
#ifndef HEDDLE_NAMERD_CHECK_SIMILAR_H_
#define HEDDLE_NAMERD_CHECK_SIMILAR_H_

#include <set>
#include <string>

namespace heddle::namerd {

// The word of `words` that is `word` but for two letters at most, counting a swap of two as one; "" if none
// is or if there are more than 1000 words. `word` itself does not count.
std::string MostSimilar(const std::string& word, const std::set<std::string>& words);

}  // namespace heddle::namerd

#endif  // HEDDLE_NAMERD_CHECK_SIMILAR_H_
