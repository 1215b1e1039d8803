// A configuration document (YAML, and JSON as its subset) as nodes that know where they stand, so that a
// mistake can be reported with file, line, column and key path.
#ifndef HEDDLE_LIB_CONFIG_NODE_H_
#define HEDDLE_LIB_CONFIG_NODE_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"

namespace heddle {

class ConfigErrors;

// Immutable, owned by its ConfigDocument: a reference to a node is good for as long as the document lives.
class ConfigNode {
 public:
  // A scalar's type is what the reader asks for: `port: "80"` and `port: 80` are the same, as in Linkerd.
  enum class Kind { kNull, kScalar, kList, kMap };
  struct Entry;

  Kind kind() const { return kind_; }
  bool is_null() const { return kind_ == Kind::kNull; }
  bool is_scalar() const { return kind_ == Kind::kScalar; }
  bool is_list() const { return kind_ == Kind::kList; }
  bool is_map() const { return kind_ == Kind::kMap; }
  // "nothing", "a value", "a list" or "an object": for messages.
  absl::string_view KindText() const;

  // The scalar's text; empty for the other kinds.
  const std::string& text() const { return text_; }
  // The elements of a list; empty for the other kinds.
  const std::vector<std::unique_ptr<ConfigNode>>& items() const { return items_; }
  // The entries of a map, in the document's order, each key once; empty for the other kinds.
  const std::vector<Entry>& entries() const { return entries_; }
  // The value of `key`; nullptr if this is no map or has no such key.
  const ConfigNode* Find(absl::string_view key) const;

  // The scalar as a type; nullopt if it is none or does not read as one. Integers are decimal, doubles
  // finite, booleans true or false.
  std::optional<std::string> AsString() const;
  std::optional<int64_t> AsInt() const;
  std::optional<uint64_t> AsUint() const;
  std::optional<double> AsDouble() const;
  std::optional<bool> AsBool() const;

  const std::string& file() const { return *file_; }
  // Where the node begins; both count from 1.
  int line() const { return line_; }
  int column() const { return column_; }
  // "namerd.yaml:3:7".
  std::string Place() const;
  // The keys that lead here: "routers[0].servers[1].port"; empty for the document's root.
  std::string Path() const;

 private:
  friend class ConfigBuilder;

  Kind kind_ = Kind::kNull;
  std::string text_;
  std::vector<std::unique_ptr<ConfigNode>> items_;
  std::vector<Entry> entries_;
  int line_ = 1, column_ = 1;
  const std::string* file_ = nullptr;  // the document's
  const ConfigNode* parent_ = nullptr;
};

struct ConfigNode::Entry {
  std::string key;
  int line, column;  // of the key
  std::unique_ptr<ConfigNode> value;
};

// Owns the nodes of one document. An empty document has a null root.
class ConfigDocument {
 public:
  // What a stranger's document may make us hold. Aliases count as often as they are used.
  static constexpr size_t kMaxBytes = 4u << 20;
  static constexpr size_t kMaxNodes = 200'000;
  static constexpr size_t kMaxDepth = 64;

  // Never null unless an error was added: not YAML, a key twice in one map, a key that is no text, more than
  // one document, or beyond the limits. `file` is the name to use in messages.
  static std::unique_ptr<ConfigDocument> Parse(absl::string_view text, std::string file,
                                               ConfigErrors& errors);
  // As Parse, of the file at `path`; "-" is standard input. A file that cannot be read is an error too.
  static std::unique_ptr<ConfigDocument> Load(const std::string& path, ConfigErrors& errors);

  const ConfigNode& root() const { return *root_; }
  const std::string& file() const { return *file_; }

 private:
  friend class ConfigBuilder;
  ConfigDocument() = default;

  std::unique_ptr<const std::string> file_;
  std::unique_ptr<ConfigNode> root_;
};

}  // namespace heddle

#endif  // HEDDLE_LIB_CONFIG_NODE_H_
