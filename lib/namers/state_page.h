// A namer's state as JSON, in the same shape for every kind:
//   {"rootDir": "/disco",
//    "names": {"/web": {"state": "bound", "endpoints": 2, "addresses": ["10.0.0.1:80", "10.0.0.2:80 * 0.5"],
//                       "lastSuccess": "2026-01-01T12:00:00Z", "lastError": "...", "lastErrorAt": "..."}}}
#ifndef HEDDLE_LIB_NAMERS_STATE_PAGE_H_
#define HEDDLE_LIB_NAMERS_STATE_PAGE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "lib/namers/name_health.h"
#include "lib/naming/addr.h"

namespace heddle {

class StatePage {
 public:
  StatePage();
  ~StatePage();

  void Fact(absl::string_view key, absl::string_view value);
  void Fact(absl::string_view key, uint64_t value);
  // A name that is followed. `health`: null if it is known without asking anyone.
  void Name(const std::string& name, const Addr& addr, const NameHealth* health);

  // What is no UTF-8 is replaced.
  std::string Json() const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NAMERS_STATE_PAGE_H_
