// Reads one object of a configuration, strictly: each key at most once, none unknown, every value of its type
// and range. Mistakes go to the error list and reading goes on, so that one run reports them all.
//
//   ServerConfig config;                                  // the members hold the defaults
//   ObjectReader reader(node, errors);
//   reader.Required("port", &config.port);                // uint16_t: 0 to 65535
//   reader.Optional("ip", &config.ip);
//   reader.Optional("maxConcurrentRequests", &config.max_concurrent, 1, 1'000'000);
//   reader.Later("tls", "TLS is not supported yet");      // Linkerd's key, refused with a reason
//   reader.Finish();
//
// A key whose value is null (`port:`) counts as absent. `experimental` is accepted everywhere and means
// nothing.
#ifndef HEDDLE_LIB_CONFIG_OBJECT_READER_H_
#define HEDDLE_LIB_CONFIG_OBJECT_READER_H_

#include <concepts>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <type_traits>
#include <vector>

#include "absl/strings/string_view.h"
#include "lib/base/clock.h"
#include "lib/config/errors.h"
#include "lib/config/node.h"

namespace heddle {

template <class T>
concept ConfigInteger = std::integral<T> && !std::same_as<T, bool>;

// One thread. Every read returns whether the key was there and its value good; `out` is touched only then.
class ObjectReader {
 public:
  // Both outlive the reader. A node that is neither an object nor null is an error, and then every read
  // returns false.
  ObjectReader(const ConfigNode& node, ConfigErrors& errors);

  // Scalars. `out` may also be a std::optional of the type. Bounds are inclusive.
  bool Optional(absl::string_view key, std::string* out);
  bool Optional(absl::string_view key, bool* out);
  template <std::same_as<double> T>
  bool Optional(absl::string_view key, T* out, double min = std::numeric_limits<double>::lowest(),
                double max = std::numeric_limits<double>::max()) {
    return ReadDouble(key, out, min, max);
  }
  template <ConfigInteger T>
  bool Optional(absl::string_view key, T* out, std::type_identity_t<T> min = std::numeric_limits<T>::min(),
                std::type_identity_t<T> max = std::numeric_limits<T>::max());
  template <class T, class... Bounds>
  bool Optional(absl::string_view key, std::optional<T>* out, Bounds... bounds) {
    T value{};
    if (!Optional(key, &value, bounds...)) return false;
    *out = std::move(value);
    return true;
  }
  // A list of scalars; a lone scalar is a list of one.
  bool Optional(absl::string_view key, std::vector<std::string>* out);
  // A map of scalars.
  bool Optional(absl::string_view key, std::map<std::string, std::string>* out);
  // A whole number of milliseconds (keys that end in Ms) or of seconds (keys that end in Secs or Sec), from
  // `min` on.
  bool OptionalMillis(absl::string_view key, Millis* out, int64_t min = 0);
  bool OptionalSeconds(absl::string_view key, Millis* out, int64_t min = 0);
  // One of `accepted`, letter for letter.
  bool OptionalOneOf(absl::string_view key, std::string* out, const std::vector<std::string>& accepted);

  // As Optional, and an error if the key is absent.
  template <class T, class... Bounds>
  bool Required(absl::string_view key, T* out, Bounds... bounds) {
    return CheckPresent(key) && Optional(key, out, bounds...);
  }

  // The value of `key` for a reader of its own; nullptr if absent.
  const ConfigNode* Node(absl::string_view key);
  const ConfigNode* RequiredNode(absl::string_view key);
  // The elements of the list at `key`; empty if absent. Anything but a list is an error.
  std::vector<const ConfigNode*> List(absl::string_view key);
  // The same, where an absent or empty list is an error.
  std::vector<const ConfigNode*> RequiredList(absl::string_view key);

  // The text at "kind"; `otherwise` if absent (an error if that is empty, and then the result is empty).
  std::string Kind(absl::string_view otherwise = "");

  // A key of Linkerd's that we know and do not serve: an error with `reason` if it is there.
  void Later(absl::string_view key, absl::string_view reason);
  // A key that is accepted and means nothing here.
  void Ignore(absl::string_view key) { Take(key); }

  // Call last: every key that no call above named is an error, with the nearest spelling and the keys
  // accepted.
  void Finish();

  const ConfigNode& node() const { return node_; }
  ConfigErrors& errors() { return errors_; }
  // At the value of `key` if it is there, else at the object: for rules that span keys.
  void AddError(absl::string_view key, absl::string_view message);

 private:
  // Marks `key` as known; its value unless absent or null.
  const ConfigNode* Take(absl::string_view key);
  const ConfigNode* TakeScalar(absl::string_view key, absl::string_view expected);
  bool CheckPresent(absl::string_view key);
  bool ReadInt(absl::string_view key, int64_t min, int64_t max, int64_t* out);
  bool ReadUint(absl::string_view key, uint64_t min, uint64_t max, uint64_t* out);
  bool ReadDouble(absl::string_view key, double* out, double min, double max);

  const ConfigNode& node_;
  ConfigErrors& errors_;
  std::vector<std::string> known_;
};

template <ConfigInteger T>
bool ObjectReader::Optional(absl::string_view key, T* out, std::type_identity_t<T> min,
                            std::type_identity_t<T> max) {
  if constexpr (std::is_signed_v<T>) {
    int64_t value = 0;
    if (!ReadInt(key, min, max, &value)) return false;
    *out = static_cast<T>(value);
  } else {
    uint64_t value = 0;
    if (!ReadUint(key, min, max, &value)) return false;
    *out = static_cast<T>(value);
  }
  return true;
}

}  // namespace heddle

#endif  // HEDDLE_LIB_CONFIG_OBJECT_READER_H_
