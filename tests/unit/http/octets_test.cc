#include "lib/http/octets.h"

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "lib/http/scan.h"

namespace heddle {
namespace {

// On the heap and exactly as long, so that a sanitizer sees whoever reads beyond it.
class Exact {
 public:
  explicit Exact(const std::string& text) : bytes_(new char[text.size()]), size_(text.size()) {
    text.copy(bytes_.get(), text.size());
  }
  const char* data() const { return bytes_.get(); }
  size_t size() const { return size_; }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_;
};

// All that a Finder finds from `from` on.
template <class Class, class O>
std::vector<size_t> Find(const std::string& text, size_t from) {
  const Exact exact(text);
  Finder<Class, O> finder(exact.data(), from, exact.size());
  std::vector<size_t> found;
  for (size_t at = finder.Next(); at != exact.size(); at = finder.Next()) found.push_back(at);
  if (finder.Next() != exact.size()) FAIL("the end is found once only");
  return found;
}

template <class Class, class O, class Has>
void CheckClass(Has has) {
  for (size_t size = 1; size < 40; ++size) {
    for (int byte = 0; byte < 256; ++byte) {
      const char c = static_cast<char>(byte);
      for (const size_t at : {size_t{0}, size / 3, size / 2, size - 1}) {
        std::string text(size, has('a') ? ' ' : 'a');
        text[at] = c;
        std::vector<size_t> expected;
        for (size_t i = size / 3; i < size; ++i) {
          if (has(text[i])) expected.push_back(i);
        }
        if (Find<Class, O>(text, size / 3) != expected)
          FAIL("byte " << byte << " at " << at << " of " << size);
      }
    }
  }
}

template <class O>
void CheckClasses() {
  const auto letter_or_digit = [](char c) { return IsDigit(c) || (ToLower(c) >= 'a' && ToLower(c) <= 'z'); };
  CheckClass<ControlsAndTab, O>([](char c) { return IsControl(c) || c == '\t'; });
  CheckClass<TargetEnds, O>([](char c) { return IsControl(c) || c == '\t' || c == ' ' || c == '#'; });
  CheckClass<NotOfNames, O>([=](char c) { return !letter_or_digit(c) && c != '-'; });
  CheckClass<NotOfHosts, O>([=](char c) { return !letter_or_digit(c) && c != '-' && c != '.'; });
}

TEST_CASE("every octet is classed right at every place, many at a time") {
  CheckClasses<Octets>();
  CheckClasses<WordOctets>();
}

TEST_CASE("the neighbour of what was found is skipped, in its block or in the next") {
  for (size_t size = 4; size < 70; ++size) {
    for (size_t at = 0; at + 3 < size; ++at) {
      std::string text(size, 'a');
      text[at] = '\r';
      text[at + 1] = '\n';
      text[at + 3] = '\r';
      Finder<ControlsAndTab> finder(text.data(), 0, text.size());
      if (finder.Next() != at) FAIL(at << " of " << size);
      finder.SkipNeighbour();
      if (finder.Next() != at + 3 || finder.Next() != size) FAIL(at << " of " << size);
    }
  }
}

}  // namespace
}  // namespace heddle
