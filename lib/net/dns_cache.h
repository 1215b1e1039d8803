// What a resolver has heard, for as long as it holds. For lib/net alone.
#ifndef HEDDLE_LIB_NET_DNS_CACHE_H_
#define HEDDLE_LIB_NET_DNS_CACHE_H_

#include <optional>

#include "absl/container/flat_hash_map.h"
#include "lib/net/dns.h"

namespace heddle {

template <class Key>
class DnsCache {
 public:
  // The answer, with the time that is left of it, if it still holds and is younger than `max_age`.
  std::optional<DnsResolver::Answer> Find(const Key& key, Nanos now, Nanos max_age) const {
    const auto found = entries_.find(key);
    if (found == entries_.end()) return std::nullopt;
    const Nanos age = now - found->second.since;
    if (age >= found->second.answer.ttl || age >= max_age) return std::nullopt;
    DnsResolver::Answer answer = found->second.answer;
    answer.ttl = std::chrono::ceil<std::chrono::seconds>(answer.ttl - age);
    return answer;
  }

  // Bounded: when it is full, what holds no longer makes room, or else all of it.
  void Put(const Key& key, Nanos now, const DnsResolver::Answer& answer) {
    if (entries_.size() >= kMostEntries) {
      absl::erase_if(entries_, [now](const auto& e) { return now - e.second.since >= e.second.answer.ttl; });
      if (entries_.size() >= kMostEntries) entries_.clear();
    }
    entries_.insert_or_assign(key, Entry{answer, now});
  }

  void Clear() { entries_.clear(); }

 private:
  static constexpr size_t kMostEntries = 10'000;
  struct Entry {
    DnsResolver::Answer answer;
    Nanos since{0};
  };
  absl::flat_hash_map<Key, Entry> entries_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_NET_DNS_CACHE_H_
