// How libFuzzer varies the scripts of delegation_fuzzer: by lines that mean something, besides its own
// changes of bytes.
#include <algorithm>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"

extern "C" size_t LLVMFuzzerMutate(uint8_t* data, size_t size, size_t max_size);

namespace {

class Lines {
 public:
  explicit Lines(unsigned int seed) : random_(seed) {}

  std::string Line() {
    switch (Below(12)) {
      case 0:
        return absl::StrCat("rule ", Rule());
      case 1:
      case 2:
        return absl::StrCat("put ", Below(8), " ", Rule());
      case 3:
        return absl::StrCat("drop ", Below(8));
      case 4:
        return absl::StrCat("dtab ", Rule(), ";", Rule(), ";", Rule());
      case 5:
        return absl::StrCat("bind ", PathText());
      case 6:
        return Below(2) == 0 ? absl::StrCat("local ", Rule()) : absl::StrCat("unbind ", Below(3));
      case 7:
      case 8:
        return absl::StrCat("name ", Namer(), " ", Label(), " ", Tree(2, true));
      case 9:
        return absl::StrCat(Pick({"forget", "pending", "error", "failed"}), " ", Namer(), " ", Label());
      case 10:
        return absl::StrCat("addr ", Namer(), " ", Label(), " ",
                            Pick({"0", "1", "2", "absent", "pending", "failed"}));
      default:
        return Below(8) == 0 ? "dtab-error" : absl::StrCat("put 0 ", Rule());
    }
  }
  size_t Below(size_t n) { return random_() % n; }

 private:
  absl::string_view Pick(std::initializer_list<absl::string_view> all) {
    return all.begin()[Below(all.size())];
  }
  absl::string_view Label() { return Pick({"web", "api", "v1", "v2", "80"}); }
  absl::string_view Namer() { return Pick({"a", "b", "i"}); }
  std::string PathText() {
    std::string path(
        Pick({"/svc", "/host", "/srv", "/#/a", "/#/a/b", "/$/inet", "/$/nil", "/$/io.buoyant.rinet",
              "/$/io.buoyant.http.anyMethodPfx", "/", "/$/fixedinet", "/$/fail"}));
    if (path == "/") path.clear();
    for (size_t i = Below(3); i > 0 || path.empty(); i -= i > 0) absl::StrAppend(&path, "/", Label());
    return path;
  }
  std::string Rule() {
    std::string prefix = PathText();
    if (Below(6) == 0) absl::StrAppend(&prefix, "/*");
    return absl::StrCat(prefix, " => ", Tree(2, false));
  }
  std::string Tree(int depth, bool clients) {
    const size_t kind = Below(depth == 0 ? 6 : 10);
    if (kind == 0) return std::string(Pick({"~", "!", "$"}));
    if (kind < 6) return clients && kind < 4 ? absl::StrCat("/=/", Label()) : PathText();
    std::vector<std::string> children;
    for (size_t i = 2 + Below(2); i > 0; --i) {
      std::string child = Tree(depth - 1, clients);
      if (kind >= 8) child = absl::StrCat(Pick({"", "0 * ", "0.5 * "}), child);
      children.push_back(std::move(child));
    }
    return absl::StrCat("(", absl::StrJoin(children, kind < 8 ? " | " : " & "), ")");
  }

  std::minstd_rand random_;
};

}  // namespace

extern "C" size_t LLVMFuzzerCustomMutator(uint8_t* data, size_t size, size_t max_size, unsigned int seed) {
  Lines random(seed);
  if (random.Below(5) == 0) return LLVMFuzzerMutate(data, size, max_size);
  const absl::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> lines = absl::StrSplit(text, '\n');
  for (size_t changes = 1 + random.Below(3); changes > 0; --changes) {
    const auto at = lines.begin() + static_cast<ptrdiff_t>(random.Below(lines.size()));
    switch (random.Below(4)) {
      case 0:
        *at = random.Line();
        break;
      case 1:
        if (lines.size() > 1) lines.erase(at);
        break;
      case 2: {
        const std::string again = lines[random.Below(lines.size())];
        lines.insert(at, again);
        break;
      }
      default:
        lines.insert(at, random.Line());
    }
  }
  const std::string changed = absl::StrJoin(lines, "\n");
  if (changed.empty() || changed.size() > max_size) return LLVMFuzzerMutate(data, size, max_size);
  std::copy(changed.begin(), changed.end(), data);
  return changed.size();
}
