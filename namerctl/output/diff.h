// The difference of two texts, as `diff -u` shows it.
#ifndef HEDDLE_NAMERCTL_OUTPUT_DIFF_H_
#define HEDDLE_NAMERCTL_OUTPUT_DIFF_H_

#include <string>
#include <vector>

namespace heddle::namerctl {

// The texts as lines, without line ends; the names for the heading. Three lines of context. Empty if there is
// no difference. `colour` adds the terminal's codes.
std::string UnifiedDiff(const std::vector<std::string>& before, const std::vector<std::string>& after,
                        const std::string& before_name, const std::string& after_name, bool colour);

}  // namespace heddle::namerctl

#endif  // HEDDLE_NAMERCTL_OUTPUT_DIFF_H_
